import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startFirebird, startMysql, startPostgres } from '../../../../../test/services/index.js';
import type { PrivateServer } from '../../../../../test/services/private-server.js';
import type { StoreSettings } from '../../../src/session-options.js';
import type { SessionStore } from '../../../src/session-store.js';
import { type Database, openDatabase } from '../../../src/stores/sql/sql-connection.js';
import { openSqlStore } from '../../../src/stores/sql/sql-store.js';
import { parseDatabaseUrl } from '../../../src/stores/sql/sql-url.js';
import { expectHeldLeaseIsReturned, expectLateLeaseIsReturned } from '../late-lease.js';
import { startTcpProxy } from '../tcp-proxy.js';
import { newKey, newLease } from './sql-cases.js';

const TIMEOUT_MS = 1000;
/** A call may take its deadline and what a busy machine adds. */
const LATE_MS = 4000;

const write = (text: string) => ({ text, expiresAt: Date.now() + 3_600_000 });
const settingsFor = (databaseUrl: string): StoreSettings => ({
  backend: 'database',
  databaseUrl,
  timeoutMs: TIMEOUT_MS,
});

/** How the call ended and whether it kept its deadline. */
async function outcomeOf(call: () => unknown): Promise<{ code: unknown; isInTime: boolean }> {
  const start = performance.now();
  const code = await Promise.resolve()
    .then(call)
    .then(
      () => 'done',
      (error: unknown) => (error as { code?: unknown }).code,
    );
  return { code, isInTime: performance.now() - start < LATE_MS };
}

/** Stops the server and the processes that it made (PostgreSQL has one for each connection); resolves when all stand still. */
async function pauseAll(server: PrivateServer): Promise<void> {
  signalAll(server, 'SIGSTOP');
  const isStopped = (pid: number) => / [Tt] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ''));
  const end = performance.now() + 5000;
  while (!processesOf(server).every(isStopped)) {
    if (performance.now() > end) throw new Error('the server does not stop');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function signalAll(server: PrivateServer, signal: NodeJS.Signals): void {
  for (const pid of processesOf(server)) process.kill(pid, signal);
}

function processesOf({ pid }: PrivateServer): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children.map(Number)];
}

/** Asks until the store answers, for at most ten seconds. */
async function recovered(store: SessionStore, key: string): Promise<string | undefined> {
  const end = performance.now() + 10_000;
  for (;;) {
    try {
      return (await store.read(key))?.text;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const UNAVAILABLE = { code: 'T4_STORE_UNAVAILABLE', isInTime: true };

for (const [engine, start] of [
  ['postgres', startPostgres],
  ['mysql', startMysql],
  ['firebird', startFirebird],
] as const) {
  describe(engine, () => {
    let server: PrivateServer;
    let store: SessionStore;

    beforeAll(async () => {
      server = await start();
      store = await openSqlStore(settingsFor(server.url));
    }, 60_000);
    afterAll(async () => {
      await store?.close();
      await server?.stop();
    });

    test('a server that stops answering costs a deadline, and nothing once it goes on', async () => {
      const key = newKey();
      const version = (await store.create(key, write('kept'))) ?? '';

      await pauseAll(server);
      try {
        expect(await outcomeOf(() => store.read(key))).toEqual(UNAVAILABLE);
        expect(await outcomeOf(() => store.update(key, write('lost or not'), version))).toEqual(UNAVAILABLE);
        expect(await outcomeOf(() => store.lock(key, newLease()))).toEqual(UNAVAILABLE);
        const many = await Promise.all(Array.from({ length: 30 }, () => outcomeOf(() => store.read(key))));
        expect(many).toEqual(Array(30).fill(UNAVAILABLE));
      } finally {
        signalAll(server, 'SIGCONT');
      }

      expect(['kept', 'lost or not']).toContain(await recovered(store, key));
      const other = newKey();
      await store.create(other, write('new'));
      expect((await store.read(other))?.text).toBe('new');
    });

    test('a lease that the server grants after its request gave up keeps nobody waiting', async () => {
      const other = await openSqlStore(settingsFor(server.url));
      const pause = () => pauseAll(server);
      const resume = () => signalAll(server, 'SIGCONT');
      await expectLateLeaseIsReturned({ store: other, pause, resume });
    });

    test('a session that a request held when its server stood still is free again soon after it goes on', async () => {
      const other = await openSqlStore(settingsFor(server.url));
      const pause = () => pauseAll(server);
      const resume = () => signalAll(server, 'SIGCONT');
      await expectHeldLeaseIsReturned({ store: other, pause, resume });
    });

    test('a server that is killed and started again still has what it acknowledged', async () => {
      const keys = Array.from({ length: 20 }, newKey);
      for (const key of keys) await store.create(key, write(key));

      await server.kill();
      expect(await outcomeOf(() => store.read(keys[0] ?? ''))).toEqual(UNAVAILABLE);
      await server.restart();

      expect(await recovered(store, keys[0] ?? '')).toBe(keys[0]);
      for (const key of keys) expect((await store.read(key))?.text).toBe(key);
    });

    test('a commit whose answer is lost is found by the next one as its own', async () => {
      const proxy = await startTcpProxy(server.port);
      const cut = await openSqlStore(settingsFor(server.url.replace(/:\d+\//, `:${proxy.port}/`)));
      try {
        // Firebird's bytes are encrypted, so there the connection is cut at one step of the statement after the other.
        for (const step of engine === 'firebird' ? [1, 2, 3, 4, 5, 6] : ['written-and-unheard']) {
          const key = newKey();
          const version = (await cut.create(key, write('before'))) ?? '';

          proxy.cutAnswerTo(step);
          const first = await outcomeOf(() => cut.update(key, write('written-and-unheard'), version));
          proxy.heal();
          const text = await recovered(cut, key);
          const again = await cut.update(key, write('written-and-unheard'), version);

          if (engine !== 'firebird' || step === 1) expect(first).toEqual(UNAVAILABLE);
          if (first.code === 'done') expect(text).toBe('written-and-unheard');
          if (text === 'before') expect(again.outcome).toBe('updated');
          else expect(again).toMatchObject({ outcome: 'conflict', current: { text: 'written-and-unheard' } });
        }
      } finally {
        await cut.close();
        await proxy.close();
      }
    });

    test('a login that is refused is named, and its password stays out of the message', async () => {
      // PostgreSQL trusts everyone here whom it knows.
      const login = engine === 'postgres' ? { databaseUsername: 'nobody' } : {};
      const wrong = await openSqlStore({ ...settingsFor(server.url), ...login, databasePassword: 'wr0ng-secret' });
      const error: unknown = await Promise.resolve(wrong.read(newKey())).catch((reason: unknown) => reason);

      expect(error).toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
      // Firebird's driver hears only that the connection was closed.
      expect(String(error)).toContain(engine === 'firebird' ? 'accepts the login' : 'refuses the login');
      expect(String((error as Error).stack)).not.toContain('wr0ng-secret');
      await wrong.close();
    });
  });
}

/** What a database that only reads does for a store that runs, and for one of a process that starts now. */
async function expectOnlyReads(
  settings: StoreSettings,
  forbidWrites: () => Promise<unknown>,
  which: readonly ('running' | 'started')[] = ['running', 'started'],
): Promise<void> {
  const running = await openSqlStore(settings);
  const key = newKey();
  const version = (await running.create(key, write('kept'))) ?? '';
  if (!which.includes('running')) await running.close();
  await forbidWrites();
  const started = await openSqlStore(settings);
  const REFUSED = { code: 'T4_STORE_REFUSED', isInTime: true };
  try {
    for (const store of which.map((name) => ({ running, started })[name])) {
      // The connections that it had may have been closed.
      expect(await recovered(store, key)).toBe('kept');
      expect(await outcomeOf(() => store.lock(key, newLease()))).toEqual(REFUSED);
      expect(await outcomeOf(() => store.create(newKey(), write('new')))).toEqual(REFUSED);
      expect(await outcomeOf(() => store.update(key, write('new'), version))).toEqual(REFUSED);
      expect(await outcomeOf(() => store.touch(key, 1, 2))).toEqual(REFUSED);
      expect(await store.read(key)).toMatchObject({ text: 'kept', version });
    }
  } finally {
    await running.close();
    await started.close();
  }
}

describe('a database that only reads serves sessions and refuses to store', () => {
  test('PostgreSQL with default_transaction_read_only', async () => {
    const server = await startPostgres();
    try {
      await expectOnlyReads(settingsFor(server.url), () =>
        withDatabase(server.url, async (database) => {
          await database.raw('alter database postgres set default_transaction_read_only = on');
          // The setting counts for new connections.
          await database.raw('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()');
        }),
      );
    } finally {
      await server.stop();
    }
  }, 60_000);

  test('MariaDB with read_only', async () => {
    const server = await startMysql();
    try {
      const root = server.url.replace('tina4:tina4', 'root');
      const asRoot = (statement: string) => withDatabase(root, (database) => database.raw(statement));
      // Whoever may administrate a server goes on writing.
      await asRoot("create user plain@'%' identified by 'plain'");
      await asRoot("grant select, insert, update, delete, create, alter, index on tina4.* to plain@'%'");
      await expectOnlyReads(settingsFor(server.url.replace('tina4:tina4', 'plain:plain')), () =>
        asRoot('set global read_only = 1'),
      );
    } finally {
      await server.stop();
    }
  }, 60_000);

  const canForbid = process.platform === 'linux' && process.getuid?.() === 0;
  const title = `SQLite in a file that may not be written${canForbid ? '' : ' (skipped: needs root on Linux)'}`;
  (canForbid ? test : test.skip)(title, async () => {
    const disk = mkdtempSync(join(tmpdir(), 't4-read-only-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    const file = join(disk, 'app.db');
    const forbid = async () => execFileSync('chattr', ['+i', file]);
    try {
      // Who has the file open may go on writing.
      await expectOnlyReads(settingsFor(`sqlite:///${file}`), forbid, ['started']);
    } finally {
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true });
    }
  });
});

describe('locks of other programs in MySQL', () => {
  let server: PrivateServer;
  let store: SessionStore;

  beforeAll(async () => {
    server = await startMysql();
    store = await openSqlStore({ ...settingsFor(server.url), timeoutMs: 5000 });
    await store.read(newKey());
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });

  test('a row that another transaction holds for longer than the lock wait is written once it is free', async () => {
    const key = newKey();
    const version = (await store.create(key, write('first'))) ?? '';

    await withDatabase(server.url, async (database) => {
      const transaction = await database.transaction();
      await transaction('tina4_session').where('session_id', key).forUpdate().select('session_id');
      const update = store.update(key, write('second'), version);
      // Longer than the store's lock wait of 2 s, so that it has to come back.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await transaction.commit();

      expect((await update).outcome).toBe('updated');
    });
    expect((await store.read(key))?.text).toBe('second');
  });

  test('a statement that a deadlock rolled back is run again', async () => {
    const now = Date.now();
    const keys = [newKey(), newKey()].sort();
    for (const key of keys) await store.create(key, { text: 'x', expiresAt: now - 10_000 });
    const padding = Array.from({ length: 50 }, newKey);
    for (const key of padding) await store.create(key, write('padding'));

    await withDatabase(server.url, async (database) => {
      const transaction = await database.transaction();
      // The more it has changed, the less likely InnoDB picks it as the victim.
      await transaction('tina4_session').whereIn('session_id', padding).update({ data: 'changed' });
      await transaction('tina4_session').where('session_id', keys[1]).update({ data: 'held' });
      const sweep = store.sweep(now - 1000, 100);
      await untilSomeoneWaits(database);
      await transaction('tina4_session').where('session_id', keys[0]).update({ data: 'held' });
      await transaction.commit();

      expect((await sweep).removed).toBe(2);
    });
  });
});

async function withDatabase(databaseUrl: string, work: (database: Database) => PromiseLike<unknown>): Promise<void> {
  const settings = { ...settingsFor(databaseUrl), timeoutMs: 10_000 };
  const database = await openDatabase(parseDatabaseUrl(settings), settings);
  try {
    await work(database);
  } finally {
    await database.destroy();
  }
}

async function untilSomeoneWaits(database: Database): Promise<void> {
  const end = performance.now() + 5000;
  while (performance.now() < end) {
    const [rows] = (await database.raw(
      "select count(*) as n from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
    )) as [{ n: number }[]];
    if (Number(rows[0]?.n) > 0) return;
  }
  throw new Error('nobody waits for a lock');
}
