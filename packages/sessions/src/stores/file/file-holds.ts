import type { FileLock } from './file-lock.js';

/** A lease that this store holds. */
export interface Hold {
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
export class FileHolds {
  readonly #holds = new Map<string, Hold>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** The lease on `key`, unless it is over. */
  get(key: string, owner?: string): Hold | undefined {
    const hold = this.#holds.get(key);
    if (hold === undefined || hold.endsAt <= performance.now()) return undefined;
    return owner === undefined || hold.owner === owner ? hold : undefined;
  }

  add(key: string, hold: Hold): void {
    this.#holds.set(key, hold);
    if (hold.endsAt < this.#firesAt) this.#arm();
  }

  /** Forgets `hold`; its lock is the caller's to commit or release. */
  drop(key: string, hold: Hold): void {
    if (this.#holds.get(key) === hold) this.#holds.delete(key);
  }

  /** Releases the lease on `key` when its time is over. */
  async expire(key: string): Promise<void> {
    const hold = this.#holds.get(key);
    if (hold === undefined || hold.endsAt > performance.now()) return;
    await hold.work.catch(() => {}); // its own caller hears of it
    // It was committed, or renewed just in time, while we waited.
    if (this.#holds.get(key) !== hold || hold.endsAt > performance.now()) return;
    this.#holds.delete(key);
    await hold.lock.release();
  }

  /** Releases every lease. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const holds = [...this.#holds.values()];
    this.#holds.clear();
    await Promise.all(holds.map(({ work, lock }) => work.catch(() => {}).then(() => lock.release())));
  }

  #arm(): void {
    let endsAt = Number.POSITIVE_INFINITY;
    for (const hold of this.#holds.values()) endsAt = Math.min(endsAt, hold.endsAt);
    if (endsAt >= this.#firesAt) return;
    clearTimeout(this.#timer);
    this.#firesAt = endsAt;
    this.#timer = setTimeout(() => this.#expireAll(), Math.max(endsAt - performance.now(), 1) + 1);
    this.#timer.unref();
  }

  #expireAll(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    // Where the disk fails, the lock file stays; it counts as this process's until the process ends.
    const ended = [...this.#holds.keys()].map((key) => this.expire(key).catch(() => {}));
    void Promise.all(ended).then(() => this.#arm());
  }
}
