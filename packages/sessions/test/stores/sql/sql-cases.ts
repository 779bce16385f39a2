import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StoreSettings } from '../../../src/session-options.js';
import type { SessionStore } from '../../../src/session-store.js';
import { type Database, openDatabase } from '../../../src/stores/sql/sql-connection.js';
import { SQL_DIALECTS } from '../../../src/stores/sql/sql-dialect.js';
import { SqlStore } from '../../../src/stores/sql/sql-store.js';
import { parseDatabaseUrl, type SqlEngine } from '../../../src/stores/sql/sql-url.js';
import { runStoreProcesses } from '../store-processes.js';

const HOUR = 3_600_000;

/** A fresh empty database of one engine, and what frees it. */
export interface TestDatabase {
  readonly settings: StoreSettings;
  stop(): Promise<void>;
}

/** A key of its own for each test. */
export function newKey(): string {
  return createHash('sha256').update(randomBytes(16)).digest('hex');
}

/** A lease of a request of its own. */
export function newLease(durationMs = 5000, label = 'POST /cart') {
  return { owner: randomBytes(16).toString('base64url').slice(0, 22), label, durationMs };
}

/**
 * What must hold for SQL in particular, on one engine; the shared suite covers the contract. `open` hands out a database
 * without the table.
 */
export function describeSqlStore(engine: SqlEngine, open: () => Promise<TestDatabase>): void {
  describe(`sessions in ${engine}`, () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let store: SessionStore;
    const statements: string[] = [];
    const dialect = SQL_DIALECTS[engine];

    const timeoutMs = () => testDatabase.settings.timeoutMs ?? 5000;
    const storeAt = (clockOffsetMs: number) =>
      new SqlStore(database, dialect, timeoutMs(), () => Date.now() + clockOffsetMs);
    const rowOf = async (key: string) =>
      (await database('tina4_session').where('session_id', key).select('*'))[0] as Record<string, unknown>;
    const later = () => Date.now() + 24 * HOUR;
    const counted = async (work: () => Promise<unknown>) => {
      statements.length = 0;
      await work();
      return statements.length;
    };

    beforeAll(async () => {
      testDatabase = await open();
      database = await openDatabase(parseDatabaseUrl(testDatabase.settings), {
        ...testDatabase.settings,
        timeoutMs: timeoutMs(),
      });
      database.on('query', ({ sql }: { sql: string }) => statements.push(sql));
      store = storeAt(0);
    }, 60_000);

    afterAll(async () => {
      await store?.close();
      await testDatabase?.stop();
    });

    test('four processes that start at once make one table', async () => {
      const made = await runStoreProcesses('sql', testDatabase.settings, Array(4).fill({ task: 'create' }));

      expect(made).toEqual([true, true, true, true]);
    }, 60_000);

    test('two processes with clocks an hour apart add 200 times and keep 200', async () => {
      const key = createHash('sha256').update('shared').digest('hex');
      await store.create(key, { text: '0', expiresAt: later() });

      await runStoreProcesses('sql', testDatabase.settings, [
        { task: 'add', count: 100, clockOffsetMs: HOUR },
        { task: 'compareAndSet', count: 50, clockOffsetMs: -HOUR },
        { task: 'add', count: 50 },
      ]);

      expect((await store.read(key))?.text).toBe('200');
    }, 60_000);

    test('text comes back as it was, emoji and 300 KB included', async () => {
      const key = newKey();
      const text = `{"a":"é ✓ 😀 ' \\" \\\\ ? :x","long":"${'ü'.repeat(150_000)}"}`;

      await store.create(key, { text, expiresAt: later() });
      const read = await store.read(key);
      const held = await store.lock(key, newLease());

      expect(read?.text).toBe(text);
      expect(held).toMatchObject({ outcome: 'held', session: { text } });
    });

    test('an empty text is a text', async () => {
      const key = newKey();

      await store.create(key, { text: '', expiresAt: later() });

      expect((await store.read(key))?.text).toBe('');
    });

    test('a lease is measured by the clock of the database, not of a process', async () => {
      const key = newKey();
      await store.create(key, { text: 'x', expiresAt: later() });

      const ahead = await storeAt(HOUR).lock(key, newLease(60_000, 'POST /ahead'));
      const behind = await storeAt(-HOUR).lock(key, newLease(60_000));

      expect(ahead.outcome).toBe('held');
      expect(behind).toMatchObject({ outcome: 'busy', holder: 'POST /ahead' });
      expect((behind as { remainingMs: number }).remainingMs).toBeGreaterThan(50_000);
      expect((behind as { remainingMs: number }).remainingMs).toBeLessThanOrEqual(60_000);
    });

    test('a lease that claims to end in an hour lasts its own length and no longer', async () => {
      const key = newKey();
      await store.create(key, { text: 'x', expiresAt: later() });
      await store.lock(key, newLease(300));
      const { lease_until: end } = await rowOf(key);
      await database('tina4_session')
        .where('session_id', key)
        .update({ lease_until: Number(end) + HOUR });

      const first = await store.lock(key, newLease());

      expect(first).toMatchObject({ outcome: 'busy' });
      expect((first as { remainingMs: number }).remainingMs).toBeLessThanOrEqual(300);
      await expect(becomesHeld(store, key, 3000)).resolves.toBe(true);
    });

    test('a lease ends by itself and the next taker gets the session', async () => {
      const key = newKey();
      await store.create(key, { text: 'x', expiresAt: later() });
      const lost = newLease(100);
      await store.lock(key, lost);

      await expect(becomesHeld(store, key, 3000)).resolves.toBe(true);
      expect(await store.renew(key, lost)).toBe(false);
    });

    test('of twenty takers at once one holds', async () => {
      const key = newKey();
      await store.create(key, { text: 'x', expiresAt: later() });

      const results = await Promise.all(Array.from({ length: 20 }, () => store.lock(key, newLease())));

      expect(results.map((result) => result.outcome).filter((outcome) => outcome === 'held')).toHaveLength(1);
    });

    test('of twenty writers with one version one is stored and the others hear what it is now', async () => {
      const key = newKey();
      const version = await store.create(key, { text: 'x', expiresAt: later() });

      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          store.update(key, { text: `writer ${index}`, expiresAt: later() }, version ?? ''),
        ),
      );

      const winners = results.flatMap((result, index) => (result.outcome === 'updated' ? [index] : []));
      expect(winners).toHaveLength(1);
      const losers = results.filter((result) => result.outcome === 'conflict');
      expect(losers).toHaveLength(19);
      expect(losers[0]?.outcome === 'conflict' && losers[0].current?.text).toBe(`writer ${winners[0]}`);
    });

    test('a stranger is refused while a lease stands and the holder commits and lets go in one step', async () => {
      const key = newKey();
      const version = (await store.create(key, { text: 'x', expiresAt: later() })) ?? '';
      const lease = newLease(5000, 'POST /holder');
      await store.lock(key, lease);

      const stranger = await store.update(key, { text: 'stranger', expiresAt: later() }, version);
      const holder = await store.update(key, { text: 'holder', expiresAt: later() }, version, { owner: lease.owner });
      const next = await store.lock(key, newLease());

      expect(stranger).toMatchObject({ outcome: 'busy', holder: 'POST /holder' });
      expect(holder.outcome).toBe('updated');
      expect(next).toMatchObject({ outcome: 'held', session: { text: 'holder' } });
    });

    test('a holder that saves and keeps its lease still holds', async () => {
      const key = newKey();
      const version = (await store.create(key, { text: 'x', expiresAt: later() })) ?? '';
      const lease = newLease();
      await store.lock(key, lease);

      await store.update(key, { text: 'y', expiresAt: later() }, version, { owner: lease.owner, keepLease: true });

      expect((await store.lock(key, newLease())).outcome).toBe('busy');
      expect(await store.renew(key, lease)).toBe(true);
    });

    test('an entry that expired is absent for every verb, and its key can be made again', async () => {
      const key = newKey();
      const expiresAt = Date.now() + HOUR;
      const version = (await store.create(key, { text: 'old', expiresAt })) ?? '';
      const after = storeAt(2 * HOUR);

      expect(await after.read(key)).toBeUndefined();
      expect(await after.lock(key, newLease())).toEqual({ outcome: 'absent' });
      expect(await after.update(key, { text: 'new', expiresAt: later() }, version)).toEqual({ outcome: 'gone' });
      expect(await after.touch(key, expiresAt, later())).toBe(false);
      expect(await after.create(key, { text: 'second', expiresAt: later() })).not.toBe(version);
      expect(await after.create(key, { text: 'third', expiresAt: later() })).toBeUndefined();
      expect((await after.read(key))?.text).toBe('second');
    });

    test('a touch moves the expiry it saw and nothing else', async () => {
      const key = newKey();
      const from = later();
      const version = await store.create(key, { text: 'x', expiresAt: from });
      await store.lock(key, newLease());

      expect(await store.touch(key, from, from + 1000)).toBe(true);
      expect(await store.touch(key, from, from + 2000)).toBe(false);
      expect(await store.read(key)).toEqual({ text: 'x', version, expiresAt: from + 1000 });
      expect((await store.lock(key, newLease())).outcome).toBe('busy');
    });

    test('a write costs two statements at most to load and two to commit, a read one', async () => {
      const key = newKey();
      const version = (await store.create(key, { text: 'x', expiresAt: later() })) ?? '';
      const lease = newLease();

      expect(await counted(async () => store.read(key))).toBe(1);
      expect(await counted(async () => store.lock(key, lease))).toBeLessThanOrEqual(2);
      expect(await counted(async () => store.lock(key, newLease()))).toBe(2);
      const commit = async () => store.update(key, { text: 'y', expiresAt: later() }, version, { owner: lease.owner });
      expect(await counted(commit)).toBe(1);
      expect(await counted(commit)).toBe(2);
      expect(await counted(async () => store.create(newKey(), { text: 'x', expiresAt: later() }))).toBe(1);
    });

    test('the sweep removes what expired, in bounded steps by key, and counts it', async () => {
      const cutoff = Date.now() - 10 * HOUR;
      const dead = Array.from({ length: 7 }, newKey);
      for (const key of dead) await store.create(key, { text: 'x', expiresAt: cutoff - 1000 });
      const alive = newKey();
      await store.create(alive, { text: 'x', expiresAt: cutoff });

      const first = await store.sweep(cutoff, 3);
      const second = await store.sweep(cutoff, 100);
      const third = await store.sweep(cutoff, 100);

      expect(first).toEqual({ removed: 3, hasMore: true });
      expect(second).toEqual({ removed: 4, hasMore: false });
      expect(third).toEqual({ removed: 0, hasMore: false });
      expect(await rowOf(alive)).toBeDefined();
    });

    test('the pages of all entries hold each one once', async () => {
      const keys = Array.from({ length: 5 }, newKey);
      for (const key of keys) await store.create(key, { text: 'äx', expiresAt: later() });

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.entries(cursor, 2);
        expect(page.entries.length).toBeLessThanOrEqual(2);
        seen.push(...page.entries.map((entry) => entry.key));
        cursor = page.cursor;
      } while (cursor !== undefined);

      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(keys));
    });

    test('a holder, a stranger and a remover leave the session removed', async () => {
      const key = newKey();
      const version = (await store.create(key, { text: 'x', expiresAt: later() })) ?? '';
      const lease = newLease();
      await store.lock(key, lease);

      await store.remove(key);
      await store.remove(key);

      expect(await store.update(key, { text: 'y', expiresAt: later() }, version, { owner: lease.owner })).toEqual({
        outcome: 'gone',
      });
      expect(await store.renew(key, lease)).toBe(false);
      expect(await store.read(key)).toBeUndefined();
    });

    test('updates and touches that meet a removal are answered, and the session stays removed', async () => {
      const outcomes: string[] = [];
      const rounds = async () => {
        for (let round = 0; round < 25; round++) {
          const key = newKey();
          const from = later();
          const version = (await store.create(key, { text: 'x', expiresAt: from })) ?? '';
          const [result] = await Promise.all([
            store.update(key, { text: 'y', expiresAt: from + 1 }, version),
            store.touch(key, from, from + 1000),
            store.remove(key),
          ]);
          outcomes.push(result.outcome, String(await store.read(key)));
        }
      };

      await Promise.all(Array.from({ length: 6 }, rounds));

      expect(outcomes.filter((outcome) => !['updated', 'gone', 'undefined'].includes(outcome))).toEqual([]);
    }, 60_000);

    test('a table that was dropped meanwhile is made again', async () => {
      const key = newKey();
      await database.raw('drop table tina4_session');

      await store.create(key, { text: 'x', expiresAt: later() });

      expect((await store.read(key))?.text).toBe('x');
    });
  });

  describe(`a table of an older Tina4 in ${engine}`, () => {
    let testDatabase: TestDatabase;
    let database: Database;
    const olderText = {
      sqlite: 'text',
      postgres: 'text',
      mysql: 'text',
      mssql: 'nvarchar(max)',
      firebird: 'varchar(8191)',
    };
    const olderTime = {
      sqlite: 'real',
      postgres: 'double precision',
      mysql: 'double',
      mssql: 'float',
      firebird: 'double precision',
    };

    beforeAll(async () => {
      testDatabase = await open();
      database = await openDatabase(parseDatabaseUrl(testDatabase.settings), testDatabase.settings);
      await database.raw(
        `create table tina4_session (session_id varchar(255) not null primary key, data ${olderText[engine]} not null, expires_at ${olderTime[engine]} not null)`,
      );
    }, 60_000);

    afterAll(async () => {
      await database?.destroy();
      await testDatabase?.stop();
    });

    (engine === 'firebird' ? test.skip : test)('gets the missing columns and keeps its own sessions', async () => {
      const store = new SqlStore(database, SQL_DIALECTS[engine], 5000, Date.now);
      const seconds = Math.floor(Date.now() / 1000);
      await database('tina4_session').insert({ session_id: 'live', data: '{}', expires_at: seconds + 3600 });
      await database('tina4_session').insert({ session_id: 'over', data: '{}', expires_at: seconds - 3600 });
      const key = newKey();
      const text = 'x'.repeat(100_000);

      await store.create(key, { text, expiresAt: Date.now() + HOUR });
      const swept = await store.sweep(Date.now(), 100);

      expect(swept.removed).toBe(1);
      expect((await store.read(key))?.text).toBe(text);
      const left = (await database('tina4_session').select('session_id')) as { session_id: string }[];
      expect(left.map((row) => row.session_id).sort()).toEqual([key, 'live'].sort());
      expect((await store.entries(undefined, 10)).entries.map((entry) => entry.key)).toEqual([key]);
    });

    (engine === 'firebird' ? test : test.skip)('that cannot be widened is named with what to do', async () => {
      const store = new SqlStore(database, SQL_DIALECTS[engine], 5000, Date.now);

      await expect(store.read(newKey())).rejects.toMatchObject({ code: 'T4_SESSION_TABLE_FOREIGN' });
    });
  });
}

/** Tries to lock until held, for at most `withinMs`. */
async function becomesHeld(store: SessionStore, key: string, withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    if ((await store.lock(key, newLease())).outcome === 'held') return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
