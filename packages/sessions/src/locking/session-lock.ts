import type { CircuitBreaker } from '../circuit-breaker.js';
import { handleOfKey } from '../data/session-id.js';
import { StoreRefusedError } from '../errors.js';
import { clientGone } from '../session-errors.js';
import type { Awaitable, Lease, LockResult, StoredSession } from '../session-store.js';
import type { SessionRequest } from '../session-types.js';
import { Backoff } from './backoff.js';
import { LeaseRenewals } from './lease-renewals.js';
import { LeaseReturns } from './lease-returns.js';
import type { LockSettings } from './lock-settings.js';
import { type HoldEnds, SessionHold } from './session-hold.js';
import { SessionQueue } from './session-queue.js';

/** What `acquire` found once the request was in. */
export interface Acquired {
  readonly hold: SessionHold;
  readonly result: LockResult;
}

/** What the locks need to know about a request. */
export interface LockCaller {
  readonly request: SessionRequest;
  /** For the log lines of those who wait: `POST /api/cart/add`. */
  readonly label: string;
  readonly owner: string | undefined;
}

/**
 * Exclusive holds of sessions: first a queue in the process, in order of arrival, then, on a store that others use too, a lease
 * taken by the very command that loads. The queue means that one process has one poller per session at most.
 */
export class SessionLocks {
  readonly #store: CircuitBreaker;
  readonly #settings: LockSettings;
  readonly #queue: SessionQueue;
  readonly #returns: LeaseReturns;
  readonly #renewals: LeaseRenewals;
  /** One object for all holds: closures of its own for each cost 0.1 µs. */
  readonly #holdEnds: HoldEnds = {
    leave: (hold) => {
      if (hold.owner !== undefined) this.#renewals.end(hold);
      this.#queue.leave(hold.key);
    },
    returnLease: (hold) => {
      this.#renewals.end(hold);
      return this.#returns.giveBack(hold.key, hold.owner as string);
    },
  };

  constructor(store: CircuitBreaker, settings: LockSettings) {
    this.#store = store;
    this.#settings = settings;
    this.#queue = new SessionQueue(settings);
    this.#returns = new LeaseReturns(store, settings.leaseMs);
    this.#renewals = new LeaseRenewals(settings.leaseMs, (hold) => this.#renew(hold));
  }

  /**
   * Takes the session and reads it. Rejects with T4_SESSION_BUSY after `lockWaitMs`, with T4_SESSION_CLIENT_GONE when the client
   * hung up while waiting, and with T4_STORE_UNAVAILABLE or T4_STORE_REFUSED; nothing is held then. The caller releases the hold, of an absent
   * session, too.
   */
  async acquire(key: string, caller: LockCaller): Promise<Acquired> {
    const deadline = performance.now() + this.#settings.lockWaitMs;
    const entering = this.#queue.enter(key, caller.label, deadline, caller.request);
    if (entering !== undefined) await entering;
    const hold = new SessionHold(key, caller.label, caller.owner, this.#holdEnds);
    try {
      let backoff: Backoff | undefined;
      for (;;) {
        const result =
          hold.owner === undefined ? asLockResult(await this.#store.read(key)) : await this.#lock(hold, hold.owner);
        if (result.outcome !== 'busy') return { hold, result };
        backoff ??= new Backoff(this.#settings, caller.label, key, deadline);
        await backoff.pause(result.holder);
        if (caller.request.isClientGone) throw clientGone();
      }
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  /** The queue in the process only, for a shared request that changed something after all. It waits although the client left. */
  async enterQueue(key: string, label: string): Promise<SessionHold> {
    await this.#queue.enter(key, label, performance.now() + this.#settings.lockWaitMs, undefined);
    return new SessionHold(key, label, undefined, this.#holdEnds);
  }

  /** Resolves when every lease given back so far is back, or was tried for the last time, after `boundMs` at the latest. */
  settle(boundMs: number): Promise<void> {
    return this.#returns.end(boundMs);
  }

  /** Asks for the lease once. */
  async #lock(hold: SessionHold, owner: string): Promise<LockResult> {
    // Throws at once where the breaker is open: nothing is sent, so there is no lease to give back.
    const asking: Awaitable<LockResult> = this.#store.lock(hold.key, this.#lease(hold, owner), (late) => {
      // Granted, or perhaps granted, after the unlock of whoever gave up: on another connection the two may change places.
      if (late === undefined || late.outcome === 'held') void this.#returns.giveBack(hold.key, owner);
    });
    hold.lease = 'asked';
    try {
      const result = await asking;
      hold.lease = result.outcome === 'held' ? 'held' : 'none';
      if (result.outcome === 'held') {
        hold.leasedAt = performance.now();
        this.#renewals.begin(hold);
      }
      return result;
    } catch (error) {
      // A refusal is certain: there is no lease to give back.
      if (error instanceof StoreRefusedError) hold.lease = 'none';
      throw error;
    }
  }

  #lease(hold: SessionHold, owner: string): Lease {
    return { owner, label: hold.label.slice(0, 200), durationMs: this.#settings.leaseMs };
  }

  /** False when the lease is not to be renewed any more. */
  async #renew(hold: SessionHold): Promise<boolean> {
    const { lockHoldMs, log } = this.#settings;
    if (performance.now() >= hold.leasedAt + lockHoldMs) {
      log.warn(
        `${hold.label} has held its session for ${lockHoldMs} ms and its lease is not renewed further. Release the session early with await req.session.release(), or raise TINA4_SESSION_LOCK_HOLD.`,
        { session: handleOfKey(hold.key) },
      );
      return false;
    }
    try {
      // Lost is not the end: the commit is a compare-and-set and finds out what happened meanwhile.
      return await this.#store.renew(hold.key, this.#lease(hold, hold.owner as string));
    } catch {
      // The store is away for a moment; the next renewal may still be in time.
      return true;
    }
  }
}

/** Without leases a read is all there is to do: the queue keeps the others out. */
function asLockResult(session: StoredSession | undefined): LockResult {
  return session === undefined ? { outcome: 'absent' } : { outcome: 'held', session };
}
