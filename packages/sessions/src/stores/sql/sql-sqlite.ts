import { writeFileSync } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';

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

/**
 * Makes the file `path`, if it is not there, for its owner alone; what SQLite puts beside it, `-wal` and `-shm`, gets the rights of the
 * file. One that anybody may read was made with the usual rights, by an earlier version or by the app, and is closed now;
 * rights that somebody chose (a group, say) are left alone.
 */
export async function makePrivate(path: string): Promise<void> {
  if (path === ':memory:') return;
  try {
    // Never opened where it exists: closing it again would drop the locks that this process has on it (fcntl), those of another
    // connection included. In one go, so that no connection comes between.
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
  } catch {
    // It exists, or the driver will say why it cannot be had, in words that the store knows.
  }
  await Promise.all(['', '-wal', '-shm'].map((ending) => closeToOthers(path + ending)));
}

/** Others than the owner and its group. */
const OTHERS = 0o007;

async function closeToOthers(file: string): Promise<void> {
  try {
    if (((await stat(file)).mode & OTHERS) !== 0) await chmod(file, 0o600);
  } catch {
    // Not there, or somebody else's: then its rights are theirs to choose.
  }
}

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
