import type { SqlEngine } from './sql-url.js';

/**
 * What differs between the engines in the statements of the SQL store. The statements themselves are written once, with
 * knex, in sql-statements.ts.
 */
export interface SqlDialect {
  readonly engine: SqlEngine;
  /**
   * The clock of the database in ms since the epoch, as an SQL expression. Leases are measured by it alone, so the clocks
   * of the processes do not matter. UTC, because local time jumps twice a year (Firebird 3 has nothing else: a jump there
   * ends leases early or is cut to their full length, and the versions still keep every update).
   */
  readonly clock: string;
  /** UTF-8 bytes of the column `data`, as an SQL expression. */
  readonly dataBytes: string;
  /** True where `update … returning` gives the row back, so that lease and text come in one statement. */
  readonly isReturning: boolean;
  /** False where the driver does not tell how many rows an update or delete touched. */
  readonly isCounting: boolean;
  /** Column types, as in `create table`. */
  readonly columns: Readonly<Record<SqlColumn, string>>;
  /** Brings the columns of an older table to the types needed; run once, when such a table is found. */
  readonly widenings: readonly string[];
}

/** The columns of `tina4_session`; the first three carry the names that Tina4 has always given them. */
export type SqlColumn =
  | 'session_id'
  | 'data'
  | 'expires_at'
  | 'version'
  | 'lease_owner'
  | 'lease_label'
  | 'lease_until'
  | 'lease_ms';

const sqlite: SqlDialect = {
  engine: 'sqlite',
  clock: "cast((julianday('now') - 2440587.5) * 86400000 as integer)",
  dataBytes: 'length(cast(data as blob))',
  isReturning: true,
  isCounting: true,
  columns: columnTypes({ id: 'varchar(64)', text: 'text', owner: 'varchar(64)', label: 'varchar(200)' }),
  widenings: [],
};

const postgres: SqlDialect = {
  engine: 'postgres',
  // Not now(), which stands still while an update waits for a row.
  clock: 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)',
  dataBytes: 'octet_length(data)',
  isReturning: true,
  isCounting: true,
  columns: columnTypes({ id: 'varchar(64)', text: 'text', owner: 'varchar(64)', label: 'varchar(200)' }),
  widenings: [
    'alter table tina4_session alter column expires_at type bigint using cast(floor(expires_at) as bigint)',
    'alter table tina4_session alter column data type text',
  ],
};

// Owners are compared byte by byte: the usual collations of MySQL and SQL Server find "a" and "A" equal.
const mysql: SqlDialect = {
  engine: 'mysql',
  clock: "(timestampdiff(microsecond, '1970-01-01', utc_timestamp(3)) div 1000)",
  dataBytes: 'length(data)',
  isReturning: false,
  isCounting: true,
  columns: columnTypes({
    id: 'varchar(64) character set ascii collate ascii_bin',
    text: 'longtext character set utf8mb4 collate utf8mb4_bin',
    owner: 'varchar(64) character set ascii collate ascii_bin',
    label: 'varchar(200) character set utf8mb4',
  }),
  // TEXT ends at 64 KiB, and a server that is not strict cuts longer text without a word.
  widenings: [
    'alter table tina4_session modify data longtext character set utf8mb4 collate utf8mb4_bin not null, modify expires_at bigint not null',
  ],
};

const mssql: SqlDialect = {
  engine: 'mssql',
  clock: "datediff_big(millisecond, '19700101', sysutcdatetime())",
  // Stored as UTF-16; two bytes a character is what it takes on disk, and near enough for a size in a list.
  dataBytes: 'datalength(data)',
  isReturning: true,
  isCounting: true,
  columns: columnTypes({
    id: 'nvarchar(64) collate Latin1_General_BIN2',
    text: 'nvarchar(max)',
    owner: 'nvarchar(64) collate Latin1_General_BIN2',
    label: 'nvarchar(200)',
  }),
  widenings: [
    'alter table tina4_session alter column data nvarchar(max) not null',
    'alter table tina4_session alter column expires_at bigint not null',
  ],
};

const firebird: SqlDialect = {
  engine: 'firebird',
  clock: "datediff(millisecond from timestamp '1970-01-01 00:00:00' to localtimestamp)",
  dataBytes: 'octet_length(data)',
  isReturning: false,
  isCounting: false,
  columns: columnTypes({
    id: 'varchar(64)',
    text: 'blob sub_type text character set utf8',
    owner: 'varchar(64)',
    label: 'varchar(200) character set utf8',
  }),
  widenings: [],
};

/** One dialect an engine. */
export const SQL_DIALECTS: Readonly<Record<SqlEngine, SqlDialect>> = { sqlite, postgres, mysql, mssql, firebird };

function columnTypes(types: { id: string; text: string; owner: string; label: string }): Record<SqlColumn, string> {
  return {
    session_id: types.id,
    data: types.text,
    expires_at: 'bigint',
    version: 'bigint',
    lease_owner: types.owner,
    lease_label: types.label,
    lease_until: 'bigint',
    lease_ms: 'bigint',
  };
}
