/**
 * Defaults stand in the table of settings, for projects, and again in the libraries, for who uses those without a project. Each
 * case compares what a library does when it is told nothing with what it is told when nothing is set.
 */
import { expect, test } from '@jest/globals';
import { APP_DEFAULTS } from '../packages/core/src/app.js';
import { DEFAULT_LIMITS } from '../packages/core/src/app-context.js';
import { AUTH_DEFAULTS } from '../packages/core/src/auth/auth-settings.js';
import { CACHE_DEFAULTS } from '../packages/core/src/cache/cache-store.js';
import { MIDDLEWARE_DEFAULTS } from '../packages/core/src/middleware/middleware-settings.js';
import { DEFAULT_LIMIT } from '../packages/core/src/middleware/rate-limiter.js';
import { SEND_TIMEOUT_MS, SHUTDOWN_TIMEOUT_MS } from '../packages/core/src/server.js';
import { resolveEngineSettings } from '../packages/sessions/src/engine/engine-settings.js';
import { STORE_DEFAULTS } from '../packages/sessions/src/session-options.js';
import { MemoryStore } from '../packages/sessions/src/stores/memory/memory-store.js';
import { readRedisAddress } from '../packages/sessions/src/stores/redis/redis-address.js';
import { appSettingsOf } from '../packages/tina4-nodejs/src/compose.js';
import { readConfig } from '../packages/tina4-nodejs/src/config/read-config.js';
import { variables } from '../packages/tina4-nodejs/src/config/variables.js';
import { LOG_DEFAULTS } from '../packages/tina4-nodejs/src/operations/log-settings.js';
import {
  authSettingsOf,
  engineOptionsOf,
  logSettingsOf,
  storeSettingsOf,
} from '../packages/tina4-nodejs/src/server/apply-settings.js';

const root = '/srv/app';
const config = readConfig({});

/** The words of docs/configuration.md for a default that the table leaves to a library. */
function wordsOf(name: string): string {
  return variables.flatMap((row) => (row.name === name && 'defaultText' in row ? [row.defaultText] : [])).join();
}

test('an app made by hand and a project without settings behave alike', async () => {
  const settings = appSettingsOf(config);
  expect(settings).toMatchObject(APP_DEFAULTS);
  expect({ ...DEFAULT_LIMITS, ...settings.limits }).toEqual(DEFAULT_LIMITS);
  expect(config.server).toMatchObject({ shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS, sendTimeoutMs: SEND_TIMEOUT_MS });
});

test('middleware is set alike, but for CORS headers, which an app made by hand has to ask for', async () => {
  const { middleware } = appSettingsOf(config);
  expect(middleware).toMatchObject({ ...MIDDLEWARE_DEFAULTS, isCorsAutomatic: true });
  expect(wordsOf('TINA4_RATE_LIMIT')).toContain(`${DEFAULT_LIMIT} where`);
});

test('tokens, cache and log are set alike', () => {
  expect(authSettingsOf(config, root)).toMatchObject(AUTH_DEFAULTS);
  const { maxEntries, maxBytes, seconds, miss } = config.cache;
  expect({ maxEntries, maxBytes, seconds, miss: miss === 'null' ? null : undefined }).toEqual(CACHE_DEFAULTS);
  expect(logSettingsOf(config, root)).toMatchObject(LOG_DEFAULTS);
});

test('the session engine is set alike, its cookie included', () => {
  const given = { store: new MemoryStore({}), now: Date.now, randomBytes: () => Buffer.alloc(0) };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const settings = resolveEngineSettings({ ...engineOptionsOf(config), ...given, log });
  expect(settings).toEqual(resolveEngineSettings({ ...given, log }));
});

test('session stores are set alike', () => {
  expect(storeSettingsOf(config, root)).toMatchObject(STORE_DEFAULTS);
  const redis = { backend: 'redis' } as const;
  const settings = storeSettingsOf(readConfig({ TINA4_SESSION_BACKEND: 'redis' }), root);
  expect(readRedisAddress(settings)).toEqual(readRedisAddress(redis));
  const { nodes, database, sentinelName } = readRedisAddress(redis);
  expect(wordsOf('TINA4_SESSION_PORT')).toContain(`${nodes[0]?.port} for redis`);
  expect(wordsOf('TINA4_SESSION_DB')).toContain(`${database} for redis`);
  expect(wordsOf('TINA4_SESSION_SENTINEL_NAME')).toContain(sentinelName);
});
