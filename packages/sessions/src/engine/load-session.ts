import { type CircuitBreaker, isPromise } from '../circuit-breaker.js';
import { decode, type TombstoneReason } from '../data/codec.js';
import { handleOfKey, keyOfSessionId } from '../data/session-id.js';
import type { Acquired, LockCaller, SessionHold, SessionLocks } from '../locking/session-lock.js';
import type { Awaitable, StoredSession } from '../session-store.js';
import type { KnownSession } from './commit.js';
import type { EngineSettings } from './engine-settings.js';

/** A live session that a request loaded or made. */
export interface FoundSession extends KnownSession {
  readonly id: string;
}

/** What the ids of a request led to. */
export type Loaded =
  /** `json` is the user's data as text; `hold` is there when the request holds the session. */
  | { readonly kind: 'live'; readonly found: FoundSession; readonly json: string; readonly hold?: SessionHold }
  /** The session ended while this request was on its way. */
  | { readonly kind: 'ended'; readonly reason: TombstoneReason }
  | { readonly kind: 'none' };

const NONE: Loaded = Object.freeze({ kind: 'none' });

/** Finds the live session among the ids that a request offers. */
export class SessionLoader {
  readonly #store: CircuitBreaker;
  readonly #locks: SessionLocks;
  readonly #settings: EngineSettings;

  constructor(store: CircuitBreaker, locks: SessionLocks, settings: EngineSettings) {
    this.#store = store;
    this.#locks = locks;
    this.#settings = settings;
  }

  /**
   * Tries the ids one after the other; the first that names a live session wins. `caller` given: holds it exclusively.
   * Answers at once where the store does. Throws or rejects with T4_STORE_UNAVAILABLE, T4_SESSION_BUSY, T4_SESSION_CLIENT_GONE;
   * nothing is held then.
   */
  load(ids: readonly string[], caller: LockCaller | undefined): Awaitable<Loaded> {
    return this.#loadFrom(0, ids, caller, NONE);
  }

  #loadFrom(index: number, ids: readonly string[], caller: LockCaller | undefined, soFar: Loaded): Awaitable<Loaded> {
    const id = ids[index];
    if (id === undefined) return this.#noneLive(ids, soFar);
    const key = keyOfSessionId(id);
    const goOn = (loaded: Loaded): Awaitable<Loaded> => {
      if (loaded.kind === 'live') return loaded;
      return this.#loadFrom(index + 1, ids, caller, soFar.kind === 'none' ? loaded : soFar);
    };
    if (caller === undefined) {
      const read = this.#store.read(key);
      if (isPromise(read)) return read.then((session) => goOn(this.#judge(id, key, session)));
      return goOn(this.#judge(id, key, read));
    }
    const acquired = this.#locks.acquire(key, caller);
    if (isPromise(acquired)) return acquired.then((one) => goOn(this.#judgeHeld(id, key, one)));
    return goOn(this.#judgeHeld(id, key, acquired));
  }

  #judgeHeld(id: string, key: string, { hold, result }: Acquired): Loaded {
    const session = result.outcome === 'held' ? result.session : undefined;
    const loaded = this.#judge(id, key, session);
    if (loaded.kind === 'live') return { ...loaded, hold };
    if (session === undefined) hold.end();
    else this.#locks.giveBack(hold);
    return loaded;
  }

  /** Expired, damaged and foreign entries count as absent; nothing is removed while reading. */
  #judge(id: string, key: string, session: StoredSession | undefined): Loaded {
    const { absoluteLifetimeMs, log, now } = this.#settings;
    const time = now();
    if (session === undefined || session.expiresAt <= time) return NONE;
    const payload = decode(session.text);
    if (payload === undefined) {
      log.warn('A stored session is damaged or of a format that this version does not know; it counts as absent.', {
        session: handleOfKey(key),
        store: this.#store.name,
      });
      return NONE;
    }
    if (payload.kind === 'tombstone') return { kind: 'ended', reason: payload.reason };
    const { createdAt, json } = payload;
    if (createdAt + absoluteLifetimeMs <= time) return NONE;
    const { version, expiresAt } = session;
    return { kind: 'live', found: { id, key, version, expiresAt, createdAt }, json };
  }

  #noneLive(ids: readonly string[], loaded: Loaded): Loaded {
    const [id] = ids;
    if (loaded.kind === 'none' && id !== undefined) {
      this.#settings.log.debug('A request offered a session id that is unknown or expired; it is not adopted.', {
        session: handleOfKey(keyOfSessionId(id)),
      });
    }
    return loaded;
  }
}
