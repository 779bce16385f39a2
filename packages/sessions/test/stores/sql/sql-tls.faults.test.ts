/** Databases that are reached over TLS, with a certificate made here: refused unless somebody vouches for it. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startMysql, startPostgres } from '../../../../../test/services/index.js';
import type { PrivateServer } from '../../../../../test/services/private-server.js';
import { giveTo } from '../../../../../test/services/system-user.js';
import type { SessionStore } from '../../../src/session-store.js';
import { openSqlStore } from '../../../src/stores/sql/sql-store.js';
import { newKey } from './sql-cases.js';

let folder: string;
let certificate: string;
const stores: SessionStore[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 't4-sql-tls-'));
  await chmod(folder, 0o755);
  certificate = join(folder, 'cert.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', certificate];
  await promisify(execFile)('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    ...subject,
    ...files,
  ]);
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A key that the server's account may read and nobody else. */
async function keyFor(user: string): Promise<string> {
  const key = join(folder, `${user}.pem`);
  await promisify(execFile)('cp', [join(folder, 'key.pem'), key]);
  await chmod(key, 0o600);
  await giveTo(user, key);
  return key;
}

/** What storing one session over this URL comes to. */
async function storeOver(databaseUrl: string): Promise<unknown> {
  const store = await openSqlStore({ backend: 'database', databaseUrl });
  stores.push(store);
  try {
    const key = newKey();
    await store.create(key, { text: 'over TLS', expiresAt: Date.now() + 60_000 });
    return (await store.read(key))?.text;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const withQuery = (server: PrivateServer, query: string): string =>
  `${server.url.replace('127.0.0.1', 'localhost')}?${query}`;

describe('postgres', () => {
  let server: PrivateServer;
  beforeAll(async () => {
    const settings = { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: await keyFor('postgres') };
    server = await startPostgres({ settings });
  }, 60_000);
  afterAll(() => server?.stop());

  test('a certificate that is named as trusted is accepted', async () => {
    const query = `sslmode=verify-full&sslrootcert=${encodeURIComponent(certificate)}`;
    expect(await storeOver(withQuery(server, query))).toBe('over TLS');
  });

  test('a certificate that nobody vouches for is refused, unless the URL says not to look', async () => {
    expect(await storeOver(withQuery(server, 'sslmode=verify-full'))).toBe('T4_STORE_UNAVAILABLE');
    expect(await storeOver(withQuery(server, 'sslmode=no-verify'))).toBe('over TLS');
  });
});

describe('mysql, which takes no connection without TLS here', () => {
  let server: PrivateServer;
  beforeAll(async () => {
    const key = await keyFor('mysql');
    server = await startMysql({
      args: [`--ssl-cert=${certificate}`, `--ssl-key=${key}`, '--require-secure-transport=1'],
    });
  }, 60_000);
  afterAll(() => server?.stop());

  test('a certificate that is named as trusted is accepted', async () => {
    const ssl = JSON.stringify({ ca: await readFile(certificate, 'utf8') });
    expect(await storeOver(withQuery(server, `ssl=${encodeURIComponent(ssl)}`))).toBe('over TLS');
  });

  test('a certificate that nobody vouches for is refused, unless the URL only asks for TLS', async () => {
    expect(await storeOver(withQuery(server, 'ssl=true'))).toBe('T4_STORE_UNAVAILABLE');
    expect(await storeOver(withQuery(server, 'ssl-mode=REQUIRED'))).toBe('over TLS');
  });

  test('a connection without TLS is turned away by the server', async () => {
    expect(await storeOver(server.url)).toBe('T4_STORE_UNAVAILABLE');
  });
});
