import { describe, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/stores/sql/sql-connection.js';
import { SQL_DIALECTS } from '../../../src/stores/sql/sql-dialect.js';
import { sessionStatements } from '../../../src/stores/sql/sql-statements.js';
import { createTableStatements } from '../../../src/stores/sql/sql-table.js';
import { parseDatabaseUrl } from '../../../src/stores/sql/sql-url.js';

/** SQL Server cannot be had everywhere, so what would be sent to it is read here as text. Nothing connects. */
describe('statements for SQL Server', () => {
  const settings = { backend: 'database', databaseUrl: 'mssql://sa:secret@127.0.0.1:1/sessions' } as const;
  const clock = "datediff_big(millisecond, '19700101', sysutcdatetime())";
  const free = `([lease_until] is null or [lease_until] <= ${clock}`;
  const lease = { owner: 'owner', label: 'POST /x', durationMs: 15000 };
  const write = { text: 'text', expiresAt: 2000 };
  const dialect = SQL_DIALECTS.mssql;

  async function compiled(build: (statements: ReturnType<typeof sessionStatements>, database: Database) => unknown) {
    const database = await openDatabase(parseDatabaseUrl(settings), settings);
    try {
      const built = build(sessionStatements(database, dialect), database) as {
        toSQL(): { sql: string; bindings: unknown[] } | { sql: string; bindings: unknown[] }[];
      };
      const all = [built.toSQL()].flat();
      return all.map(({ sql, bindings }) => ({ sql, bindings }));
    } finally {
      await database.destroy();
    }
  }

  test('a read is one select of a live row', async () => {
    expect(await compiled((statements) => statements.read('key', 1000))).toEqual([
      {
        sql: 'select [data], [version], [expires_at] from [tina4_session] where [session_id] = ? and [expires_at] > ?',
        bindings: ['key', 1000],
      },
    ]);
  });

  test('a look at the lease brings the time of the server with it', async () => {
    expect(await compiled((statements) => statements.inspect('key', 1000))).toEqual([
      {
        sql: `select [data], [version], [expires_at], [lease_owner], [lease_label], [lease_until], [lease_ms], ${clock} as database_now from [tina4_session] where [session_id] = ? and [expires_at] > ?`,
        bindings: ['key', 1000],
      },
    ]);
  });

  test('a lease is taken and the row read by one update', async () => {
    const take = (statements: ReturnType<typeof sessionStatements>) =>
      statements.takeLease('key', lease, 1000).returning(['data', 'version', 'expires_at']);

    expect(await compiled(take)).toEqual([
      {
        sql: `update [tina4_session] set [lease_owner] = ?, [lease_label] = ?, [lease_until] = ${clock} + 15000, [lease_ms] = ? output inserted.[data], inserted.[version], inserted.[expires_at] where [session_id] = ? and [expires_at] > ? and ${free} or [lease_owner] = ?)`,
        bindings: ['owner', 'POST /x', 15000, 'key', 1000, 'owner'],
      },
    ]);
  });

  test('a renewal, an unlock and a cut lease touch the owner alone', async () => {
    expect(await compiled((statements) => statements.renewLease('key', lease, 1000))).toEqual([
      {
        sql: `update [tina4_session] set [lease_until] = ${clock} + 15000, [lease_ms] = ? where [session_id] = ? and [expires_at] > ? and [lease_owner] = ? and [lease_until] > ${clock};select @@rowcount`,
        bindings: [15000, 'key', 1000, 'owner'],
      },
    ]);
    expect(await compiled((statements) => statements.dropLease('key', 'owner'))).toEqual([
      {
        sql: 'update [tina4_session] set [lease_owner] = ?, [lease_label] = ?, [lease_until] = ?, [lease_ms] = ? where [session_id] = ? and [lease_owner] = ?;select @@rowcount',
        bindings: [null, null, null, null, 'key', 'owner'],
      },
    ]);
    expect(await compiled((statements) => statements.clampLease('key', 'owner'))).toEqual([
      {
        sql: `update [tina4_session] set [lease_until] = ${clock} + lease_ms where [session_id] = ? and [lease_owner] = ? and [lease_until] > ${clock} + lease_ms;select @@rowcount`,
        bindings: ['key', 'owner'],
      },
    ]);
  });

  test('a commit is one update that compares the version and the lease', async () => {
    const commit = (statements: ReturnType<typeof sessionStatements>) =>
      statements.compareAndSet('key', write, 7, 1000, { owner: 'owner' });

    expect(await compiled(commit)).toEqual([
      {
        sql: `update [tina4_session] set [data] = ?, [expires_at] = ?, [version] = ?, [lease_owner] = ?, [lease_label] = ?, [lease_until] = ?, [lease_ms] = ? where [session_id] = ? and [expires_at] > ? and ${free} or [lease_owner] = ?) and [version] = ?;select @@rowcount`,
        bindings: ['text', 2000, 8, null, null, null, null, 'key', 1000, 'owner', 7],
      },
    ]);
  });

  test('without an owner any standing lease refuses the commit', async () => {
    const [commit] = await compiled((statements) =>
      statements.compareAndSet('key', write, 7, 1000, { keepLease: true }),
    );

    expect(commit).toEqual({
      sql: `update [tina4_session] set [data] = ?, [expires_at] = ?, [version] = ? where [session_id] = ? and [expires_at] > ? and ${free}) and [version] = ?;select @@rowcount`,
      bindings: ['text', 2000, 8, 'key', 1000, 7],
    });
  });

  test('a new row is inserted, and an expired one replaced by an update', async () => {
    expect(await compiled((statements) => statements.insert('key', write, 7))).toEqual([
      {
        sql: 'insert into [tina4_session] ([data], [expires_at], [session_id], [version]) values (?, ?, ?, ?)',
        bindings: ['text', 2000, 'key', 7],
      },
    ]);
    expect(await compiled((statements) => statements.replaceExpired('key', write, 7, 1000))).toEqual([
      {
        sql: 'update [tina4_session] set [data] = ?, [expires_at] = ?, [version] = ?, [lease_owner] = ?, [lease_label] = ?, [lease_until] = ?, [lease_ms] = ? where [session_id] = ? and [expires_at] <= ?;select @@rowcount',
        bindings: ['text', 2000, 7, null, null, null, null, 'key', 1000],
      },
    ]);
  });

  test('touch and remove go by the key', async () => {
    expect(await compiled((statements) => statements.moveExpiry('key', 2000, 3000, 1000))).toEqual([
      {
        sql: 'update [tina4_session] set [expires_at] = ? where [session_id] = ? and [expires_at] > ? and [expires_at] = ?;select @@rowcount',
        bindings: [3000, 'key', 1000, 2000],
      },
    ]);
    expect(await compiled((statements) => statements.delete('key'))).toEqual([
      { sql: 'delete from [tina4_session] where [session_id] = ?;select @@rowcount', bindings: ['key'] },
    ]);
  });

  test('the sweep reads a bounded number of keys and deletes by them', async () => {
    const over = '[expires_at] < ? and ([version] is not null or [expires_at] < ?)';

    expect(await compiled((statements) => statements.sweepable(5000, 500))).toEqual([
      {
        sql: `select top (?) [session_id] from [tina4_session] where ${over} order by [expires_at] asc`,
        bindings: [500, 5000, 5],
      },
    ]);
    expect(await compiled((statements) => statements.deleteExpired(['a', 'b'], 5000))).toEqual([
      {
        sql: `delete from [tina4_session] where [session_id] in (?, ?) and ${over};select @@rowcount`,
        bindings: ['a', 'b', 5000, 5],
      },
    ]);
  });

  test('a page of entries is bounded and starts after the cursor', async () => {
    expect(await compiled((statements) => statements.page('key', 100))).toEqual([
      {
        sql: 'select top (?) [session_id], [expires_at], datalength(data) as bytes from [tina4_session] where [version] is not null and [session_id] > ? order by [session_id] asc',
        bindings: [100, 'key'],
      },
    ]);
  });

  test('the table compares keys and owners byte by byte and takes text of any length', async () => {
    const bin = 'nvarchar(64) collate Latin1_General_BIN2';
    const [table] = await compiled((_statements, database) => createTableStatements(database, dialect).table);
    const [index] = await compiled((_statements, database) => createTableStatements(database, dialect).index);

    expect(table?.sql).toBe(
      `CREATE TABLE [tina4_session] ([session_id] ${bin} not null, [data] nvarchar(max) not null, [expires_at] bigint not null, [version] bigint, [lease_owner] ${bin}, [lease_label] nvarchar(200), [lease_until] bigint, [lease_ms] bigint, CONSTRAINT [tina4_session_pkey] PRIMARY KEY ([session_id]))`,
    );
    expect(index?.sql).toBe('CREATE INDEX [tina4_session_expires] ON [tina4_session] ([expires_at])');
  });
});
