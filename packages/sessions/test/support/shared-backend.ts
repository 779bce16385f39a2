import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  BusyResult,
  EntriesPage,
  Lease,
  LockResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  SweepResult,
  UpdateResult,
} from '../../src/session-store.js';

interface Held {
  readonly lease: Lease;
  readonly endsAt: number;
}

/**
 * What a database is to several processes, for engine tests only: entries with versions and leases that really end. Each
 * `connect()` is the store of one process; every call takes a turn of the event loop and then happens in one step.
 */
export class SharedBackend {
  readonly entries = new Map<string, StoredSession>();
  readonly leases = new Map<string, Held>();
  readonly #now: () => number;
  #lastVersion = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  connect(): SessionStore {
    const inOneStep = async <T>(step: () => T): Promise<T> => {
      await nextTurn();
      return step();
    };
    return {
      name: 'shared',
      isShared: true,
      read: (key) => inOneStep(() => this.#read(key)),
      lock: (key, lease) => inOneStep(() => this.#lock(key, lease)),
      renew: (key, lease) => inOneStep(() => this.#renew(key, lease)),
      unlock: (key, owner) => inOneStep(() => this.#unlock(key, owner)),
      create: (key, write) => inOneStep(() => this.#create(key, write)),
      update: (key, write, version, options) => inOneStep(() => this.#update(key, write, version, options)),
      touch: (key, from, to) => inOneStep(() => this.#touch(key, from, to)),
      remove: (key) => inOneStep(() => void this.entries.delete(key)),
      sweep: (before, limit) => inOneStep(() => this.#sweep(before, limit)),
      entries: () => inOneStep(() => this.#list()),
      close: () => inOneStep(() => undefined),
    };
  }

  #read(key: string): StoredSession | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.expiresAt > this.#now() ? entry : undefined;
  }

  #busy(key: string, owner: string | undefined): BusyResult | undefined {
    const held = this.leases.get(key);
    if (held === undefined || held.lease.owner === owner || held.endsAt <= performance.now()) return undefined;
    return { outcome: 'busy', holder: held.lease.label };
  }

  #lock(key: string, lease: Lease): LockResult {
    const session = this.#read(key);
    if (session === undefined) return { outcome: 'absent' };
    const busy = this.#busy(key, lease.owner);
    if (busy !== undefined) return busy;
    this.leases.set(key, { lease, endsAt: performance.now() + lease.durationMs });
    return { outcome: 'held', session };
  }

  #renew(key: string, lease: Lease): boolean {
    const held = this.leases.get(key);
    if (held?.lease.owner !== lease.owner || held.endsAt <= performance.now()) return false;
    this.leases.set(key, { lease, endsAt: performance.now() + lease.durationMs });
    return true;
  }

  #unlock(key: string, owner: string): void {
    if (this.leases.get(key)?.lease.owner === owner) this.leases.delete(key);
  }

  #create(key: string, write: SessionWrite): string | undefined {
    return this.#read(key) === undefined ? this.#put(key, write) : undefined;
  }

  #update(
    key: string,
    write: SessionWrite,
    expectedVersion: string,
    options: { owner?: string | undefined; keepLease?: boolean | undefined } = {},
  ): UpdateResult {
    const current = this.#read(key);
    if (current === undefined) return { outcome: 'gone' };
    const busy = this.#busy(key, options.owner);
    if (busy !== undefined) return busy;
    if (current.version !== expectedVersion) return { outcome: 'conflict', current };
    const version = this.#put(key, write);
    if (options.owner !== undefined && options.keepLease !== true) this.#unlock(key, options.owner);
    return { outcome: 'updated', version };
  }

  #touch(key: string, from: number, to: number): boolean {
    const entry = this.#read(key);
    if (entry?.expiresAt !== from) return false;
    this.entries.set(key, { ...entry, expiresAt: to });
    return true;
  }

  #put(key: string, write: SessionWrite): string {
    this.#lastVersion += 1;
    const version = `v${this.#lastVersion}`;
    this.entries.set(key, { text: write.text, expiresAt: write.expiresAt, version });
    return version;
  }

  #sweep(before: number, limit: number): SweepResult {
    const expired = [...this.entries].filter(([, entry]) => entry.expiresAt < before);
    for (const [key] of expired.slice(0, limit)) this.entries.delete(key);
    return { removed: Math.min(expired.length, limit), hasMore: expired.length > limit };
  }

  #list(): EntriesPage {
    return {
      entries: [...this.entries].map(([key, { text, expiresAt }]) => ({ key, bytes: text.length, expiresAt })),
    };
  }
}
