import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Auth, type AuthSettings, type MiddlewareSettings, provideRateLimit, type RateLimitStore } from '@tina4/core';
import type { SessionEngineOptions, StoreSettings } from '@tina4/sessions';
import type { Config } from '../config/read-config.js';
import { Log } from '../operations/log.js';
import type { LogSettings } from '../operations/log-settings.js';
import { StartError } from '../project/start-error.js';

/**
 * Hands the settings to the parts that Tina4 code calls from anywhere, the log and the tokens. A signing key that cannot be
 * made is a warning: an app that uses no tokens runs on a read-only disk too.
 */
export async function applySettings(config: Config, projectDir: string): Promise<void> {
  await Log.configure(logSettingsOf(config, projectDir));
  provideRateLimit(config.rateLimit);
  await makeUploadFolder(config, projectDir);
  await Auth.setup(authSettingsOf(config, projectDir)).catch((error: Error) => Log.warn(error.message));
}

/** Where log lines go. Relative paths start at `projectDir`. */
export function logSettingsOf(config: Config, projectDir: string): LogSettings {
  const { folder, file, ...settings } = config.log;
  return { ...settings, file: resolve(projectDir, folder, file) };
}

/** What tokens are made and checked with. */
export function authSettingsOf(config: Config, projectDir: string): AuthSettings {
  const { secret, algorithm, tokenMinutes, tokenSeconds, renewalMinutes, apiKey } = config.auth;
  return Object.freeze({
    secret,
    algorithm,
    apiKey,
    renewalMinutes,
    lifetimeMinutes: tokenSeconds === undefined ? tokenMinutes : tokenSeconds / 60,
    keyFile: resolve(projectDir, 'secrets/jwt.key'),
  });
}

/** Where uploads lie while their request runs, absolute; undefined for the system's temporary folder. */
export function uploadFolderOf(folder: string | undefined, projectDir: string): string | undefined {
  return folder === undefined ? undefined : resolve(projectDir, folder);
}

/**
 * Settings of the middleware that comes with the framework. CORS is answered from them without being registered. `sharedLimit`
 * counts for the limit of all requests; without it each process counts by itself.
 */
export function middlewareSettingsOf(config: Config, sharedLimit?: RateLimitStore): MiddlewareSettings {
  const { cors, securityHeaders, cache } = config;
  const auth = { csrf: config.auth.csrf, securesWrites: config.auth.securesWrites ?? false };
  const rateLimit = { ...config.rateLimit, store: sharedLimit };
  return Object.freeze({ cors, rateLimit, securityHeaders, cache, auth, isCorsAutomatic: true });
}

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

async function makeUploadFolder({ server }: Config, projectDir: string): Promise<void> {
  const folder = uploadFolderOf(server.uploadFolder, projectDir);
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    throw new StartError(`TINA4_UPLOAD_TMP is "${server.uploadFolder}": the folder cannot be made (${cause.code}).`, {
      cause,
    });
  });
}
