/** What libsql and better-sqlite3 have in common, as far as it is used here. */
export interface SqliteConnection {
  exec(source: string): unknown;
  close(): unknown;
  /** knex throws a connection away that carries this. */
  __knex__disposed?: unknown;
}

/** The class that either driver exports. */
export type SqliteDriver = new (path: string, options: { timeout: number }) => SqliteConnection;

/** A statement waits this long (ms) for another writer; the rest of the waiting is done in JavaScript, asynchronously. */
const BUSY_MS = 5;

/** Opens the file `path`, made if need be. Throws the driver's error, SQLITE_BUSY included. */
export function openSqlite(Driver: SqliteDriver, path: string): SqliteConnection {
  const connection = new Driver(path, { timeout: BUSY_MS });
  try {
    // Readers do not wait for the writer. A power cut may cost the last commits, a crash of the process does not.
    connection.exec('pragma synchronous = NORMAL');
    useWal(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A file that may not be written keeps the mode that it has, and is read. */
function useWal(connection: SqliteConnection): void {
  try {
    connection.exec('pragma journal_mode = WAL');
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string' || !code.startsWith('SQLITE_READONLY')) throw error;
  }
}

/**
 * Runs one statement as a transaction of its own that takes the write lock before anything else.
 *
 * SQLite would do so by itself, but libsql (0.5) does not reset a statement that met SQLITE_BUSY. Such a statement counts as
 * unfinished, so SQLite does not commit the next one that succeeds, although it reports the rows as changed; once the
 * garbage collector frees the first, the second is rolled back. `exec` leaves nothing behind: when `begin` meets
 * another writer, the statement was never started.
 */
export async function inOwnTransaction<T>(connection: SqliteConnection, run: () => Promise<T>): Promise<T> {
  connection.exec('begin immediate');
  try {
    const result = await run();
    connection.exec('commit');
    return result;
  } catch (error) {
    try {
      connection.exec('rollback');
    } catch {
      // SQLite has rolled back by itself, as it does when a disk is full.
    }
    throw error;
  }
}

/** Runs one statement that only reads. After SQLITE_BUSY the connection is thrown away, since it would go on with an old snapshot. */
export async function reading<T>(connection: SqliteConnection, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) connection.__knex__disposed = error;
    throw error;
  }
}
