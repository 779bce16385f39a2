import type { CircuitBreaker } from '../circuit-breaker.js';
import { type Change, type ComparableStore, compareAndSet, type Entry, type Overwrite } from '../compare-and-set.js';
import { decode, encodeDestroyed, encodeLive, encodeReplaced, parseRecord, TOMBSTONE_MS } from '../data/codec.js';
import { mergeRecords } from '../data/merge.js';
import { checkSize, serializeRecord } from '../data/serialize.js';
import { SessionError, SessionUnavailableError, StoreRefusedError } from '../errors.js';
import { Backoff } from '../locking/backoff.js';
import { sessionConflict, sessionEnded } from '../session-errors.js';
import type { Awaitable, BusyResult, StoredSession } from '../session-store.js';
import type { CommitJob, CommitResult, KnownSession, ReplaceJob, StoredResult } from './commit-job.js';
import type { EngineSettings } from './engine-settings.js';
import type { OnceLog } from './once-log.js';

const MOST_TRIES = 3;

type EntryJob = Pick<CommitJob, 'session' | 'hold' | 'keepsHold' | 'label'>;

/**
 * How a request's data gets into a store: create, update with merging, the two steps of a new id, the tombstone, the later
 * expiry. Every method throws or rejects with T4_SESSION_CONFLICT, T4_SESSION_ENDED, T4_SESSION_BUSY, T4_SESSION_UNAVAILABLE or
 * T4_SESSION_TOO_LARGE, and then nothing of the request is stored, except where its own reply was lost.
 */
export class SessionCommit {
  readonly #store: CircuitBreaker;
  readonly #settings: EngineSettings;
  readonly #once: OnceLog;
  /** The store, asked again after a failure. */
  readonly #retried: ComparableStore;

  constructor(store: CircuitBreaker, settings: EngineSettings, once: OnceLog) {
    this.#store = store;
    this.#settings = settings;
    this.#once = once;
    this.#retried = {
      read: (key) => this.#retrying(() => store.read(key)),
      update: (key, write, version, options) => this.#retrying(() => store.update(key, write, version, options)),
    };
  }

  /** Stores a new session and resolves to its version. */
  async create(key: string, text: string, expiresAt: number): Promise<string> {
    const version = await this.#retrying(() => this.#store.create(key, { text, expiresAt }));
    if (version !== undefined) return version;
    // Taken: by ourselves when the reply to the first try was lost.
    const current = await this.#retried.read(key);
    if (current?.text === text) return current.version;
    throw new SessionError(
      'T4_SESSION_ID_TAKEN',
      'A new session id is already in use. Session ids have 256 random bits, so the source of randomness is broken.',
    );
  }

  /** Writes over what the request loaded, merging with what came in between. */
  update(job: CommitJob): Promise<CommitResult> {
    let mergedJson = job.storedJson === undefined ? undefined : this.#merge(job, job.storedJson);
    const over = (version: string, expiresAt: number): Overwrite => {
      const text = this.#encode(job, mergedJson);
      return { version, write: () => ({ text, expiresAt }) };
    };
    const change: Change<CommitResult> = {
      stored: (version, expiresAt) => this.#stored(job, { outcome: 'stored', version, expiresAt, mergedJson }),
      decide: (current) => {
        const theirs = readLive(current);
        if (theirs === undefined) return { result: { outcome: 'ended' } };
        mergedJson = this.#merge(job, theirs.json);
        return over(theirs.version, Math.max(job.expiresAt, theirs.expiresAt));
      },
    };
    return compareAndSet(this.#retried, this.#entryOf(job), change, over(job.session.version, job.expiresAt));
  }

  /**
   * Gives the session a new key: creates the new entry, then puts a tombstone over the old one. A crash in between leaves the
   * old session as it was and an orphan that expires. Returns the new version. Somebody else ending the session first is
   * T4_SESSION_ENDED whatever the method: nobody may be told that a login happened which did not. The tombstone tells what the
   * session was before, and nothing of what this request did to it.
   */
  async replace(job: ReplaceJob, newKey: string): Promise<StoredResult> {
    const { expiresAt, graceMs, mark } = job;
    const { createdAt } = job.session;
    const readableUntil = graceMs === 0 ? 0 : this.#settings.now() + graceMs;
    const bury = (version: string, theirJson: string): Overwrite => {
      const tombstone = encodeReplaced(mark, { readableUntil, createdAt, json: withoutOwnChanges(job, theirJson) });
      return this.#bury(tombstone, version, Math.max(TOMBSTONE_MS, graceMs));
    };
    let mergedJson = job.storedJson === undefined ? undefined : this.#merge(job, job.storedJson);
    let version = await this.create(newKey, this.#encode(job, mergedJson), expiresAt);
    const change: Change<StoredResult> = {
      stored: () => this.#stored(job, { outcome: 'stored', version, expiresAt, mergedJson }),
      decide: async (current) => {
        const theirs = readLive(current);
        if (theirs === undefined) throw sessionEnded(job.label);
        mergedJson = this.#merge(job, theirs.json);
        version = await this.#updateNew(newKey, this.#encode(job, mergedJson), expiresAt, version, job.label);
        return bury(theirs.version, theirs.json);
      },
    };
    try {
      const first = bury(job.session.version, job.storedJson ?? job.baseJson);
      return await compareAndSet(this.#retried, this.#entryOf(job), change, first);
    } catch (error) {
      // A result of the store decided against us: the new entry is nobody's. After a lost reply it may be the session, and stays.
      if (!(error instanceof SessionUnavailableError)) await this.#removeQuietly(newKey);
      throw error;
    }
  }

  /**
   * Puts a tombstone over the session, whatever was written to it meanwhile. `ended`: it is dead now, or was destroyed by
   * somebody else. `gone`: there was nothing left. `replaced`: another request gave it a new id first, so this one ended nothing.
   */
  async destroy(job: Omit<CommitJob, 'json' | 'baseJson' | 'storedJson'>): Promise<'ended' | 'gone' | 'replaced'> {
    const tombstone = encodeDestroyed(job.mark);
    const change: Change<'ended' | 'gone' | 'replaced'> = {
      stored: () => this.#stored(job, 'ended'),
      decide: (current) => {
        if (current === undefined) return { result: 'gone' };
        const payload = decode(current.text);
        if (payload?.kind !== 'tombstone') return this.#bury(tombstone, current.version);
        return { result: payload.reason === 'destroyed' ? 'ended' : 'replaced' };
      },
    };
    return compareAndSet(this.#retried, this.#entryOf(job), change, this.#bury(tombstone, job.session.version));
  }

  /** Moves the expiry. False when the session changed or ended meanwhile, or when the store is away: nothing depends on it. */
  async touch(session: KnownSession, to: number): Promise<boolean> {
    try {
      return await this.#store.touch(session.key, session.expiresAt, to);
    } catch {
      return false;
    }
  }

  /** The job's entry, for which it waits as long as for a lock. */
  #entryOf({ session, hold, keepsHold, label }: EntryJob): Entry<never> {
    let backoff: Backoff | undefined;
    return {
      key: session.key,
      options: { owner: hold?.owner, keepLease: keepsHold },
      busy: async ({ holder }: BusyResult): Promise<undefined> => {
        backoff ??= new Backoff(this.#settings, label, session.key, performance.now() + this.#settings.lockWaitMs);
        await backoff.pause(holder);
      },
      giveUp: (): never => {
        throw sessionConflict(label, []);
      },
    };
  }

  /** A write that was let through has given the lease back in the same step. */
  #stored<Result>({ hold, keepsHold }: EntryJob, result: Result): Result {
    if (hold !== undefined && !keepsHold) hold.lease = 'none';
    return result;
  }

  #bury(tombstone: string, version: string, keptForMs = TOMBSTONE_MS): Overwrite {
    return { version, write: () => ({ text: tombstone, expiresAt: this.#settings.now() + keptForMs }) };
  }

  /** The merged JSON text. Throws T4_SESSION_CONFLICT when both sides changed a key and the request may not simply win. */
  #merge(job: CommitJob, theirJson: string): string {
    const isHolder = job.hold !== undefined;
    // Whoever held the session and lost its lease must not take an equal value for its own: both may have counted to 2.
    const { conflicts, keptKeys, merged } = mergeRecords(
      parseRecord(job.baseJson) ?? {},
      parseRecord(job.json) ?? {},
      parseRecord(theirJson) ?? {},
      isHolder,
    );
    if ((job.isUnsafe || isHolder) && conflicts.length + keptKeys.length > 0) {
      throw sessionConflict(job.label, [...conflicts, ...keptKeys]);
    }
    if (conflicts.length > 0) {
      this.#once.warn(
        `later-wins ${job.label}`,
        () =>
          `${job.label} and another request changed the session keys ${conflicts.map((key) => JSON.stringify(key)).join(', ')} at once; the later value was kept. Declare route.session("exclusive") for it if both must count.`,
      );
    }
    return serializeRecord(merged);
  }

  #encode(job: CommitJob, merged: string | undefined): string {
    const json = merged ?? job.json;
    const text = encodeLive(job.session.createdAt, job.mark, json);
    checkSize(text, json, this.#settings.maxBytes);
    return text;
  }

  /** Writes over the new entry of a replace, which nobody else knows yet, and resolves to its version. */
  async #updateNew(key: string, text: string, expiresAt: number, version: string, label: string): Promise<string> {
    const result = await this.#retried.update(key, { text, expiresAt }, version);
    if (result.outcome === 'updated') return result.version;
    const current = result.outcome === 'conflict' ? (result.current ?? (await this.#retried.read(key))) : undefined;
    if (current?.text === text) return current.version;
    throw sessionEnded(label);
  }

  async #removeQuietly(key: string): Promise<void> {
    try {
      await this.#store.remove(key);
    } catch {
      // What is left is an entry that nobody knows and that expires.
    }
  }

  /** Asks again after a failure, within the deadline of one call: a reply may have been lost on the way. */
  async #retrying<T>(action: () => Awaitable<T>): Promise<T> {
    const deadline = performance.now() + this.#settings.timeoutMs;
    for (let tries = 1; ; tries++) {
      try {
        return await action();
      } catch (error) {
        const isFinal = error instanceof StoreRefusedError || tries === MOST_TRIES || performance.now() >= deadline;
        if (isFinal) throw new SessionUnavailableError(error);
        await new Promise((resolve) => setTimeout(resolve, 5 * tries));
      }
    }
  }
}

/**
 * What stands in the store, as JSON text, without what this request saved into it on the way: a login that was saved before the
 * new id was given must not stay behind under the old one.
 */
function withoutOwnChanges({ baseJson, loadedJson }: ReplaceJob, theirJson: string): string {
  if (loadedJson === baseJson) return theirJson;
  if (theirJson === baseJson) return loadedJson;
  const saved = parseRecord(baseJson) ?? {};
  return serializeRecord(mergeRecords(saved, parseRecord(theirJson) ?? {}, parseRecord(loadedJson) ?? {}).merged);
}

/** A live entry whose data is one object, as JSON text; undefined for a tombstone, nothing, or a damaged entry. */
function readLive(current: StoredSession | undefined): (StoredSession & { readonly json: string }) | undefined {
  const payload = current === undefined ? undefined : decode(current.text);
  if (current === undefined || payload?.kind !== 'live' || parseRecord(payload.json) === undefined) return undefined;
  return { ...current, json: payload.json };
}
