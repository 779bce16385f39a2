import type { FileLock } from './file-lock.js';

/** A lease that this store holds. */
export interface HeldLease {
  readonly owner: string;
  readonly label: string;
  readonly lock: FileLock;
  /** Version of the entry under the lease. Nobody but the owner can change it. */
  version: string;
  /** Ms since the epoch, as read or written last under the lease; a touch may have moved it. */
  expiresAt: number;
  /** Ms, `performance.now()`. */
  endsAt: number;
  /** A renewal or commit under way; the next one waits for it, as both work on the same open file. */
  work: Promise<unknown>;
}

/**
 * The leases of one store. Others never take a lock from a process that lives, so the store itself lets go of the leases that
 * their owners neither renewed nor returned in time.
 */
export class FileLeases {
  readonly #leases = new Map<string, HeldLease>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** The lease on `key`, unless it is over. */
  get(key: string, owner?: string): HeldLease | undefined {
    const held = this.#leases.get(key);
    if (held === undefined || held.endsAt <= performance.now()) return undefined;
    return owner === undefined || held.owner === owner ? held : undefined;
  }

  add(key: string, held: HeldLease): void {
    this.#leases.set(key, held);
    if (held.endsAt < this.#firesAt) this.#arm();
  }

  /** Forgets `held`; its lock is the caller's to commit or release. */
  drop(key: string, held: HeldLease): void {
    if (this.#leases.get(key) === held) this.#leases.delete(key);
  }

  /** Releases the lease on `key` when its time is over. */
  async expire(key: string): Promise<void> {
    const held = this.#leases.get(key);
    if (held === undefined || held.endsAt > performance.now()) return;
    await held.work.catch(() => {}); // its own caller hears of it
    // It was committed, or renewed just in time, while we waited.
    if (this.#leases.get(key) !== held || held.endsAt > performance.now()) return;
    this.#leases.delete(key);
    await held.lock.release();
  }

  /** Releases every lease. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const leases = [...this.#leases.values()];
    this.#leases.clear();
    await Promise.all(leases.map(({ work, lock }) => work.catch(() => {}).then(() => lock.release())));
  }

  #arm(): void {
    let endsAt = Number.POSITIVE_INFINITY;
    for (const held of this.#leases.values()) endsAt = Math.min(endsAt, held.endsAt);
    if (endsAt >= this.#firesAt) return;
    clearTimeout(this.#timer);
    this.#firesAt = endsAt;
    this.#timer = setTimeout(() => this.#expireAll(), Math.max(endsAt - performance.now(), 1) + 1);
    this.#timer.unref();
  }

  #expireAll(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const ended = [...this.#leases.keys()].map((key) => this.expire(key));
    void Promise.all(ended).then(() => this.#arm());
  }
}
