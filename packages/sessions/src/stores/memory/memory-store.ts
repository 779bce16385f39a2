import type {
  EntriesPage,
  LockResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  SweepResult,
  UpdateResult,
} from '../../session-store.js';

/** What `new MemoryStore()` takes. */
export interface MemoryStoreOptions {
  /** Text kept at most, in UTF-16 units, default 64 Mi. Over it, the entries that expire first make room. */
  readonly maxCharacters?: number | undefined;
  /** Ms since the epoch, default Date.now. For tests. */
  readonly now?: (() => number) | undefined;
}

/**
 * Sessions in this process, for tests and development: they end with it. Every result is given at once. It keeps texts, so no
 * object of a request is ever shared. Leases are not needed, the engine queues the requests of one process itself.
 */
export class MemoryStore implements SessionStore {
  readonly name = 'memory';
  readonly isShared = false;
  readonly #entries = new Map<string, StoredSession>();
  readonly #maxCharacters: number;
  readonly #now: () => number;
  #characters = 0;
  #lastVersion = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.#maxCharacters = options.maxCharacters ?? 64 * 1_048_576;
    this.#now = options.now ?? Date.now;
  }

  read(key: string): StoredSession | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAt > this.#now() ? entry : undefined;
  }

  lock(key: string): LockResult {
    const session = this.read(key);
    return session === undefined ? { outcome: 'absent' } : { outcome: 'held', session };
  }

  renew(): boolean {
    return true;
  }

  unlock(): void {
    // No leases here: the store belongs to one process, whose queue is enough.
  }

  create(key: string, write: SessionWrite): string | undefined {
    if (this.read(key) !== undefined) return undefined;
    return this.#put(key, write);
  }

  update(key: string, write: SessionWrite, expectedVersion: string): UpdateResult {
    const current = this.read(key);
    if (current === undefined) return { outcome: 'gone' };
    if (current.version !== expectedVersion) return { outcome: 'conflict', current };
    return { outcome: 'updated', version: this.#put(key, write) };
  }

  touch(key: string, from: number, to: number): boolean {
    const entry = this.read(key);
    if (entry === undefined || entry.expiresAt !== from) return false;
    this.#entries.set(key, Object.freeze({ text: entry.text, version: entry.version, expiresAt: to }));
    return true;
  }

  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#characters -= entry.text.length;
    this.#entries.delete(key);
  }

  /** One walk over the entries; the limit bounds what it removes. */
  sweep(expiredBefore: number, limit: number): SweepResult {
    let removed = 0;
    for (const [key, entry] of this.#entries) {
      if (entry.expiresAt >= expiredBefore) continue;
      if (removed === limit) return { removed, hasMore: true };
      this.remove(key);
      removed += 1;
    }
    return { removed, hasMore: false };
  }

  /** The cursor is the last key of the page before, in the order of the keys. */
  entries(cursor: string | undefined, limit: number): EntriesPage {
    const keys = [...this.#entries.keys()].sort();
    const start = cursor === undefined ? 0 : firstAfter(keys, cursor);
    const page = keys.slice(start, start + limit);
    const entries = page.flatMap((key) => {
      const entry = this.#entries.get(key);
      return entry === undefined ? [] : [{ key, bytes: Buffer.byteLength(entry.text), expiresAt: entry.expiresAt }];
    });
    return start + limit < keys.length ? { entries, cursor: page.at(-1) } : { entries };
  }

  close(): void {
    this.#entries.clear();
    this.#characters = 0;
  }

  #put(key: string, write: SessionWrite): string {
    this.remove(key);
    this.#lastVersion += 1;
    const version = String(this.#lastVersion);
    // Frozen, because readers get this very object.
    this.#entries.set(key, Object.freeze({ text: write.text, version, expiresAt: write.expiresAt }));
    this.#characters += write.text.length;
    if (this.#characters > this.#maxCharacters) this.#makeRoom(key);
    return version;
  }

  /** Down to nine tenths, so that the walk is rare. The entry just written stays. */
  #makeRoom(justWritten: string): void {
    const byExpiry = [...this.#entries].sort(([, one], [, other]) => one.expiresAt - other.expiresAt);
    for (const [key] of byExpiry) {
      if (this.#characters <= this.#maxCharacters * 0.9) return;
      if (key !== justWritten) this.remove(key);
    }
  }
}

function firstAfter(sortedKeys: readonly string[], cursor: string): number {
  const index = sortedKeys.findIndex((key) => key > cursor);
  return index < 0 ? sortedKeys.length : index;
}
