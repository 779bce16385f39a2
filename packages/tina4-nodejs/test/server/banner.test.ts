import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.js';
import { bannerText } from '../../src/server/banner.js';
import { askedSessionPlaceOf, withoutCredentials } from '../../src/server/session-place.js';

test('the banner shows the database without user, password and options', () => {
  const config = readConfig({ DATABASE_URL: 'postgres://user:p@ss@db.example/app?password=x' });
  const banner = bannerText(config, {
    version: '1.2.3',
    address: 'http://127.0.0.1:7148',
    sessions: 'file, data/sessions',
  });
  expect(banner).toContain('  Database: postgres://db.example/app\n');
  expect(withoutCredentials('sqlite:///data/app.db')).toBe('sqlite:///data/app.db');
});

test('a database that nobody named is not in the banner, and the place of the sessions is', () => {
  const facts = { version: '1.2.3', address: 'http://127.0.0.1:7148', sessions: 'file, data/sessions' };
  const banner = bannerText(readConfig({}), facts);
  expect(banner).not.toContain('Database');
  expect(banner).toContain('  Sessions: file, data/sessions\n');
});

test('a session store that does not answer is told with its reason and without its password', async () => {
  const config = readConfig({ TINA4_SESSION_BACKEND: 'redis', TINA4_SESSION_URL: 'redis://:hunter2@127.0.0.1:1' });
  const place = await askedSessionPlaceOf(config, '/srv/app');
  expect(place).toMatch(/^redis, redis:\/\/127\.0\.0\.1:1 \(/);
  expect(place).not.toContain('hunter2');
});
