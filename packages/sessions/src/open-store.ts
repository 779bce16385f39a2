import { SessionError } from './errors.js';
import type { SessionLog, StoreSettings } from './session-options.js';
import type { SessionStore } from './session-store.js';
import type { SharedRateLimit } from './stores/redis/rate-limit.js';
import type { SharedCache, SharedCacheSettings } from './stores/redis/redis-cache.js';

type Opener = (settings: StoreSettings) => Promise<SessionStore>;

/** One module per backend, loaded when it is chosen: an app pays for the one store it uses. */
const OPENERS: Readonly<Record<StoreSettings['backend'], Opener>> = {
  file: async (settings) => {
    const { FileStore } = await import('./stores/file/file-store.js');
    if (settings.path === undefined) {
      throw new SessionError('T4_STORE_PATH', 'The file store has no folder. Set TINA4_SESSION_PATH.');
    }
    return new FileStore({ directory: settings.path, now: settings.now });
  },
  memory: async (settings) => {
    const { MemoryStore } = await import('./stores/memory/memory-store.js');
    return new MemoryStore({ now: settings.now });
  },
  redis: async (settings) => (await import('./stores/redis/redis-store.js')).openRedisStore(settings),
  valkey: async (settings) => (await import('./stores/redis/redis-store.js')).openRedisStore(settings),
  mongodb: async (settings) => (await import('./stores/mongodb/mongodb-store.js')).openMongodbStore(settings),
  database: async (settings) => (await import('./stores/sql/sql-store.js')).openSqlStore(settings),
};

/**
 * Opens the store that the settings name. Rejects with T4_SESSION_STORE_UNKNOWN for a name that is no backend,
 * T4_DRIVER_MISSING where its driver is not installed, and with what the store itself says about its settings.
 */
export async function openStore(settings: StoreSettings): Promise<SessionStore> {
  const open: Opener | undefined = Object.hasOwn(OPENERS, settings.backend) ? OPENERS[settings.backend] : undefined;
  if (open !== undefined) return open(settings);
  throw new SessionError(
    'T4_SESSION_STORE_UNKNOWN',
    `the session store is ${JSON.stringify(settings.backend)}. Use one of ${Object.keys(OPENERS).join(', ')}.`,
  );
}

/**
 * Opens the shared counters where the session store has a server for them: redis and valkey. Resolves to undefined for any
 * other backend, whose processes count by themselves. Rejects as `openStore` does for the same settings.
 */
export async function openSharedRateLimit(
  settings: StoreSettings,
  log: Pick<SessionLog, 'info' | 'error'>,
): Promise<SharedRateLimit | undefined> {
  if (settings.backend !== 'redis' && settings.backend !== 'valkey') return undefined;
  return (await import('./stores/redis/rate-limit.js')).openRedisRateLimit(settings, log);
}

/** Opens a cache that processes share, on Redis or Valkey. Rejects as `openStore` does for the same settings. */
export async function openSharedCache(
  settings: SharedCacheSettings,
  log: Pick<SessionLog, 'info' | 'error'>,
): Promise<SharedCache> {
  return (await import('./stores/redis/redis-cache.js')).openRedisCache(settings, log);
}
