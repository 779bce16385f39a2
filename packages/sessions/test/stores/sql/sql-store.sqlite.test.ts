import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Libsql from 'libsql';
import { type Database, openDatabase } from '../../../src/stores/sql/sql-connection.js';
import { SQL_DIALECTS } from '../../../src/stores/sql/sql-dialect.js';
import { SqlStore } from '../../../src/stores/sql/sql-store.js';
import { parseDatabaseUrl } from '../../../src/stores/sql/sql-url.js';
import { describeSqlStore, newKey, newLease, type TestDatabase } from './sql-cases.js';
import { describeSqlConformance } from './sql-conformance.js';

async function open(): Promise<TestDatabase> {
  const projectDir = await mkdtemp(join(tmpdir(), 'tina4-sqlite-'));
  return {
    settings: { backend: 'database', databaseUrl: 'sqlite:///data/app.db', projectDir },
    stop: () => rm(projectDir, { recursive: true }),
  };
}

describeSqlStore('sqlite', open);
describeSqlConformance(open);

describe('a SQLite file that someone else is writing to', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let other: InstanceType<typeof Libsql>;
  const storeWithin = (timeoutMs: number) => new SqlStore(database, SQL_DIALECTS.sqlite, timeoutMs, Date.now);
  const write = (text: string) => ({ text, expiresAt: Date.now() + 3_600_000 });
  const textFromOutside = (key: string) =>
    (other.prepare('select data from tina4_session where session_id = ?').all([key]) as { data: string }[])[0]?.data;

  beforeAll(async () => {
    testDatabase = await open();
    const target = parseDatabaseUrl(testDatabase.settings);
    database = await openDatabase(target, testDatabase.settings);
    await storeWithin(2000).read(newKey());
    other = new Libsql(target.database);
  });

  afterAll(async () => {
    other.close();
    await database.destroy();
    await testDatabase.stop();
  });

  // libsql reports rows as changed that it never commits, when an earlier statement of the connection had met a lock.
  test('holds what was written after a wait, and what is written after that', async () => {
    const store = storeWithin(2000);
    const key = newKey();
    const version = (await store.create(key, write('first'))) ?? '';

    other.exec('begin immediate');
    const update = store.update(key, write('second'), version);
    await once(database, 'query-error');
    other.exec('commit');
    const second = await update;

    expect(second.outcome).toBe('updated');
    expect(textFromOutside(key)).toBe('second');
    await store.update(key, write('third'), second.outcome === 'updated' ? second.version : '');
    expect(textFromOutside(key)).toBe('third');
  });

  test('holds a lease that had to wait, too', async () => {
    const key = newKey();
    await storeWithin(2000).create(key, write('x'));

    other.exec('begin immediate');
    const lock = storeWithin(2000).lock(key, newLease());
    await once(database, 'query-error');
    other.exec('commit');

    expect((await lock).outcome).toBe('held');
    const rows = other.prepare('select lease_owner from tina4_session where session_id = ?').all([key]) as unknown[];
    expect(rows).toEqual([{ lease_owner: expect.any(String) }]);
  });

  test('is read meanwhile, and a write ends as unavailable at its deadline', async () => {
    const store = storeWithin(200);
    const key = newKey();
    await store.create(key, write('x'));

    other.exec('begin immediate');
    try {
      expect((await store.read(key))?.text).toBe('x');
      await expect(store.create(newKey(), write('y'))).rejects.toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
    } finally {
      other.exec('rollback');
    }

    expect(await store.create(newKey(), write('y'))).toEqual(expect.any(String));
  });
});
