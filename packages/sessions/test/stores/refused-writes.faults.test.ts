/** Sites on stores that answer and take no writes: pages that read go on, also of a process that starts meanwhile. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startMysql, startPostgres, startRedis } from '../../../../test/services/index.js';
import { waitFor } from '../../../../test/services/wait-for.js';
import { openStore } from '../../src/open-store.js';
import type { StoreSettings } from '../../src/session-options.js';
import { openDatabase } from '../../src/stores/sql/sql-connection.js';
import { parseDatabaseUrl } from '../../src/stores/sql/sql-url.js';
import { closeApps, openApp } from '../support/apps.js';
import { Browser, type Routes } from '../support/test-app.js';
import { RedisClients } from './redis/redis-clients.js';

const routes: Routes = {
  'POST /start': ({ session }) => {
    session.visits = 1;
  },
  'GET /read': ({ session }) => ({ visits: session.visits }),
  'POST /change': ({ session }) => {
    session.visits += 1;
  },
};

/** A place for sessions that can be made to take no writes. */
interface Place {
  readonly settings: StoreSettings;
  forbid(): Promise<unknown>;
  allow(): Promise<unknown>;
}

const clients = new RedisClients();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await closeApps();
  await clients.close();
  for (const close of closing.splice(0).reverse()) await close();
});

async function onRedis(forbid: readonly string[], allow: readonly string[]): Promise<Place> {
  const server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
  closing.push(() => server.stop());
  const call = ([command = '', ...args]: readonly string[]) => clients.raw(server.url).call(command, ...args);
  return { settings: { backend: 'redis', url: server.url }, forbid: () => call(forbid), allow: () => call(allow) };
}

async function onDatabase(databaseUrl: string, adminUrl: string, on: string[], off: string[]): Promise<Place> {
  const settings = { backend: 'database', databaseUrl } as const;
  const run = async (statements: string[]) => {
    const admin = { ...settings, databaseUrl: adminUrl };
    const database = await openDatabase(parseDatabaseUrl(admin), admin);
    try {
      for (const statement of statements) await database.raw(statement);
    } finally {
      await database.destroy();
    }
  };
  return { settings, forbid: () => run(on), allow: () => run(off) };
}

async function onPostgres(): Promise<Place> {
  const server = await startPostgres();
  closing.push(() => server.stop());
  // The setting counts for new connections.
  const apply = 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()';
  const set = (value: string) => [
    'set default_transaction_read_only = off',
    `alter database postgres set default_transaction_read_only = ${value}`,
    apply,
  ];
  return onDatabase(server.url, server.url, set('on'), set('off'));
}

async function onMariadb(): Promise<Place> {
  const server = await startMysql();
  closing.push(() => server.stop());
  const root = server.url.replace('tina4:tina4', 'root');
  const rights = 'select, insert, update, delete, create, alter, index';
  const prepared = await onDatabase(
    server.url,
    root,
    [],
    ["create user plain@'%' identified by 'plain'", `grant ${rights} on tina4.* to plain@'%'`],
  );
  await prepared.allow();
  // Whoever may administrate a server goes on writing.
  const plain = server.url.replace('tina4:tina4', 'plain:plain');
  return onDatabase(plain, root, ['set global read_only = 1'], ['set global read_only = 0']);
}

async function onFullDisk(): Promise<Place> {
  const disk = mkdtempSync(join(tmpdir(), 't4-refused-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  closing.push(() => {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true });
  });
  const filler = join(disk, 'filler');
  const forbid = async () => {
    for (const size of [65_536, 4096]) {
      await writeFile(filler, Buffer.alloc(size), { flag: 'a' }).then(forbid, () => undefined);
    }
  };
  return { settings: { backend: 'file', path: join(disk, 'sessions') }, forbid, allow: () => rm(filler) };
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const onDisk: [string, () => Promise<Place>] = ['files on a full disk', onFullDisk];
const places: readonly [string, () => Promise<Place>][] = [
  ['redis out of memory', () => onRedis(['CONFIG', 'SET', 'maxmemory', '1mb'], ['CONFIG', 'SET', 'maxmemory', '0'])],
  ['redis as a replica', () => onRedis(['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'])],
  ['PostgreSQL read-only', onPostgres],
  ['MariaDB read-only', onMariadb],
  ...(canMount ? [onDisk] : []),
];

describe.each(places)('%s', (_name, open) => {
  test('pages that read go on, changes are refused, a process that starts serves, and all heals by itself', async () => {
    const place = await open();
    const running = await openApp(routes, { store: await openStore(place.settings) });
    const browser = new Browser(running);
    expect((await browser.post('/start')).status).toBe(200);
    expect((await browser.get('/read')).json).toEqual({ visits: 1 });
    const { cookie } = browser;

    await place.forbid();
    const started = await openApp(routes, { store: await openStore(place.settings) });
    for (const app of [running, started]) {
      // Connections that the change of settings closed are replaced first.
      await waitFor('the store', async () => (await app.send('GET', '/read', { cookie })).status === 200, 10_000);
      for (let round = 0; round < 10; round++) {
        expect((await app.send('POST', '/change', { cookie })).status).toBe(503);
        const reads = await Promise.all(Array.from({ length: 5 }, () => app.send('GET', '/read', { cookie })));
        expect(reads.map(({ status, json }) => ({ status, json }))).toEqual(
          Array(5).fill({ status: 200, json: { visits: 1 } }),
        );
      }
    }
    await place.allow();

    for (const [index, app] of [running, started].entries()) {
      await waitFor('a change', async () => (await app.send('POST', '/change', { cookie })).status === 200, 10_000);
      expect((await app.send('GET', '/read', { cookie })).json).toEqual({ visits: 2 + index });
    }
  }, 60_000);
});
