import { SessionError } from '../../errors.js';
import type { Database } from './sql-connection.js';
import type { SqlColumn, SqlDialect } from './sql-dialect.js';
import { classifySqlError } from './sql-errors.js';
import { SESSION_TABLE } from './sql-statements.js';

/** Making or changing a table may wait for others who use it; then the call that needs it fails and the next one tries again. */
const STATEMENT_MS = 10_000;
const INDEX = 'tina4_session_expires';
const REQUIRED: readonly SqlColumn[] = ['session_id', 'data', 'expires_at'];
const LEASE_COLUMNS: readonly SqlColumn[] = ['lease_owner', 'lease_label', 'lease_until', 'lease_ms'];
const VERSION: SqlColumn = 'version';
const ALL: readonly SqlColumn[] = [...REQUIRED, VERSION, ...LEASE_COLUMNS];

/** The statements that make the table, for a test that compiles them for an engine that is not at hand. */
export function createTableStatements(database: Database, dialect: SqlDialect) {
  return {
    table: database.schema.createTable(SESSION_TABLE, (table) => {
      table.specificType('session_id', dialect.columns.session_id).notNullable().primary();
      table.specificType('data', dialect.columns.data).notNullable();
      table.specificType('expires_at', dialect.columns.expires_at).notNullable();
      for (const column of [VERSION, ...LEASE_COLUMNS]) table.specificType(column, dialect.columns[column]);
    }),
    index: indexStatement(database),
  };
}

/**
 * Makes sure that `tina4_session` is there with every column, whoever else does the same at the same moment. A table that
 * an older Tina4 left (`session_id`, `data`, `expires_at`) gets the missing columns; its rows stay and expire as they would have.
 * One statement when nothing is missing. Rejects with the driver's error when the database is away, and with
 * T4_SESSION_TABLE_FOREIGN when the table cannot be brought to this shape.
 */
export async function ensureSessionTable(database: Database, dialect: SqlDialect): Promise<void> {
  if (await hasColumns(database, dialect, ALL)) return;
  const { table, index } = createTableStatements(database, dialect);
  if (await isCreated(database, dialect, table)) await isCreated(database, dialect, index);
  else await upgrade(database, dialect);
  if (!(await hasColumns(database, dialect, ALL))) throw foreignTable();
}

async function upgrade(database: Database, dialect: SqlDialect): Promise<void> {
  if (!(await hasColumns(database, dialect, REQUIRED))) throw foreignTable();
  for (const column of LEASE_COLUMNS) await addColumn(database, dialect, column);
  if (await hasColumns(database, dialect, [VERSION])) return;
  // The columns that were there before are too narrow for this store. Firebird cannot turn a varchar into a blob.
  if (dialect.engine === 'firebird') throw foreignTable();
  for (const widening of dialect.widenings) await database.raw(widening).timeout(STATEMENT_MS);
  await isCreated(database, dialect, indexStatement(database));
  // Last, because it marks the table as done: who dies before leaves the rest to the next process.
  await addColumn(database, dialect, VERSION);
}

async function addColumn(database: Database, dialect: SqlDialect, column: SqlColumn): Promise<void> {
  if (await hasColumns(database, dialect, [column])) return;
  const statement = database.schema.alterTable(SESSION_TABLE, (table) => {
    table.specificType(column, dialect.columns[column]).nullable();
  });
  await isCreated(database, dialect, statement);
}

function indexStatement(database: Database) {
  return database.schema.alterTable(SESSION_TABLE, (table) => {
    table.index(['expires_at'], INDEX);
  });
}

/** Asks for no rows, so the answer is only whether table and columns are there. */
async function hasColumns(database: Database, dialect: SqlDialect, columns: readonly SqlColumn[]): Promise<boolean> {
  try {
    await database(SESSION_TABLE)
      .select([...columns])
      .whereRaw('1 = 0');
    return true;
  } catch (error) {
    if (classifySqlError(dialect.engine, error, 'schema') === 'missing') return false;
    throw error;
  }
}

/** knex's schema builder, as far as it is used here; its own `toSQL` is typed as one statement. */
interface SchemaStatement {
  toSQL(): unknown;
}

/** False when someone else has made it meanwhile. */
async function isCreated(database: Database, dialect: SqlDialect, statement: SchemaStatement): Promise<boolean> {
  try {
    // Not the builder itself: it knows no timeout, and a server that stops answering would never be asked again.
    for (const { sql } of statement.toSQL() as readonly { sql: string }[])
      await database.raw(sql).timeout(STATEMENT_MS);
    return true;
  } catch (error) {
    if (classifySqlError(dialect.engine, error, 'schema') === 'exists') return false;
    throw error;
  }
}

function foreignTable(): SessionError {
  return new SessionError(
    'T4_SESSION_TABLE_FOREIGN',
    `the table ${SESSION_TABLE} has another shape than the session store needs and cannot be changed to it. ` +
      'Rename or drop it (sessions in it end) and start again: it is made anew.',
  );
}
