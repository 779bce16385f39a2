import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { connectionSettings } from '../../../src/stores/sql/sql-connection-settings.js';
import { parseDatabaseUrl } from '../../../src/stores/sql/sql-url.js';

async function settingsOf(databaseUrl: string, projectDir = '/srv/shop'): Promise<Record<string, unknown>> {
  const settings = { backend: 'database', databaseUrl, projectDir } as const;
  return (await connectionSettings(parseDatabaseUrl(settings), settings, 2000)) as Record<string, unknown>;
}

test.each([
  ['postgres://h/d', false],
  ['postgres://h/d?sslmode=disable', false],
  ['postgres://h/d?sslmode=require', { rejectUnauthorized: true }],
  ['postgres://h/d?sslmode=verify-full', { rejectUnauthorized: true }],
  ['postgres://h/d?sslmode=no-verify', { rejectUnauthorized: false }],
  ['postgres://h/d?ssl=true', { rejectUnauthorized: true }],
  ['mysql://h/d', undefined],
  ['mysql://h/d?ssl=false', undefined],
  ['mysql://h/d?ssl=true', { rejectUnauthorized: true }],
  ['mysql://h/d?ssl=%7B%22ca%22%3A%22x%22%7D', { ca: 'x' }],
  ['mysql://h/d?ssl-mode=REQUIRED', { rejectUnauthorized: false, verifyIdentity: false }],
  ['mysql://h/d?ssl-mode=VERIFY_CA', { rejectUnauthorized: true, verifyIdentity: false }],
  ['mysql://h/d?ssl-mode=VERIFY_IDENTITY', { rejectUnauthorized: true, verifyIdentity: true }],
])('%s asks for TLS with %j', async (url, ssl) => {
  expect((await settingsOf(url)).ssl).toEqual(ssl);
});

test('SQL Server is spoken to over TLS with a checked certificate unless the URL says otherwise', async () => {
  expect((await settingsOf('mssql://h/d')).options).toMatchObject({ encrypt: true, trustServerCertificate: false });
  expect((await settingsOf('mssql://h/d?encrypt=false&trustServerCertificate=true')).options).toMatchObject({
    encrypt: false,
    trustServerCertificate: true,
  });
});

test('certificates of PostgreSQL are files of the project', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tina4-tls-'));
  try {
    await writeFile(join(folder, 'ca.pem'), 'the authority');

    const { ssl } = await settingsOf('postgres://h/d?sslmode=verify-full&sslrootcert=ca.pem', folder);

    expect(ssl).toEqual({ rejectUnauthorized: true, ca: 'the authority' });
    await expect(settingsOf('postgres://h/d?sslmode=require&sslkey=none.pem', folder)).rejects.toMatchObject({
      code: 'T4_SESSION_DATABASE_URL',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('TLS settings that cannot be read are refused without their text', async () => {
  const opened = settingsOf('mysql://h/d?ssl=%7Bkey%3Asecret%7D');

  await expect(opened).rejects.toMatchObject({ code: 'T4_SESSION_DATABASE_URL' });
  await expect(opened).rejects.not.toThrow(/secret/);
});
