import { expect, test } from '@jest/globals';
import { parseDatabaseUrl } from '../../../src/stores/sql/sql-url.js';

const parse = (databaseUrl: string | undefined, more: object = {}) =>
  parseDatabaseUrl({ backend: 'database', databaseUrl, projectDir: '/srv/shop', ...more });

test.each([
  ['sqlite:///data/app.db', '/srv/shop/data/app.db'],
  ['sqlite:////var/lib/app.db', '/var/lib/app.db'],
  ['sqlite://data/app.db', '/srv/shop/data/app.db'],
  ['sqlite:data/app.db', '/srv/shop/data/app.db'],
  ['sqlite:///with%20space.db?cache=shared', '/srv/shop/with space.db'],
  ['sqlite::memory:', ':memory:'],
  [undefined, '/srv/shop/data/app.db'],
  ['', '/srv/shop/data/app.db'],
])('%s is the file %s', (url, file) => {
  expect(parse(url)).toMatchObject({ engine: 'sqlite', database: file });
});

test.each([
  ['postgres://h/d', 'postgres', 5432],
  ['postgresql://h/d', 'postgres', 5432],
  ['pgsql://h/d', 'postgres', 5432],
  ['mysql://h/d', 'mysql', 3306],
  ['mariadb://h:443/d', 'mysql', 443],
  ['MSSQL://h/d', 'mssql', 1433],
  ['sqlserver://u:p%3A443@h/d', 'mssql', 1433],
  ['firebird://h:13050/d', 'firebird', 13050],
])('%s is %s on port %d', (url, engine, port) => {
  expect(parse(url)).toMatchObject({ engine, host: 'h', port, database: 'd' });
});

test('credentials are decoded and the settings win over them', () => {
  const url = 'postgres://anna:p%40ss%2Fword@[::1]:6000/shop?sslmode=require';

  expect(parse(url)).toMatchObject({ host: '::1', username: 'anna', password: 'p@ss/word' });
  expect(parse(url, { databaseUsername: 'bert', databasePassword: 'other' })).toMatchObject({
    username: 'bert',
    password: 'other',
  });
  expect(parse(url).parameters.get('sslmode')).toBe('require');
});

test('a Firebird database is the path as its server knows it', () => {
  expect(parse('firebird://SYSDBA:masterkey@h:3050//var/lib/shop.fdb').database).toBe('/var/lib/shop.fdb');
  expect(parse('firebird://h/employee').database).toBe('employee');
});

test('a scheme that no engine speaks is refused with the ones that are', () => {
  for (const url of ['oracle://u:secret@h/d', 'constructor://u:secret@h', 'just-a-name', '/etc/secret.db']) {
    expect(messageOf(() => parse(url))).toMatch(
      /^T4_SESSION_DATABASE_UNSUPPORTED: (?!.*secret).*sqlite.*postgres.*mysql.*mssql.*firebird/,
    );
  }
});

test.each([
  'postgres://u:secret@',
  'postgres://u:secret@h',
  'postgres://u:secret@h:notaport/d',
  'mysql://u:se%crëtsecret@h/d',
  'sqlite:///',
])('%s is refused without its password', (url) => {
  const message = messageOf(() => parse(url));

  expect(message).toContain('T4_SESSION_DATABASE_URL');
  expect(message).not.toContain('secret');
});

/** Message and cause of what `work` throws. */
function messageOf(work: () => unknown): string {
  try {
    work();
    return 'nothing was thrown';
  } catch (error) {
    const { message, cause } = error as Error;
    return `${message} ${cause === undefined ? '' : String(cause)}`;
  }
}
