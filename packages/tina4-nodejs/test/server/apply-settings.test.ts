import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.js';
import { authSettingsOf, logSettingsOf } from '../../src/server/apply-settings.js';

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
    lifetimeMinutes: 60,
    keyFile: join('/srv/app', 'secrets/jwt.key'),
  });
  expect(authSettingsOf(readConfig({ TINA4_JWT_EXPIRY: '90' }), '/srv/app').lifetimeMinutes).toBe(1.5);
});
