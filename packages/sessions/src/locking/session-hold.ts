/**
 * What is known of the lease of a hold. `none`: not taken, or given back by the commit that wrote. `asked`: the store was asked for
 * it and has not said yes or no. `held`: it was granted.
 */
export type LeaseState = 'none' | 'asked' | 'held';

/** What ending a hold needs from the locks. */
export interface HoldEnds {
  /** Lets the next request of this process in. */
  leave(hold: SessionHold): void;
  /** Gives the lease back to the store; resolves after the first try, however that went. Never rejects. */
  returnLease(hold: SessionHold): Promise<void>;
}

/**
 * What a request that holds a session has, from load to commit: its place in the process and, in a store that others use too,
 * the lease there.
 */
export class SessionHold {
  readonly key: string;
  /** For the log lines of those who wait: `POST /api/cart/add`. */
  readonly label: string;
  /** Names the lease in the store; undefined where the queue in the process is all (memory). */
  readonly owner: string | undefined;
  /** Kept by whoever asks the store. */
  lease: LeaseState = 'none';
  /** When the lease was granted, by performance.now(). */
  leasedAt = 0;
  readonly #ends: HoldEnds;
  #isReleased = false;

  constructor(key: string, label: string, owner: string | undefined, ends: HoldEnds) {
    this.key = key;
    this.label = label;
    this.owner = owner;
    this.#ends = ends;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /**
   * The hold is over: the lease goes back, where there is one, and the next request of this process is let in once it is there.
   * Waits for nothing. Calling it again does nothing.
   */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.lease === 'none') {
      this.#ends.leave(this);
      return;
    }
    const returned = this.#ends.returnLease(this);
    // A store that never said whether it granted the lease may hang: waiting for it would let one request in per deadline.
    if (this.lease === 'asked') this.#ends.leave(this);
    else void returned.then(() => this.#ends.leave(this));
  }
}
