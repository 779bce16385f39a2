import { SessionError, StoreRefusedError, StoreUnavailableError } from '../../errors.js';
import type { SqlEngine } from './sql-url.js';

/** What an error of a driver means for the statement that met it. */
export type SqlFailure =
  /** Rolled back because of someone else's lock: the same statement may succeed the next moment. */
  | 'contention'
  /** The primary key is taken. */
  | 'duplicate'
  /** Table, column or index exists already: another process was quicker. */
  | 'exists'
  /** No such table or column. */
  | 'missing'
  /** The database answers and takes no writes: read-only, full, no right to write. Nothing was written. */
  | 'refused'
  /** The login is refused. */
  | 'login'
  /** Anything else: away, or an error that nobody expects. */
  | 'unavailable';

const CODES: Readonly<Record<SqlEngine, Readonly<Partial<Record<SqlFailure, readonly string[]>>>>> = {
  sqlite: {
    contention: ['SQLITE_BUSY', 'SQLITE_LOCKED'],
    duplicate: ['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE'],
    refused: ['SQLITE_READONLY', 'SQLITE_FULL'],
  },
  postgres: {
    contention: ['40P01', '40001', '55P03'],
    duplicate: ['23505'],
    // 23505 on a catalogue's index is how the loser of a race for the same name hears of it.
    exists: ['42P07', '42701', '42710', '23505'],
    missing: ['42P01', '42703'],
    refused: ['25006', '53100', '42501'],
    login: ['28P01', '28000', '3D000'],
  },
  mysql: {
    contention: ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'],
    duplicate: ['ER_DUP_ENTRY'],
    exists: ['ER_TABLE_EXISTS_ERROR', 'ER_DUP_FIELDNAME', 'ER_DUP_KEYNAME'],
    missing: ['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR'],
    // The first is how read_only and super_read_only answer.
    refused: [
      'ER_OPTION_PREVENTS_STATEMENT',
      'ER_READ_ONLY_MODE',
      'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
      'ER_DISK_FULL',
      'ER_RECORD_FILE_FULL',
      'ER_TABLEACCESS_DENIED_ERROR',
    ],
    login: ['ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR'],
  },
  // https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
  mssql: {
    contention: ['1205', '1222', '3960'],
    duplicate: ['2627', '2601'],
    exists: ['2714', '2705', '1913'],
    missing: ['208', '207'],
    refused: ['3906', '1105', '9002', '229'],
    login: ['ELOGIN', '18456', '4060'],
  },
  firebird: {
    contention: ['335544336', '335544345', '335544451', '335544510', '335544878'],
    duplicate: ['335544665', '335544349'],
    exists: ['335544351'],
    missing: ['335544569'],
    refused: ['335544361', '335544765', '335544352'],
    login: ['335544472'],
  },
};

/** `during: 'schema'` reads an ambiguous code as news about a table rather than about a row. */
export function classifySqlError(engine: SqlEngine, error: unknown, during: 'row' | 'schema'): SqlFailure {
  const codes = errorCodes(error);
  const order: readonly SqlFailure[] =
    during === 'row'
      ? ['contention', 'duplicate', 'missing', 'exists', 'refused', 'login']
      : ['contention', 'exists', 'missing', 'duplicate', 'refused', 'login'];
  for (const failure of order) {
    if (CODES[engine][failure]?.some((code) => codes.includes(code))) return failure;
  }
  // SQLite has one code for everything that is wrong with a statement; its text is fixed and holds no values.
  if (engine === 'sqlite' && error instanceof Error) {
    if (/already exists|duplicate column name/.test(error.message)) return 'exists';
    if (/no such (table|column)/.test(error.message)) return 'missing';
    if (codes.some((code) => code.startsWith('SQLITE_BUSY_'))) return 'contention';
    if (codes.some((code) => code.startsWith('SQLITE_READONLY_'))) return 'refused';
  }
  if (engine === 'firebird' && isOfErasedRow(error)) return 'contention';
  return 'unavailable';
}

/**
 * Firebird's reply to an update of a row that someone removed while the update waited for it. The code is one for anything; the
 * text is fixed. Asked again, the statement finds the row gone.
 */
function isOfErasedRow(error: unknown): boolean {
  const { gdscode, gdsparams } = (error ?? {}) as { gdscode?: unknown; gdsparams?: readonly unknown[] };
  return gdscode === 335544382 && gdsparams?.[0] === 'cannot update erased record';
}

function errorCodes(error: unknown): string[] {
  const { code, number, gdscode, errno } = (error ?? {}) as Record<string, unknown>;
  return [code, number, gdscode, errno].filter((value) => value !== undefined).map(String);
}

/** What a statement was sent for; the first two only read. */
export type SqlTask =
  | 'read'
  | 'entries'
  | 'lock'
  | 'renew'
  | 'unlock'
  | 'create'
  | 'update'
  | 'touch'
  | 'remove'
  | 'sweep';

/**
 * The error that leaves the store. A driver's message repeats bound values (session data) and URLs (passwords), so only its
 * code gets through; the original is not kept as `cause` either, because a logger would print it.
 */
export function unavailable(engine: SqlEngine, error: unknown, doing: SqlTask): SessionError {
  if (error instanceof SessionError) return error;
  const failure = classifySqlError(engine, error, 'row');
  const name = error instanceof Error ? error.name : 'error';
  const code = errorCodes(error)[0] ?? name;
  if (failure === 'refused' && doing !== 'read' && doing !== 'entries') {
    return new StoreRefusedError(
      `the ${engine} database takes no writes (${code} on ${doing}). It is read-only or full, or its user may not write tina4_session.`,
    );
  }
  if (failure === 'login') {
    return new StoreUnavailableError(
      `the ${engine} database refuses the login (${code}). Check user, password and database name.`,
    );
  }
  const isLate = name === 'KnexTimeoutError' || name === 'TimeoutError';
  const what = isLate ? 'did not answer in time' : `failed with ${code}`;
  if (engine === 'firebird' && !isLate && errorCodes(error).length === 0) {
    // Its driver gives no code for a lost connection and for a refused login alike.
    return new StoreUnavailableError(
      `the firebird database closed the connection on ${doing}. Check that it runs and accepts the login.`,
    );
  }
  const advice = /CERT|SSL|TLS/.test(code)
    ? 'Its certificate does not satisfy the TLS settings in DATABASE_URL.'
    : 'Check that it runs, takes more connections, and that its user may read and write tina4_session.';
  return new StoreUnavailableError(`the ${engine} database ${what} on ${doing}. ${advice}`);
}
