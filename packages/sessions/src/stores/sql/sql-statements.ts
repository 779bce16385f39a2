import type { Lease, SessionWrite, UpdateOptions } from '../../session-store.js';
import type { Database } from './sql-connection.js';
import type { SqlDialect } from './sql-dialect.js';

/** The one table of the store. */
export const SESSION_TABLE = 'tina4_session';

/**
 * Every statement that the store sends, as knex builders that nobody has run yet: a test can compile them for an engine
 * that is not at hand. `now` is the engine's clock (ms since the epoch) and decides about expiry; leases go by the clock of
 * the database. Each statement touches at most one row, `sweepable`, `deleteExpired` and `page` excepted, and none needs a transaction.
 */
export function sessionStatements(database: Database, dialect: SqlDialect) {
  const table = () => database(SESSION_TABLE);
  const clock = () => database.raw(dialect.clock);
  const leaseEnd = (durationMs: number) => database.raw(`${dialect.clock} + ${Math.trunc(durationMs)}`);
  const live = (key: string, now: number) => table().where('session_id', key).where('expires_at', '>', now);
  const liveUnlessHeldByOther = (key: string, now: number, owner: string | undefined) =>
    live(key, now).where((free) => {
      free.whereNull('lease_until').orWhere('lease_until', '<=', clock());
      if (owner !== undefined) free.orWhere('lease_owner', owner);
    });

  return {
    read: (key: string, now: number) => live(key, now).select('data', 'version', 'expires_at'),

    /** The row with its lease and the database's time, for the result of a statement that hit nothing. */
    inspect: (key: string, now: number) =>
      live(key, now).select(
        'data',
        'version',
        'expires_at',
        'lease_owner',
        'lease_label',
        'lease_until',
        'lease_ms',
        database.raw(`${dialect.clock} as database_now`),
      ),

    takeLease: (key: string, lease: Lease, now: number) =>
      liveUnlessHeldByOther(key, now, lease.owner).update({
        lease_owner: lease.owner,
        lease_label: lease.label.slice(0, 200),
        lease_until: leaseEnd(lease.durationMs),
        lease_ms: Math.trunc(lease.durationMs),
      }),

    renewLease: (key: string, lease: Lease, now: number) =>
      live(key, now)
        .where('lease_owner', lease.owner)
        .where('lease_until', '>', clock())
        .update({ lease_until: leaseEnd(lease.durationMs), lease_ms: Math.trunc(lease.durationMs) }),

    /** Cuts a lease that claims to end later than its full length from now, which a set-back clock leaves behind. */
    clampLease: (key: string, owner: string) =>
      table()
        .where('session_id', key)
        .where('lease_owner', owner)
        .where('lease_until', '>', database.raw(`${dialect.clock} + lease_ms`))
        .update({ lease_until: database.raw(`${dialect.clock} + lease_ms`) }),

    dropLease: (key: string, owner: string) =>
      table().where('session_id', key).where('lease_owner', owner).update(NO_LEASE),

    insert: (key: string, write: SessionWrite, version: number) =>
      table().insert({ session_id: key, data: write.text, expires_at: write.expiresAt, version }),

    /** Takes the place of an entry that has expired and was not swept yet. */
    replaceExpired: (key: string, write: SessionWrite, version: number, now: number) =>
      table()
        .where('session_id', key)
        .where('expires_at', '<=', now)
        .update({ data: write.text, expires_at: write.expiresAt, version, ...NO_LEASE }),

    compareAndSet: (key: string, write: SessionWrite, expectedVersion: number, now: number, options: UpdateOptions) =>
      liveUnlessHeldByOther(key, now, options.owner)
        .where('version', expectedVersion)
        .update({
          data: write.text,
          expires_at: write.expiresAt,
          version: expectedVersion + 1,
          ...(options.keepLease ? {} : NO_LEASE),
        }),

    moveExpiry: (key: string, from: number, to: number, now: number) =>
      live(key, now).where('expires_at', from).update({ expires_at: to }),

    delete: (key: string) => table().where('session_id', key).delete(),

    /** Ids of what expired before `expiredBefore`, by the index, without locks. */
    sweepable: (expiredBefore: number, limit: number) =>
      expired(table(), expiredBefore).orderBy('expires_at').limit(limit).select('session_id'),

    /** By primary key with the expiry tested again: one range delete is where deadlocks with writers come from. */
    deleteExpired: (keys: readonly string[], expiredBefore: number) =>
      expired(table().whereIn('session_id', [...keys]), expiredBefore).delete(),

    countOf: (keys: readonly string[]) =>
      table()
        .whereIn('session_id', [...keys])
        .select('session_id'),

    page: (after: string | undefined, limit: number) => {
      const page = table().whereNotNull('version').orderBy('session_id').limit(limit);
      if (after !== undefined) page.where('session_id', '>', after);
      return page.select('session_id', 'expires_at', database.raw(`${dialect.dataBytes} as bytes`));
    },
  };
}

/** The statements of one open database. */
export type SessionStatements = ReturnType<typeof sessionStatements>;

const NO_LEASE = { lease_owner: null, lease_label: null, lease_until: null, lease_ms: null };

/**
 * Rows without a version were left by an older Tina4 in a table that this store took over. Their expiry is in seconds, so
 * without the second condition every one of them would be long over, and a site that goes back would find its users logged out.
 */
function expired<T extends ReturnType<Database>>(query: T, before: number): T {
  query.where('expires_at', '<', before).where((owned) => {
    owned.whereNotNull('version').orWhere('expires_at', '<', Math.floor(before / 1000));
  });
  return query;
}
