import { type CircuitBreaker, isPromise } from '../circuit-breaker.js';
import { handleOfKey } from '../data/session-id.js';
import type { EngineSettings } from '../engine/engine-settings.js';
import { clientGone } from '../session-errors.js';
import type { Lease, LockResult } from '../session-store.js';
import type { SessionRequest } from '../session-types.js';
import { Backoff } from './backoff.js';
import { SessionQueue } from './session-queue.js';

/** What a request that holds a session holds, from load to commit. */
export class SessionHold {
  readonly key: string;
  /** Names the lease in the store; undefined where the queue in the process is all (memory). */
  readonly owner: string | undefined;
  readonly #leave: () => void;
  #renewal: NodeJS.Timeout | undefined;
  #isOver = false;
  #isEnding = false;

  constructor(key: string, owner: string | undefined, leave: () => void) {
    this.key = key;
    this.owner = owner;
    this.#leave = leave;
  }

  /** Keeps the lease alive until the hold ends. */
  renewWith(renewal: NodeJS.Timeout): void {
    this.#renewal = renewal;
  }

  /** Stops renewing: the lease ends with the commit that is about to be sent, or by itself. */
  stopRenewal(): void {
    clearTimeout(this.#renewal);
    this.#renewal = undefined;
  }

  /** True once nothing is to be renewed any more. */
  get isOver(): boolean {
    return this.#isOver || this.#isEnding;
  }

  /** True for the first caller: the lease is on its way back to the store from now on. */
  beginEnding(): boolean {
    if (this.#isOver || this.#isEnding) return false;
    this.#isEnding = true;
    this.stopRenewal();
    return true;
  }

  /** Lets the next request of this process in. The lease must be given back, or be about to end. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.stopRenewal();
    this.#leave();
  }
}

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
  readonly #settings: EngineSettings;
  readonly #queue: SessionQueue;
  /** Unlocks under way, which `close()` waits for. */
  readonly #unlocking = new Set<Promise<void>>();

  constructor(store: CircuitBreaker, settings: EngineSettings) {
    this.#store = store;
    this.#settings = settings;
    this.#queue = new SessionQueue(settings);
  }

  /**
   * Takes the session and reads it. At once when nobody holds it and the store answers at once.
   * Fails with T4_SESSION_BUSY after `lockWaitMs`, with T4_SESSION_CLIENT_GONE when the client hung up while waiting, and with
   * T4_STORE_UNAVAILABLE. Nothing is held then, nor when the session is absent and the caller ends the hold.
   */
  acquire(key: string, caller: LockCaller): Acquired | Promise<Acquired> {
    const deadline = performance.now() + this.#settings.lockWaitMs;
    if (this.#queue.tryEnter(key, caller.label)) return this.#enter(key, caller, deadline);
    return this.#queue.wait(key, caller.label, deadline, caller.request).then(() => this.#enter(key, caller, deadline));
  }

  /** The queue in the process only, for a shared request that changed something after all. It waits although the client left. */
  enterQueue(key: string, label: string, deadline: number): Promise<SessionHold> | SessionHold {
    const leave = () => this.#queue.leave(key);
    if (this.#queue.tryEnter(key, label)) return new SessionHold(key, undefined, leave);
    return this.#queue.wait(key, label, deadline, undefined).then(() => new SessionHold(key, undefined, leave));
  }

  /** Gives the lease back without waiting for the answer; the next request of this process starts once it is there. */
  giveBack(hold: SessionHold): void {
    if (!hold.beginEnding()) return;
    if (hold.owner === undefined) {
      hold.end();
      return;
    }
    const unlocking = this.#store.returnLease(hold.key, hold.owner).then(() => {
      this.#unlocking.delete(unlocking);
      hold.end();
    });
    this.#unlocking.add(unlocking);
  }

  /** Resolves when every lease given back so far is back. */
  async settle(): Promise<void> {
    while (this.#unlocking.size > 0) await Promise.allSettled(this.#unlocking);
  }

  /** The caller is in: nobody else of this process holds the session. */
  #enter(key: string, caller: LockCaller, deadline: number): Acquired | Promise<Acquired> {
    const hold = new SessionHold(key, caller.owner, () => this.#queue.leave(key));
    let result: LockResult | Promise<LockResult>;
    try {
      result = this.#lock(key, caller);
    } catch (error) {
      // Refused before it was sent: no lease was taken.
      hold.end();
      throw error;
    }
    if (isPromise(result) || result.outcome === 'busy') return this.#askUntilFree(hold, caller, result, deadline);
    return this.#acquired(hold, caller, result);
  }

  /** Asks again while another process holds the lease, with growing pauses. */
  async #askUntilFree(
    hold: SessionHold,
    caller: LockCaller,
    first: LockResult | Promise<LockResult>,
    deadline: number,
  ): Promise<Acquired> {
    try {
      let backoff: Backoff | undefined;
      let result = await first;
      while (result.outcome === 'busy') {
        backoff ??= new Backoff(this.#settings, caller.label, hold.key, deadline);
        await backoff.pause(result.holder);
        if (caller.request.isClientGone) throw clientGone();
        result = await this.#lock(hold.key, caller);
      }
      return this.#acquired(hold, caller, result);
    } catch (error) {
      // Nobody knows whether the failed command took the lease, so it is given back in any case. The next request of this process
      // does not wait for that: a store that hangs would let one request in per deadline.
      this.giveBack(hold);
      hold.end();
      throw error;
    }
  }

  #acquired(hold: SessionHold, caller: LockCaller, result: LockResult): Acquired {
    if (result.outcome === 'held' && caller.owner !== undefined) this.#renewRegularly(hold, caller);
    return { hold, result };
  }

  #lock(key: string, caller: LockCaller): LockResult | Promise<LockResult> {
    if (caller.owner !== undefined) {
      return this.#store.lock(key, this.#lease(caller.owner, caller.label));
    }
    const session = this.#store.read(key);
    const asResult = (found: Awaited<typeof session>): LockResult =>
      found === undefined ? { outcome: 'absent' } : { outcome: 'held', session: found };
    return isPromise(session) ? session.then(asResult) : asResult(session);
  }

  #lease(owner: string, label: string): Lease {
    return { owner, label: label.slice(0, 200), durationMs: this.#settings.leaseMs };
  }

  #renewRegularly(hold: SessionHold, caller: LockCaller): void {
    const { leaseMs, lockHoldMs, log } = this.#settings;
    const endsAt = performance.now() + lockHoldMs;
    const renew = async (): Promise<void> => {
      if (hold.isOver || hold.owner === undefined) return;
      if (performance.now() >= endsAt) {
        log.warn(
          `${caller.label} has held its session for ${lockHoldMs} ms and its lease is not renewed further. Release the session early with await req.session.release(), or raise TINA4_SESSION_LOCK_HOLD.`,
          { session: handleOfKey(hold.key) },
        );
        return;
      }
      try {
        // Lost is not the end: the commit is a compare-and-set and finds out what happened meanwhile.
        if (!(await this.#store.renew(hold.key, this.#lease(hold.owner, caller.label)))) return;
      } catch {
        // The store is away for a moment; the next renewal may still be in time.
      }
      if (!hold.isOver) schedule();
    };
    const schedule = () => {
      hold.renewWith(setTimeout(() => void renew(), leaseMs / 3).unref());
    };
    schedule();
  }
}
