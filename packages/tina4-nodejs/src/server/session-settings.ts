import { resolve } from 'node:path';
import type { SessionEngineOptions, StoreSettings } from '@tina4/sessions';
import type { Config } from '../config/read-config.js';

/** Which session store the settings ask for. Relative paths start at `projectDir`. */
export function storeSettingsOf(config: Config, projectDir: string): StoreSettings {
  const { store, timeoutMs } = config.session;
  return {
    ...store,
    path: resolve(projectDir, store.path),
    databaseUrl: config.database.url,
    databaseUsername: config.database.username,
    databasePassword: config.database.password,
    timeoutMs,
    projectDir,
  };
}

/** How the session engine is to behave, the store and the log apart. */
export function engineOptionsOf(config: Config): Omit<SessionEngineOptions, 'store' | 'log'> {
  const { store: _, ...settings } = config.session;
  return { ...settings, isDebug: config.isDebug };
}
