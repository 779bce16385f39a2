/**
 * The contract between the session engine and a store. A store keeps one opaque text and a version per key; it knows
 * nothing of cookies, merging or the content.
 *
 * Rules for every method:
 * - Keys are 64 lower-case hex characters (the SHA-256 of a session id), checked by the engine; a store may rely on it.
 * - Times are milliseconds since the epoch from the engine's clock; an entry whose `expiresAt` is not after `now()` is absent
 *   for every verb but `sweep` and `entries`. Durations (leases) run on the clock of the store, never on the caller's.
 * - Expected outcomes are return values. A store throws or rejects only when its backend fails, with a
 *   `StoreUnavailableError` (code T4_STORE_UNAVAILABLE) where a retry may help, or with its kind `StoreRefusedError` (code
 *   T4_STORE_REFUSED) where the backend answered that it takes no writes now and certainly wrote nothing. It logs nothing.
 * - The caller bounds the call (the engine by `timeoutMs`). A store bounds what comes before the sending by the same time, and what
 *   it waits for after that by more: a late reply that grants a lease must be heard, so that the lease is given back.
 * - A result may be given at once or as a promise: memory gives it synchronously.
 * - Reading never removes. Only `sweep` and `remove` do.
 */

/** A value now, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** What a store holds for one key. */
export interface StoredSession {
  /** Opaque to the store: any string, U+0000 and lone surrogates excepted (the codec escapes both). */
  readonly text: string;
  /** Changes with every `create` and `update` of the key and with nothing else (not with `touch` or a lease). */
  readonly version: string;
  /** Ms since the epoch. */
  readonly expiresAt: number;
}

/** The result of `lock`: held with what was read in the same step, absent (then nothing is held), or busy. */
export type LockResult =
  | { readonly outcome: 'held'; readonly session: StoredSession }
  | { readonly outcome: 'absent' }
  | BusyResult;

/** Another owner holds the lease. */
export interface BusyResult {
  readonly outcome: 'busy';
  /** Label the holder gave with its lease, for log lines; undefined where the store does not know. */
  readonly holder?: string | undefined;
  /** What is left of the other lease, ms, at most its full length; undefined where the store does not know. */
  readonly remainingMs?: number | undefined;
}

/** The result of `update`. */
export type UpdateResult =
  | { readonly outcome: 'updated'; readonly version: string }
  /** The key is absent or expired: an update never creates. */
  | { readonly outcome: 'gone' }
  /** The stored version is another one. Nothing was written; `current` saves a read where the store has it at hand. */
  | { readonly outcome: 'conflict'; readonly current?: StoredSession | undefined }
  /** Another owner's lease stands. Nothing was written. */
  | BusyResult;

/** Who takes a lease, and for how long. */
export interface Lease {
  /** Unique per request: 22 base64url characters. */
  readonly owner: string;
  /** Label for the log of those who wait, such as `POST /api/cart/add`. At most 200 characters. */
  readonly label: string;
  /** Milliseconds from now, by the store's clock. */
  readonly durationMs: number;
}

/** What to write with `create` and `update`. */
export interface SessionWrite {
  readonly text: string;
  /** Ms since the epoch. */
  readonly expiresAt: number;
}

/** Whose lease an `update` may write under. */
export interface UpdateOptions {
  readonly owner?: string | undefined;
  /** True: the lease stays with its owner although it wrote. */
  readonly keepLease?: boolean | undefined;
}

export interface SessionStore {
  /** One word for messages: `file`, `redis`. */
  readonly name: string;
  /**
   * True when other processes may use the same entries: the engine then takes leases. False (memory): the engine's queue in
   * the process is enough and `lock`, `renew` and `unlock` are never called.
   */
  readonly isShared: boolean;

  /** What is stored, or undefined. Never waits for a lease. */
  read(key: string): Awaitable<StoredSession | undefined>;

  /**
   * Takes the lease and reads, in one step. Never waits: `busy` is a result. The same owner may lock again (that renews).
   * A lease whose holder died ends by itself after its duration; one that claims to last longer than its full duration from
   * now counts as that duration.
   */
  lock(key: string, lease: Lease): Awaitable<LockResult>;

  /** Extends the owner's lease to `durationMs` from now. False: the lease is lost (expired or taken over). */
  renew(key: string, lease: Lease): Awaitable<boolean>;

  /** Gives the lease back. Does nothing when the owner no longer holds it. */
  unlock(key: string, owner: string): Awaitable<void>;

  /** Stores a new entry and returns its version, or undefined when the key is taken (a live entry stands there). */
  create(key: string, write: SessionWrite): Awaitable<string | undefined>;

  /**
   * Replaces text and expiry where the version is still `expectedVersion`. With `owner`: releases that owner's lease in the
   * same step when it wrote, unless `keepLease`; and when the owner's lease was lost, it is `busy` while another lease stands
   * and an ordinary compare-and-set otherwise. Without `owner`: `busy` while any lease stands.
   */
  update(key: string, write: SessionWrite, expectedVersion: string, options?: UpdateOptions): Awaitable<UpdateResult>;

  /**
   * Moves the expiry to `to` where it is still exactly `from`, and changes nothing else: not text, version or lease. True when
   * moved. False when absent, expired or changed meanwhile. It may shorten only because the caller said so.
   */
  touch(key: string, from: number, to: number): Awaitable<boolean>;

  /** Removes the entry whatever its version. Silent when absent. */
  remove(key: string): Awaitable<void>;

  /**
   * Removes at most `limit` entries that expired before `expiredBefore`, re-checking each as it removes it (a touch that came
   * between keeps it). Returns how many were removed and whether more may be left. Works in bounded steps, never lists everything.
   */
  sweep(expiredBefore: number, limit: number): Awaitable<SweepResult>;

  /**
   * A page of keys for tools, never for requests: at most about `limit` entries after `cursor`. Each live entry that exists
   * during the whole walk appears at least once. The last page has no `cursor`. Tombstones and expired entries may appear.
   */
  entries(cursor: string | undefined, limit: number): Awaitable<EntriesPage>;

  /** Ends timers, handles and connections after the work in flight. Calling twice is safe. */
  close(): Awaitable<void>;
}

export interface SweepResult {
  readonly removed: number;
  readonly hasMore: boolean;
}

export interface EntriesPage {
  readonly entries: readonly { readonly key: string; readonly bytes: number; readonly expiresAt: number }[];
  readonly cursor?: string | undefined;
}
