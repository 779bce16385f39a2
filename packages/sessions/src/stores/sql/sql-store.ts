// Longer than most files: the verbs of one contract, which are read side by side.
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { silenceMs } from '../../deadline.js';
import { SessionError, StoreUnavailableError } from '../../errors.js';
import { STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';
import type {
  BusyResult,
  EntriesPage,
  Lease,
  LockResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  SweepResult,
  UpdateOptions,
  UpdateResult,
} from '../../session-store.js';
import { type Database, openDatabase } from './sql-connection.js';
import { SQL_DIALECTS, type SqlDialect } from './sql-dialect.js';
import { classifySqlError, type SqlTask, unavailable } from './sql-errors.js';
import { type SessionStatements, sessionStatements } from './sql-statements.js';
import { ensureSessionTable } from './sql-table.js';
import { parseDatabaseUrl } from './sql-url.js';

/** Ids in one `in (…)`: far below every engine's limit of bound values. */
const SWEEP_BATCH = 500;

/**
 * Opens the store in the table `tina4_session` of the database that `settings.databaseUrl` names.
 * Rejects with T4_SESSION_DATABASE_UNSUPPORTED, T4_SESSION_DATABASE_URL or T4_DRIVER_MISSING when the settings are wrong.
 * A database that is away does not reject: the table is made with the first call that gets through.
 */
export async function openSqlStore(settings: StoreSettings): Promise<SessionStore> {
  const target = parseDatabaseUrl(settings);
  const database = await openDatabase(target, settings);
  return new SqlStore(
    database,
    SQL_DIALECTS[target.engine],
    settings.timeoutMs ?? STORE_DEFAULTS.timeoutMs,
    settings.now ?? Date.now,
  );
}

/** A row as `read` and `inspect` select it; bigints arrive as text from some drivers. */
interface SessionRow {
  readonly data: string;
  readonly version: number | string;
  readonly expires_at: number | string;
  readonly lease_owner?: string | null;
  readonly lease_label?: string | null;
  readonly lease_until?: number | string | null;
  readonly lease_ms?: number | string | null;
  readonly database_now?: number | string;
}

/** A knex builder: runs when awaited, compiles without running. */
interface Statement {
  toSQL(): { toNative?(): unknown; sql: string; bindings: readonly unknown[] };
  timeout(ms: number): PromiseLike<unknown>;
}

/** Sessions in one SQL table. Each verb is one conditional statement, and a second one when that hit nothing. */
export class SqlStore implements SessionStore {
  readonly name: string;
  readonly isShared = true;
  readonly #database: Database;
  readonly #dialect: SqlDialect;
  readonly #statements: SessionStatements;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  #table: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(database: Database, dialect: SqlDialect, timeoutMs: number, now: () => number) {
    this.name = dialect.engine;
    this.#database = database;
    this.#dialect = dialect;
    this.#statements = sessionStatements(database, dialect);
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  async read(key: string): Promise<StoredSession | undefined> {
    const rows = await this.#rows('read', () => this.#statements.read(key, this.#now()));
    return rows[0] && toSession(rows[0]);
  }

  async lock(key: string, lease: Lease): Promise<LockResult> {
    const deadline = this.#deadline();
    for (;;) {
      const taken = await this.#takeLease(key, lease, deadline);
      if (taken) return { outcome: 'held', session: taken };
      const row = await this.#inspect(key, deadline);
      if (row === undefined) return { outcome: 'absent' };
      // Where an update gives nothing back, this second statement is what tells that it hit.
      if (row.lease_owner === lease.owner) return { outcome: 'held', session: toSession(row) };
      if (isHeldByOther(row, lease.owner)) return this.#busy(key, row, deadline);
      // The lease that stood in the way ended between the two statements.
    }
  }

  async renew(key: string, lease: Lease): Promise<boolean> {
    return (await this.#changed('renew', () => this.#statements.renewLease(key, lease, this.#now()))) > 0;
  }

  async unlock(key: string, owner: string): Promise<void> {
    await this.#run('unlock', () => this.#statements.dropLease(key, owner));
  }

  async create(key: string, write: SessionWrite): Promise<string | undefined> {
    const deadline = this.#deadline();
    // Random, so that a key that was removed and made again cannot meet a version that someone still holds.
    const version = randomInt(1, 2 ** 48 - 1);
    try {
      await this.#run('create', () => this.#statements.insert(key, write, version), deadline);
      return String(version);
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
    }
    const replace = () => this.#statements.replaceExpired(key, write, version, this.#now());
    return (await this.#changed('create', replace, deadline)) > 0 ? String(version) : undefined;
  }

  async update(
    key: string,
    write: SessionWrite,
    expectedVersion: string,
    options: UpdateOptions = {},
  ): Promise<UpdateResult> {
    const deadline = this.#deadline();
    const expected = toVersion(expectedVersion);
    for (;;) {
      const compareAndSet = () => this.#statements.compareAndSet(key, write, expected, this.#now(), options);
      if ((await this.#changed('update', compareAndSet, deadline)) > 0)
        return { outcome: 'updated', version: String(expected + 1) };
      const row = await this.#inspect(key, deadline);
      if (row === undefined) return { outcome: 'gone' };
      if (isHeldByOther(row, options.owner)) return this.#busy(key, row, deadline);
      if (Number(row.version) !== expected) return { outcome: 'conflict', current: toSession(row) };
      // The lease that stood in the way ended between the two statements.
    }
  }

  async touch(key: string, from: number, to: number): Promise<boolean> {
    return (await this.#changed('touch', () => this.#statements.moveExpiry(key, from, to, this.#now()))) > 0;
  }

  async remove(key: string): Promise<void> {
    await this.#run('remove', () => this.#statements.delete(key));
  }

  async sweep(expiredBefore: number, limit: number): Promise<SweepResult> {
    let removed = 0;
    for (let left = limit; left > 0; ) {
      const batch = Math.min(left, SWEEP_BATCH);
      const rows = await this.#rows('sweep', () => this.#statements.sweepable(expiredBefore, batch));
      const keys = rows.map((row) => (row as unknown as { session_id: string }).session_id);
      if (keys.length > 0) removed += await this.#removeExpired(keys, expiredBefore);
      if (keys.length < batch) return { removed, hasMore: false };
      left -= batch;
    }
    return { removed, hasMore: true };
  }

  async entries(cursor: string | undefined, limit: number): Promise<EntriesPage> {
    const rows = (await this.#rows('entries', () => this.#statements.page(cursor, limit))) as unknown as readonly {
      session_id: string;
      bytes: number | string;
      expires_at: number | string;
    }[];
    const entries = rows.map((row) => ({
      key: row.session_id,
      bytes: Number(row.bytes),
      expiresAt: Number(row.expires_at),
    }));
    return rows.length < limit ? { entries } : { entries, cursor: entries.at(-1)?.key };
  }

  close(): Promise<void> {
    this.#closing ??= this.#database.destroy();
    return this.#closing;
  }

  async #takeLease(key: string, lease: Lease, deadline: number): Promise<StoredSession | undefined> {
    const take = () => this.#statements.takeLease(key, lease, this.#now());
    if (!this.#dialect.isReturning) {
      await this.#run('lock', take, deadline);
      return undefined;
    }
    const [row] = await this.#rows('lock', () => take().returning(['data', 'version', 'expires_at']), deadline);
    return row && toSession(row);
  }

  async #inspect(key: string, deadline: number): Promise<SessionRow | undefined> {
    const rows = await this.#rows('read', () => this.#statements.inspect(key, this.#now()), deadline);
    return rows[0];
  }

  /** Says who holds and for how long; a lease beyond its own length is cut to it on the way. */
  async #busy(key: string, row: SessionRow, deadline: number): Promise<BusyResult> {
    const lengthMs = Number(row.lease_ms ?? 0);
    const leftMs = Number(row.lease_until ?? 0) - Number(row.database_now);
    if (leftMs > lengthMs && row.lease_owner) {
      const owner = row.lease_owner;
      await this.#run('lock', () => this.#statements.clampLease(key, owner), deadline);
    }
    return {
      outcome: 'busy',
      holder: row.lease_label ?? undefined,
      remainingMs: Math.max(0, Math.min(leftMs, lengthMs)),
    };
  }

  async #removeExpired(keys: readonly string[], expiredBefore: number): Promise<number> {
    const removed = await this.#run('sweep', () => this.#statements.deleteExpired(keys, expiredBefore));
    if (this.#dialect.isCounting) return Number(removed);
    const left = await this.#rows('sweep', () => this.#statements.countOf(keys));
    return keys.length - left.length;
  }

  async #rows(doing: SqlTask, build: () => Statement, deadline = this.#deadline()): Promise<readonly SessionRow[]> {
    return (await this.#run(doing, build, deadline)) as readonly SessionRow[];
  }

  /** Runs an update of one row and tells how many it hit. */
  async #changed(doing: SqlTask, build: () => Statement, deadline = this.#deadline()): Promise<number> {
    if (this.#dialect.isCounting) return Number(await this.#run(doing, build, deadline));
    const returning = () => {
      const { sql, bindings } = build().toSQL();
      return this.#database.raw(`${sql} returning session_id`, bindings as never) as unknown as Statement;
    };
    const hit = (await this.#run(doing, returning, deadline)) as { session_id?: string | null } | undefined;
    return typeof hit?.session_id === 'string' ? 1 : 0;
  }

  /**
   * Runs one statement. What lost against another's lock runs again after a pause, until `deadline`: such a statement was rolled
   * back as a whole. Everything else that fails leaves as T4_STORE_UNAVAILABLE, because nobody knows what became of it.
   */
  async #run(doing: SqlTask, build: () => Statement, deadline = this.#deadline()): Promise<unknown> {
    if (this.#closing) throw new StoreUnavailableError(`the ${this.name} session store is closed`);
    let isTableAnew = false;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#ensureTable();
        return await build().timeout(silenceMs(this.#timeoutMs));
      } catch (error) {
        const failure =
          error instanceof SessionError ? 'unavailable' : classifySqlError(this.#dialect.engine, error, 'row');
        if (failure === 'duplicate') throw new DuplicateKey();
        if (failure === 'missing' && !isTableAnew) {
          // Dropped or restored while the app runs: it is made again, without a restart.
          isTableAnew = true;
          this.#table = undefined;
          continue;
        }
        const waitMs = 2 + Math.random() * Math.min(50, 4 * 2 ** attempt);
        if (failure !== 'contention' || performance.now() + waitMs > deadline) {
          throw unavailable(this.#dialect.engine, error, doing);
        }
        await pause(waitMs);
      }
    }
  }

  #ensureTable(): Promise<void> {
    this.#table ??= ensureSessionTable(this.#database, this.#dialect).catch((error: unknown) => {
      this.#table = undefined;
      throw error;
    });
    return this.#table;
  }

  #deadline(): number {
    return performance.now() + this.#timeoutMs;
  }
}

/** Internal: the key of an insert is taken. Holds nothing of the driver's message. */
class DuplicateKey extends Error {}

function toSession(row: SessionRow): StoredSession {
  return { text: row.data, version: String(row.version), expiresAt: Number(row.expires_at) };
}

function isHeldByOther(row: SessionRow, owner: string | undefined): boolean {
  const isStanding = row.lease_until != null && Number(row.lease_until) > Number(row.database_now);
  return isStanding && row.lease_owner !== owner;
}

/** A version of another store's making matches no row. */
function toVersion(version: string): number {
  return /^\d{1,16}$/.test(version) ? Number(version) : -1;
}
