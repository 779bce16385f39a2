import type { CircuitBreaker } from '../circuit-breaker.js';
import { within } from '../deadline.js';

const FIRST_PAUSE_MS = 50;
/** Short, so that the next request is served within a second of the store's return. */
const LONGEST_PAUSE_MS = 250;

/**
 * Leases on their way back to the store. An unlock that fails is repeated until the store confirmed one, or the lease must have
 * ended by itself: its owner lives and knows that it is done, so nobody shall wait for the lease to end. While the breaker is open
 * the repetitions are among the calls that try whether the store is back.
 */
export class LeaseReturns {
  readonly #store: CircuitBreaker;
  readonly #leaseMs: number;
  readonly #underWay = new Set<Promise<void>>();
  #isEnding = false;

  constructor(store: CircuitBreaker, leaseMs: number) {
    this.#store = store;
    this.#leaseMs = leaseMs;
  }

  /** Starts to give the lease back. Resolves after the first try, however that went. Never rejects. */
  giveBack(key: string, owner: string): Promise<void> {
    const first = this.#isReturned(key, owner);
    const all: Promise<void> = first
      .then((isReturned) => (isReturned ? undefined : this.#repeat(key, owner)))
      .finally(() => this.#underWay.delete(all));
    this.#underWay.add(all);
    return first.then(ignore);
  }

  /** No repetition begins any more. Resolves when every try under way has ended, after `boundMs` at the latest. */
  async end(boundMs: number): Promise<void> {
    this.#isEnding = true;
    // Late: the leases end by themselves.
    await within(boundMs, Promise.allSettled(this.#underWay)).catch(ignore);
  }

  async #repeat(key: string, owner: string): Promise<void> {
    const endsAt = performance.now() + this.#leaseMs;
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#isEnding && performance.now() < endsAt) {
      const jittered = pauseMs * (0.75 + Math.random() / 2);
      await new Promise((resolve) => setTimeout(resolve, jittered).unref());
      if (this.#store.mayAsk() && (await this.#isReturned(key, owner))) return;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Asks once, within the deadline of a call. */
  async #isReturned(key: string, owner: string): Promise<boolean> {
    try {
      await this.#store.unlock(key, owner);
      return true;
    } catch {
      return false;
    }
  }
}

function ignore(): void {
  // A lease that was not given back ends by itself.
}
