import { Deadline, LateError } from './deadline.js';
import { SessionError, StoreRefusedError, StoreUnavailableError } from './errors.js';
import type {
  Awaitable,
  EntriesPage,
  Lease,
  LockResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  SweepResult,
  UpdateOptions,
  UpdateResult,
} from './session-store.js';

/** More than the tries of one commit, so that one unlucky request does not keep the others out. */
const FAILURES_TO_OPEN = 5;
/** A call that hung weighs more than one that was refused: each costs its caller the whole deadline. */
const HUNG_WEIGHT = 3;
const OPEN_MS = 500;

/** How a store is guarded. */
export interface CircuitBreakerOptions {
  /** Deadline of one call, ms. */
  readonly timeoutMs: number;
  /** Called when calls stop and when they go again. */
  readonly onChange: (state: 'open' | 'closed', cause: unknown) => void;
}

/**
 * A store whose every call has a deadline and that fails at once while its backend is known to be away: after five failures in
 * a row, or two where calls hang, one call every half second is let through to try, until one succeeds. So requests never queue
 * up on a dead server, and it recovers by itself. Whatever goes wrong comes out as StoreUnavailableError; a late reply is
 * dropped, and only that of a lock is still told. A refusal to write (StoreRefusedError) is a sign of life and opens nothing.
 * This deadline is the only one of a call: stores wait longer for what they sent. A result that is there at once (memory)
 * costs no timer and no promise.
 */
export class CircuitBreaker implements SessionStore {
  readonly name: string;
  readonly isShared: boolean;
  readonly #store: SessionStore;
  readonly #options: CircuitBreakerOptions;
  readonly #deadline: Deadline;
  #failures = 0;
  #isOpen = false;
  /** While open: when the next try may go, by performance.now(). */
  #nextTryAt = 0;

  constructor(store: SessionStore, options: CircuitBreakerOptions) {
    this.name = store.name;
    this.isShared = store.isShared;
    this.#store = store;
    this.#options = options;
    this.#deadline = new Deadline(options.timeoutMs);
  }

  read(key: string): Awaitable<StoredSession | undefined> {
    return this.#call(() => this.#store.read(key));
  }

  /**
   * As the contract has it. `onLate` hears once more of a lock that its caller has given up: what became of it after the deadline,
   * undefined where nobody knows. A lease that is granted then would block the session until it ends.
   */
  lock(key: string, lease: Lease, onLate?: (result: LockResult | undefined) => void): Awaitable<LockResult> {
    return this.#call(() => this.#store.lock(key, lease), onLate);
  }

  renew(key: string, lease: Lease): Awaitable<boolean> {
    return this.#call(() => this.#store.renew(key, lease));
  }

  /**
   * Never held back, because a lease that stays blocks its session, and no failure of its own counts: it follows that of the call
   * whose lease it gives back. Whoever repeats it asks `mayAsk` before.
   */
  async unlock(key: string, owner: string): Promise<void> {
    try {
      await this.#deadline.within(Promise.resolve(this.#store.unlock(key, owner)));
    } catch (error) {
      this.#nextTryAt = performance.now() + OPEN_MS;
      throw error;
    }
    if (this.#isOpen) this.#succeeded();
  }

  /** False while the store is known to be away, except now and then for one caller, who must ask then. */
  mayAsk(): boolean {
    return !this.#isOpen || this.#mayTry();
  }

  create(key: string, write: SessionWrite): Awaitable<string | undefined> {
    return this.#call(() => this.#store.create(key, write));
  }

  update(key: string, write: SessionWrite, expectedVersion: string, options?: UpdateOptions): Awaitable<UpdateResult> {
    return this.#call(() => this.#store.update(key, write, expectedVersion, options));
  }

  touch(key: string, from: number, to: number): Awaitable<boolean> {
    return this.#call(() => this.#store.touch(key, from, to));
  }

  remove(key: string): Awaitable<void> {
    return this.#call(() => this.#store.remove(key));
  }

  /** Not guarded: a sweep works through many entries, outside requests, and says itself when it fails. */
  sweep(expiredBefore: number, limit: number): Awaitable<SweepResult> {
    return this.#store.sweep(expiredBefore, limit);
  }

  /** Not guarded, for the same reason. */
  entries(cursor: string | undefined, limit: number): Awaitable<EntriesPage> {
    return this.#store.entries(cursor, limit);
  }

  close(): Awaitable<void> {
    return this.#store.close();
  }

  #call<T>(action: () => Awaitable<T>, onLate?: (value: T | undefined) => void): Awaitable<T> {
    if (!this.mayAsk()) {
      throw new StoreUnavailableError(`The ${this.name} store failed several times in a row and is not asked now.`);
    }
    let result: Awaitable<T>;
    try {
      result = action();
    } catch (error) {
      throw this.#failed(error);
    }
    if (isPromise(result)) return this.#settle(result, onLate);
    if (this.#failures > 0) this.#succeeded();
    return result;
  }

  #settle<T>(promise: Promise<T>, onLate: ((value: T | undefined) => void) | undefined): Promise<T> {
    const inTime = this.#deadline.within(promise, onLate, onLate && (() => onLate(undefined)));
    return inTime.then(this.#pass, this.#reject);
  }

  readonly #pass = <T>(value: T): T => {
    if (this.#failures > 0) this.#succeeded();
    return value;
  };

  readonly #reject = (failure: unknown): never => {
    throw this.#failed(failure);
  };

  /** While open: true for one caller each half second. */
  #mayTry(): boolean {
    const now = performance.now();
    if (now < this.#nextTryAt) return false;
    this.#nextTryAt = now + OPEN_MS + this.#options.timeoutMs;
    return true;
  }

  #succeeded(): void {
    this.#failures = 0;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.onChange('closed', undefined);
  }

  #failed(failure: unknown): SessionError {
    // It answered, so it lives: reads go on, and each write hears for itself.
    if (failure instanceof StoreRefusedError) {
      if (this.#failures > 0) this.#succeeded();
      return failure;
    }
    const isLate = failure instanceof LateError;
    const error = isLate ? this.#lateReply() : failure;
    this.#failures += isLate ? HUNG_WEIGHT : 1;
    this.#nextTryAt = performance.now() + OPEN_MS;
    if (!this.#isOpen && this.#failures >= FAILURES_TO_OPEN) {
      this.#isOpen = true;
      this.#options.onChange('open', error);
    }
    if (error instanceof SessionError && error.code === 'T4_STORE_UNAVAILABLE') return error;
    return new StoreUnavailableError(`The ${this.name} store failed.`, error);
  }

  #lateReply(): StoreUnavailableError {
    return new StoreUnavailableError(`The ${this.name} store did not answer within ${this.#options.timeoutMs} ms.`);
  }
}

/** True for what a store did not answer at once. */
function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
