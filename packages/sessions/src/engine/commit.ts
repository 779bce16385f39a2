// Over 250 lines: the four protocols that write share their steps and are read side by side.
import { type CircuitBreaker, isPromise } from '../circuit-breaker.js';
import { decode, encodeLive, encodeTombstone, parseRecord, TOMBSTONE_MS } from '../data/codec.js';
import { mergeRecords } from '../data/merge.js';
import { checkSize, serializeRecord } from '../data/serialize.js';
import { SessionError, SessionUnavailableError } from '../errors.js';
import { Backoff } from '../locking/backoff.js';
import type { SessionHold } from '../locking/session-lock.js';
import { sessionConflict, sessionEnded } from '../session-errors.js';
import type { Awaitable, StoredSession, UpdateResult } from '../session-store.js';
import type { EngineSettings } from './engine-settings.js';
import type { OnceLog } from './once-log.js';

const MOST_CONFLICTS = 100;
const MOST_TRIES = 3;

/** A stored session as one request knows it. */
export interface KnownSession {
  readonly key: string;
  readonly version: string;
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** Ms since the epoch. */
  readonly expiresAt: number;
}

/** What one request wants to be written over a known session. */
export interface CommitJob {
  readonly session: KnownSession;
  /** The request's data as JSON text, as it is to be stored. */
  readonly json: string;
  /** What the request had loaded, or last stored, as JSON text. */
  readonly baseJson: string;
  /** What the store holds where that is not `baseJson`: an earlier save of this request merged. */
  readonly storedJson: string | undefined;
  readonly expiresAt: number;
  /** Marks the text as this request's own, so that it is recognised after a lost reply. Also the owner of its lease. */
  readonly mark: string;
  /** The exclusive hold, if the request has one. */
  readonly hold: SessionHold | undefined;
  readonly keepsHold: boolean;
  readonly isUnsafe: boolean;
  readonly label: string;
}

/** `mergedJson` is set where what is stored differs from the request's own data. */
export type CommitResult =
  | {
      readonly outcome: 'stored';
      readonly version: string;
      readonly expiresAt: number;
      readonly mergedJson?: string;
    }
  | { readonly outcome: 'ended' };

/**
 * The protocols that bring a request's data into a store: create, compare-and-set with merging, the two steps of a new id, and
 * the tombstone. Answers come at once where the store gives them at once. Every method reports by its result or by a rejected
 * promise, never by a throw: T4_SESSION_CONFLICT, T4_SESSION_ENDED, T4_SESSION_BUSY, T4_SESSION_UNAVAILABLE,
 * T4_SESSION_TOO_LARGE. After an error nothing of the request is stored, except where its own reply was lost.
 */
export class SessionCommit {
  readonly #store: CircuitBreaker;
  readonly #settings: EngineSettings;
  readonly #once: OnceLog;

  constructor(store: CircuitBreaker, settings: EngineSettings, once: OnceLog) {
    this.#store = store;
    this.#settings = settings;
    this.#once = once;
  }

  /** Stores a new session and resolves to its version. */
  create(key: string, text: string, expiresAt: number): Awaitable<string> {
    const first = attempt(() => this.#store.create(key, { text, expiresAt }));
    if (typeof first === 'string') return first;
    return this.#createSlowly(key, text, expiresAt, first);
  }

  /** Writes over what the request loaded, merging with what came in between. */
  update(job: CommitJob): Awaitable<CommitResult> {
    const { session, expiresAt } = job;
    let merged: string | undefined;
    let text: string;
    try {
      merged = job.storedJson === undefined ? undefined : this.#merge(job, job.storedJson);
      text = this.#encode(job, merged);
    } catch (error) {
      return Promise.reject(error);
    }
    const first = attempt(() => this.#send(job, text, session.version, expiresAt));
    if (!isPromise(first) && first.outcome === 'updated') return stored(first.version, expiresAt, merged);
    return this.#updateSlowly(job, text, merged, first);
  }

  /**
   * Gives the session a new key: creates the new entry, then puts a tombstone over the old one. A crash in between leaves the
   * old session as it was and an orphan that expires. Returns the new version. Somebody else ending the session first is
   * T4_SESSION_ENDED whatever the method: nobody may be told that a login happened which did not.
   */
  async replace(job: CommitJob, newKey: string): Promise<Extract<CommitResult, { outcome: 'stored' }>> {
    const { key } = job.session;
    let merged = job.storedJson === undefined ? undefined : this.#merge(job, job.storedJson);
    let text = this.#encode(job, merged);
    let newVersion = await this.create(newKey, text, job.expiresAt);
    const tombstone = encodeTombstone('replaced', job.mark);
    const backoff = this.#backoff(job);
    let version = job.session.version;
    try {
      for (let conflicts = 0; conflicts < MOST_CONFLICTS; ) {
        const result = await this.#retrying(() => this.#sendTombstone(job, tombstone, version));
        if (result.outcome === 'updated') return stored(newVersion, job.expiresAt, merged);
        if (result.outcome === 'busy') {
          await backoff.pause(result.holder);
          continue;
        }
        const current = result.outcome === 'gone' ? undefined : await this.#current(key, result);
        if (current?.text === tombstone) return stored(newVersion, job.expiresAt, merged);
        const theirs = readLive(current);
        if (current === undefined || theirs === undefined) throw sessionEnded(job.label);
        conflicts += 1;
        merged = this.#merge(job, theirs);
        text = this.#encode(job, merged);
        newVersion = await this.#updateNew(newKey, text, job.expiresAt, newVersion, job.label);
        version = current.version;
      }
      throw sessionConflict(job.label, []);
    } catch (error) {
      // An answer of the store decided against us: the new entry is nobody's. After a lost reply it may be the session, and stays.
      if (!(error instanceof SessionUnavailableError)) await attemptQuietly(() => this.#store.remove(newKey));
      throw error;
    }
  }

  /**
   * Puts a tombstone over the session, whatever was written to it meanwhile. `ended`: it is dead now, or was destroyed by
   * somebody else. `gone`: there was nothing left. `replaced`: another request gave it a new id first, so this one ended nothing.
   */
  async destroy(job: Omit<CommitJob, 'json' | 'baseJson' | 'storedJson'>): Promise<'ended' | 'gone' | 'replaced'> {
    const { key } = job.session;
    const tombstone = encodeTombstone('destroyed', job.mark);
    const backoff = this.#backoff(job);
    let version = job.session.version;
    for (let conflicts = 0; conflicts < MOST_CONFLICTS; ) {
      const result = await this.#retrying(() => this.#sendTombstone(job, tombstone, version));
      if (result.outcome === 'updated') return 'ended';
      if (result.outcome === 'gone') return 'gone';
      if (result.outcome === 'busy') {
        await backoff.pause(result.holder);
        continue;
      }
      const current = await this.#current(key, result);
      if (current === undefined) return 'gone';
      const payload = decode(current.text);
      if (payload?.kind === 'tombstone') return payload.reason === 'destroyed' ? 'ended' : 'replaced';
      conflicts += 1;
      version = current.version;
    }
    throw sessionConflict(job.label, []);
  }

  /** Moves the expiry. False when the session changed or ended meanwhile, or when the store is away: nothing depends on it. */
  touch(session: KnownSession, to: number): Awaitable<boolean> {
    const moved = attempt(() => this.#store.touch(session.key, session.expiresAt, to));
    return isPromise(moved) ? moved.catch(() => false) : moved;
  }

  async #createSlowly(
    key: string,
    text: string,
    expiresAt: number,
    first: Awaitable<string | undefined>,
  ): Promise<string> {
    const version = await this.#retrying(() => this.#store.create(key, { text, expiresAt }), first);
    if (version !== undefined) return version;
    // Taken: by ourselves when the reply to the first try was lost.
    const current = await this.#retrying(() => this.#store.read(key));
    if (current?.text === text) return current.version;
    throw new SessionError(
      'T4_SESSION_ID_TAKEN',
      'A new session id is already in use. Session ids have 256 random bits, so the source of randomness is broken.',
    );
  }

  async #updateSlowly(
    job: CommitJob,
    firstText: string,
    firstMerged: string | undefined,
    first: Awaitable<UpdateResult>,
  ): Promise<CommitResult> {
    const { key } = job.session;
    let { version } = job.session;
    let { expiresAt } = job;
    let text = firstText;
    let merged = firstMerged;
    let backoff: Backoff | undefined;
    let result = await this.#retrying(() => this.#send(job, text, version, expiresAt), first);
    for (let conflicts = 0; conflicts < MOST_CONFLICTS; ) {
      if (result.outcome === 'updated') return stored(result.version, expiresAt, merged);
      if (result.outcome === 'gone') return { outcome: 'ended' };
      if (result.outcome === 'busy') {
        backoff ??= this.#backoff(job);
        await backoff.pause(result.holder);
      } else {
        const current = await this.#current(key, result);
        if (current?.text === text) return stored(current.version, current.expiresAt, merged);
        const theirs = readLive(current);
        if (current === undefined || theirs === undefined) return { outcome: 'ended' };
        conflicts += 1;
        merged = this.#merge(job, theirs);
        text = this.#encode(job, merged);
        version = current.version;
        expiresAt = Math.max(expiresAt, current.expiresAt);
      }
      result = await this.#retrying(() => this.#send(job, text, version, expiresAt));
    }
    throw sessionConflict(job.label, []);
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

  #send(job: CommitJob, text: string, version: string, expiresAt: number): Awaitable<UpdateResult> {
    return this.#store.update(job.session.key, { text, expiresAt }, version, {
      owner: job.hold?.owner,
      keepLease: job.keepsHold,
    });
  }

  #sendTombstone(
    job: Pick<CommitJob, 'session' | 'hold'>,
    tombstone: string,
    version: string,
  ): Awaitable<UpdateResult> {
    const expiresAt = this.#settings.now() + TOMBSTONE_MS;
    return this.#store.update(job.session.key, { text: tombstone, expiresAt }, version, { owner: job.hold?.owner });
  }

  #current(
    key: string,
    conflict: Extract<UpdateResult, { outcome: 'conflict' }>,
  ): Awaitable<StoredSession | undefined> {
    return conflict.current ?? this.#retrying(() => this.#store.read(key));
  }

  /** Writes over the new entry of a replace, which nobody else knows yet, and resolves to its version. */
  async #updateNew(key: string, text: string, expiresAt: number, version: string, label: string): Promise<string> {
    const result = await this.#retrying(() => this.#store.update(key, { text, expiresAt }, version));
    if (result.outcome === 'updated') return result.version;
    const current = result.outcome === 'conflict' ? await this.#current(key, result) : undefined;
    if (current?.text === text) return current.version;
    throw sessionEnded(label);
  }

  #backoff(job: Pick<CommitJob, 'label' | 'session'>): Backoff {
    const deadline = performance.now() + this.#settings.lockWaitMs;
    return new Backoff(this.#settings, job.label, job.session.key, deadline);
  }

  /** Asks again after a failure, within the deadline of one call: a reply may have been lost on the way. */
  async #retrying<T>(action: () => Awaitable<T>, first?: Awaitable<T>): Promise<T> {
    const deadline = performance.now() + this.#settings.timeoutMs;
    for (let tries = 1; ; tries++) {
      try {
        return await (tries === 1 && first !== undefined ? first : action());
      } catch (error) {
        if (tries === MOST_TRIES || performance.now() >= deadline) throw new SessionUnavailableError(error);
        await new Promise((resolve) => setTimeout(resolve, 5 * tries));
      }
    }
  }
}

/** The JSON text of a live session whose data is one object; undefined for a tombstone, nothing, or a damaged entry. */
function readLive(session: StoredSession | undefined): string | undefined {
  const payload = session === undefined ? undefined : decode(session.text);
  if (payload?.kind !== 'live' || parseRecord(payload.json) === undefined) return undefined;
  return payload.json;
}

function stored(
  version: string,
  expiresAt: number,
  mergedJson: string | undefined,
): Extract<CommitResult, { outcome: 'stored' }> {
  return mergedJson === undefined
    ? { outcome: 'stored', version, expiresAt }
    : { outcome: 'stored', version, expiresAt, mergedJson };
}

/** A synchronous throw of a store becomes a rejection like any other. */
function attempt<T>(action: () => Awaitable<T>): Awaitable<T> {
  try {
    return action();
  } catch (error) {
    return Promise.reject(error);
  }
}

async function attemptQuietly(action: () => Awaitable<void>): Promise<void> {
  try {
    await action();
  } catch {
    // What is left is an entry that nobody knows and that expires.
  }
}
