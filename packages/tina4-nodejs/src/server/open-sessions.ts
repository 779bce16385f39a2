import type { Logger, SessionEngine } from '@tina4/core';
import { createSessionEngine, openStore } from '@tina4/sessions';
import type { Config } from '../config/read-config.js';
import { engineOptionsOf, storeSettingsOf } from './session-settings.js';

/**
 * The session engine over the store that the settings name. Rejects when a driver is missing or a setting cannot be met; a store
 * that merely does not answer yet is no reason not to start.
 */
export async function openSessions(config: Config, projectDir: string, log: Logger): Promise<SessionEngine> {
  const store = await openStore(storeSettingsOf(config, projectDir));
  try {
    return createSessionEngine({ ...engineOptionsOf(config), store, log });
  } catch (error) {
    await store.close();
    throw error;
  }
}
