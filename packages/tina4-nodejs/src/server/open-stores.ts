import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Logger, RateLimitStore, SessionEngine } from '@tina4/core';
import { createSessionEngine, openSharedRateLimit, openStore } from '@tina4/sessions';
import type { Config } from '../config/read-config.js';
import { sweepUploadFolders, type UploadFolder, uploadFolderIn } from '../operations/upload-folder.js';
import { engineOptionsOf, storeSettingsOf, uploadFolderOf } from './apply-settings.js';

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
 * Opens the sessions and, where a limit is set and sessions lie on Redis or Valkey, the counters beside them. Rejects when a
 * driver is missing or a setting cannot be met. Uploads that killed processes left are removed meanwhile.
 */
export async function openStores(config: Config, projectDir: string, log: Logger): Promise<ServerStores> {
  const isLimited = (config.rateLimit.limit ?? 0) > 0;
  const sessions = await openSessions(config, projectDir, log);
  try {
    const uploadParent = uploadFolderOf(config.server.uploadFolder, projectDir) ?? tmpdir();
    const uploads = uploadFolderIn(uploadParent);
    void sweepUploadFolders(uploadParent, log);
    const rateLimit = isLimited ? await openSharedRateLimit(storeSettingsOf(config, projectDir), log) : undefined;
    return {
      sessions,
      rateLimit,
      uploads,
      close: async () => {
        await Promise.all([sessions.close(), rateLimit?.close(), uploads.close()]);
      },
    };
  } catch (error) {
    await sessions.close();
    throw error;
  }
}

/** True when stores opened with one configuration do for the other one too. */
export function haveSameStores(one: Config, other: Config): boolean {
  const deciding = ({ session, database, isDebug, rateLimit, server }: Config): unknown[] => [
    session,
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
