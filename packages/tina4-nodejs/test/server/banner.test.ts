import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.js';
import { bannerText, withoutCredentials } from '../../src/server/banner.js';

test('the banner shows the database without user, password and options', () => {
  const config = readConfig({ DATABASE_URL: 'postgres://user:p@ss@db.example/app?password=x' });
  const banner = bannerText(config, '1.2.3', 'http://127.0.0.1:7148');
  expect(banner).toContain('  Database: postgres://db.example/app\n');
  expect(withoutCredentials('sqlite:///data/app.db')).toBe('sqlite:///data/app.db');
});
