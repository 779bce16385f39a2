import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import { type Database, openDatabase } from '../../../src/stores/sql/sql-connection.js';
import { SQL_DIALECTS } from '../../../src/stores/sql/sql-dialect.js';
import { openSqlStore, SqlStore } from '../../../src/stores/sql/sql-store.js';
import { parseDatabaseUrl, type SqlEngine } from '../../../src/stores/sql/sql-url.js';
import { newKey, newLease } from './sql-cases.js';
import { makeTestDatabase } from './sql-test-database.js';

/** Text that would end a statement, a string or a binding if it ever became part of one. */
const HOSTILE = [
  `'; drop table tina4_session; --`,
  '" or 1=1 --',
  '\\',
  '?',
  ':name',
  '$1',
  '@p0',
  '%s',
  '`',
  'é\u{1F600}',
];

async function expectHostileTextIsKept(database: Database, engine: SqlEngine): Promise<void> {
  const store = new SqlStore(database, SQL_DIALECTS[engine], 5000, Date.now);
  const later = Date.now() + 3_600_000;
  for (const text of HOSTILE) {
    const key = newKey();
    const version = (await store.create(key, { text, expiresAt: later })) ?? '';
    const held = await store.lock(key, newLease(5000, text));
    const busy = await store.lock(key, newLease());
    expect(held).toMatchObject({ outcome: 'held', session: { text } });
    expect(busy).toMatchObject({ outcome: 'busy', holder: text });
    expect((await store.update(key, { text, expiresAt: later }, `${version} or 1=1`)).outcome).toBe('busy');
  }
}

/** Makes the backend fail while it stores a secret, and looks for it in everything that a logger could print. */
async function expectSecretIsKept(database: Database, engine: SqlEngine): Promise<void> {
  const store = new SqlStore(database, SQL_DIALECTS[engine], 5000, Date.now);
  const key = newKey();
  await store.read(key);
  await database('tina4_session').delete();
  await database.raw(
    engine === 'sqlite'
      ? "create trigger refuse before insert on tina4_session begin select raise(abort, 'no'); end"
      : 'alter table tina4_session add column extra int not null default 1, add constraint odd check (expires_at < 100000)',
  );

  const error: unknown = await store
    .create(newKey(), { text: 'card number 4111', expiresAt: 1e13 })
    .then(undefined, (reason: unknown) => reason);

  expect(error).toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
  expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/4111|insert into/i);
}

async function withDatabase(
  engine: SqlEngine,
  settings: Parameters<typeof openSqlStore>[0],
  work: typeof expectSecretIsKept,
) {
  const database = await openDatabase(parseDatabaseUrl(settings), settings);
  try {
    await work(database, engine);
  } finally {
    await database.destroy();
  }
}

test('sqlite keeps hostile text as text and session data out of errors', async () => {
  const projectDir = await mkdtemp(join(tmpdir(), 'tina4-sqlite-'));
  const settings = { backend: 'database', databaseUrl: 'sqlite:///app.db', projectDir } as const;
  try {
    await withDatabase('sqlite', settings, expectHostileTextIsKept);
    await withDatabase('sqlite', settings, expectSecretIsKept);
  } finally {
    await rm(projectDir, { recursive: true });
  }
});

for (const engine of ['postgres', 'mysql'] as const) {
  describeService(engine, (service) => {
    test(`${engine} keeps hostile text as text and session data out of errors`, async () => {
      const { settings, stop } = await makeTestDatabase(service.url);
      try {
        await withDatabase(engine, settings, expectHostileTextIsKept);
        await withDatabase(engine, settings, expectSecretIsKept);
      } finally {
        await stop();
      }
    });
  });
}

describeService('firebird', (service) => {
  test('firebird keeps hostile text as text', async () => {
    const settings = { backend: 'database', databaseUrl: service.url, timeoutMs: 5000 } as const;
    await withDatabase('firebird', settings, expectHostileTextIsKept);
  });
});

test.each(['postgres', 'mysql', 'mssql', 'firebird'] as const)(
  'a %s server that is away is unavailable within the deadline, and its password stays secret',
  async (engine) => {
    const store = await openSqlStore({
      backend: 'database',
      databaseUrl: `${engine}://anna:hunter2@127.0.0.1:1/shop`,
      timeoutMs: 500,
    });
    const start = Date.now();

    const error: unknown = await Promise.resolve(store.read(newKey())).then(undefined, (reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'T4_STORE_UNAVAILABLE', status: 503 });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/hunter2|anna/);
    expect(Date.now() - start).toBeLessThan(2000);
    await store.close();
    await store.close();
  },
);
