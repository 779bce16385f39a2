import { resolve } from 'node:path';
import { type CacheStore, FileCache, type Logger, MemoryCache } from '@tina4/core';
import { openSharedCache, type SharedCacheSettings } from '@tina4/sessions';
import type { Config } from '../config/read-config.js';
import { storeSettingsOf } from './apply-settings.js';

/** Where cached values are kept, and how that ends. */
export interface OpenedCache {
  readonly store: CacheStore;
  close(): Promise<void>;
}

/** Opens what `TINA4_CACHE_BACKEND` names. Rejects when its driver is missing or its address cannot be used. */
export async function openCache(config: Config, projectDir: string, log: Logger): Promise<OpenedCache> {
  const { backend, folder, maxEntries, maxBytes } = config.cache;
  if (backend === 'redis' || backend === 'valkey') {
    const store = await openSharedCache({ ...serverOf(config, projectDir), backend }, log);
    return { store, close: () => store.close() };
  }
  const store =
    backend === 'file'
      ? new FileCache({ directory: resolve(projectDir, folder), maxEntries, maxBytes })
      : new MemoryCache({ maxEntries, maxBytes });
  return { store, close: async () => {} };
}

/** The server that the cache's own settings name, else that of the sessions, else the one on this machine. */
function serverOf(config: Config, projectDir: string): Omit<SharedCacheSettings, 'backend'> {
  const { url, host, port, username, password, prefix } = config.cache;
  const { timeoutMs } = config.session;
  if (url !== undefined || host !== undefined) {
    return { url, host, port, username, password, prefix, timeoutMs, projectDir };
  }
  const sessions = storeSettingsOf(config, projectDir);
  const isShared = sessions.backend === 'redis' || sessions.backend === 'valkey';
  return isShared ? { ...sessions, prefix } : { prefix, timeoutMs, projectDir };
}
