import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.js';
import { bannerText, withoutCredentials } from '../../src/server/banner.js';
import { engineOptionsOf, storeSettingsOf } from '../../src/server/session-settings.js';

test('the session settings of a project without any lead to files in its data folder', () => {
  expect(storeSettingsOf(readConfig({}), '/srv/app')).toMatchObject({
    backend: 'file',
    path: join('/srv/app', 'data/sessions'),
    databaseUrl: 'sqlite:///data/app.db',
    projectDir: '/srv/app',
    timeoutMs: 2000,
  });
});

test("the chapter's variables for Redis reach the store", () => {
  const config = readConfig({
    TINA4_SESSION_HANDLER: 'redis',
    TINA4_SESSION_HOST: 'cache.example',
    TINA4_SESSION_PORT: '6380',
    TINA4_SESSION_PASSWORD: 'p',
    TINA4_SESSION_REDIS_DB: '3',
    TINA4_SESSION_TOPOLOGY: 'sentinel',
    TINA4_SESSION_SENTINEL_NAME: 'main',
    TINA4_SESSION_POOL_SIZE: '4',
  });
  expect(storeSettingsOf(config, '/srv/app')).toMatchObject({
    backend: 'redis',
    host: 'cache.example',
    port: 6380,
    password: 'p',
    database: '3',
    prefix: 'tina4:session:',
    topology: 'sentinel',
    sentinelName: 'main',
    poolSize: 4,
  });
});

test('cookie, lifetime and lock settings reach the engine in its units', () => {
  const config = readConfig({
    TINA4_SESSION_TTL: '60',
    TINA4_SESSION_SAMESITE: 'none',
    TINA4_SESSION_LOCK_WAIT: '0.5',
    TINA4_SESSION_AUTOSTART: 'on',
    TINA4_DEBUG: 'true',
  });
  expect(engineOptionsOf(config)).toMatchObject({
    lifetimeSeconds: 60,
    cookie: { name: 'tina4_session', sameSite: 'None', httpOnly: true },
    lockWaitMs: 500,
    lockHoldMs: 60_000,
    autostart: true,
    isDebug: true,
  });
});

test('the banner shows the database without user, password and options', () => {
  const config = readConfig({ DATABASE_URL: 'postgres://user:p@ss@db.example/app?password=x' });
  const banner = bannerText(config, '1.2.3', 'http://127.0.0.1:7148');
  expect(banner).toContain('  Database: postgres://db.example/app\n');
  expect(withoutCredentials('sqlite:///data/app.db')).toBe('sqlite:///data/app.db');
});
