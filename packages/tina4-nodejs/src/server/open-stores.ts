import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { type Logger, provideCache, type RateLimitStore, type SessionEngine } from '@tina4/core';
import { createSessionEngine, openSharedRateLimit, openStore } from '@tina4/sessions';
import type { Config } from '../config/read-config.js';
import { sweepUploadFolders, type UploadFolder, uploadFolderIn } from '../operations/upload-folder.js';
import { engineOptionsOf, storeSettingsOf, uploadFolderOf } from './apply-settings.js';
import { openCache } from './open-cache.js';

/** What a server keeps outside its process, or may. */
export interface ServerStores {
  readonly sessions: SessionEngine;
  /** Counts for `TINA4_RATE_LIMIT` in all processes together. Undefined: each process counts by itself. */
  readonly rateLimit: RateLimitStore | undefined;
  readonly uploads: UploadFolder;
  /** Calling twice is safe. */
  close(): Promise<void>;
}

/**
 * Opens the sessions, the cache, which is the one of the process from then on, and, where a limit is set and sessions lie on Redis
 * or Valkey, the counters beside them. Rejects when a driver is missing or a setting cannot be met. Uploads that killed
 * processes left are removed meanwhile.
 */
export async function openStores(config: Config, projectDir: string, log: Logger): Promise<ServerStores> {
  const isLimited = (config.rateLimit.limit ?? 0) > 0;
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = async (): Promise<void> => void (await Promise.all(opened.map((store) => store.close())));
  const keep = <Store extends { close(): Promise<void> }>(store: Store): Store => {
    opened.push(store);
    return store;
  };
  try {
    const sessions = keep(await openSessions(config, projectDir, log));
    const cache = keep(await openCache(config, projectDir, log));
    const uploadParent = uploadFolderOf(config.server.uploadFolder, projectDir) ?? tmpdir();
    const uploads = keep(uploadFolderIn(uploadParent));
    void sweepUploadFolders(uploadParent, log);
    const rateLimit = isLimited ? await openSharedRateLimit(storeSettingsOf(config, projectDir), log) : undefined;
    if (rateLimit !== undefined) keep(rateLimit);
    const { seconds, miss } = config.cache;
    provideCache({ store: cache.store, seconds, miss: miss === 'undefined' ? undefined : null });
    return { sessions, rateLimit, uploads, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** True when stores opened with one configuration do for the other one too. */
export function haveSameStores(one: Config, other: Config): boolean {
  const deciding = ({ session, cache, database, isDebug, rateLimit, server }: Config): unknown[] => [
    session,
    cache,
    server.uploadFolder,
    database,
    isDebug,
    rateLimit.limit === undefined,
  ];
  return isDeepStrictEqual(deciding(one), deciding(other));
}

/**
 * The session engine over the store that the settings name. Rejects when a driver is missing or a setting cannot be met; a store
 * that merely does not answer yet is no reason not to start.
 */
async function openSessions(config: Config, projectDir: string, log: Logger): Promise<SessionEngine> {
  const store = await openStore(storeSettingsOf(config, projectDir));
  try {
    return createSessionEngine({ ...engineOptionsOf(config), store, log });
  } catch (error) {
    await store.close();
    throw error;
  }
}
