import { SessionError } from './errors.js';
import type { StoreSettings } from './session-options.js';
import type { SessionStore } from './session-store.js';

const BACKENDS = ['memory'] as const;

/**
 * Opens the store that the settings name. Its module and its driver are loaded only now, so an app pays for the one it uses.
 * Rejects with T4_SESSION_STORE_UNKNOWN for a name that is not a backend, T4_DRIVER_MISSING where the driver is not installed,
 * and with what the store itself says about its settings.
 */
export async function openStore(settings: StoreSettings): Promise<SessionStore> {
  switch (settings.backend) {
    case 'memory': {
      const { MemoryStore } = await import('./stores/memory-store.js');
      return new MemoryStore({ now: settings.now });
    }
    default:
      throw new SessionError(
        'T4_SESSION_STORE_UNKNOWN',
        `the session store is ${JSON.stringify(settings.backend)}. Use one of ${BACKENDS.join(', ')}.`,
      );
  }
}
