import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.js';
import { authSettingsOf, engineOptionsOf, logSettingsOf, storeSettingsOf } from '../../src/server/apply-settings.js';

test('log settings name one absolute file and lower-case levels', () => {
  const config = readConfig({ TINA4_LOG_LEVEL: 'WARN', TINA4_LOG_OUTPUT: 'both', TINA4_LOG_DIR: 'var/log' });
  expect(logSettingsOf(config, '/srv/app')).toEqual({
    level: 'warning',
    output: 'both',
    format: 'text',
    file: join('/srv/app', 'var/log/app.log'),
    rotateBytes: 10_485_760,
    rotateKeep: 5,
    writesErrorFile: false,
  });
});

test('token settings take minutes, and seconds where only those are set', () => {
  expect(authSettingsOf(readConfig({ SECRET: 's' }), '/srv/app')).toEqual({
    secret: 's',
    algorithm: 'HS256',
    apiKey: undefined,
    renewalMinutes: 1440,
    lifetimeMinutes: 60,
    keyFile: join('/srv/app', 'secrets/jwt.key'),
  });
  expect(authSettingsOf(readConfig({ TINA4_JWT_EXPIRY: '90' }), '/srv/app').lifetimeMinutes).toBe(1.5);
});

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
