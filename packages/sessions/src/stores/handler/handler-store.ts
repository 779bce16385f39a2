import { StoreUnavailableError } from '../../errors.js';
import type {
  Awaitable,
  EntriesPage,
  LockResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  SweepResult,
  UpdateResult,
} from '../../session-store.js';

/** A session handler as Tina4 code writes it. Methods may be asynchronous. */
export interface SessionHandler {
  /** What was written under the id, or null or undefined. */
  read(id: string): Awaitable<unknown>;
  /** `ttl` in seconds. */
  write(id: string, data: unknown, ttl: number): Awaitable<unknown>;
  destroy(id: string): Awaitable<unknown>;
  /** Removes what is older than `maxLifetime` seconds. */
  gc?(maxLifetime: number): Awaitable<unknown>;
}

/** A handler keeps entries for this long after they expired, so that the engine's own clock decides. Seconds. */
const MARGIN_SECONDS = 60;

/**
 * A store over a handler of Tina4's own shape. Such a handler has no leases and no compare-and-set, so its sessions are safe in one
 * process only and outside of the promise that stores otherwise keep; say so where you start it. Ids that the handler sees are
 * digests. What it throws becomes T4_STORE_UNAVAILABLE.
 */
export class HandlerStore implements SessionStore {
  readonly name = 'custom handler';
  readonly isShared = false;
  readonly #handler: SessionHandler;
  readonly #now: () => number;
  /** Writes of one key, one after the other: between its read and its write nothing else may happen. */
  readonly #writing = new Map<string, Promise<unknown>>();
  #lastVersion = 0;

  /** `now` in ms since the epoch, default Date.now. */
  constructor(handler: SessionHandler, now: () => number = Date.now) {
    this.#handler = handler;
    this.#now = now;
  }

  async read(key: string): Promise<StoredSession | undefined> {
    const entry = toEntry(await this.#ask(() => this.#handler.read(key)));
    return entry !== undefined && entry.expiresAt > this.#now() ? entry : undefined;
  }

  async lock(key: string): Promise<LockResult> {
    const session = await this.read(key);
    return session === undefined ? { outcome: 'absent' } : { outcome: 'held', session };
  }

  renew(): boolean {
    return true;
  }

  unlock(): void {
    // No leases: the engine's queue in the process is all there is.
  }

  create(key: string, write: SessionWrite): Promise<string | undefined> {
    return this.#afterOthers(key, async () =>
      (await this.read(key)) === undefined ? this.#put(key, write) : undefined,
    );
  }

  update(key: string, write: SessionWrite, expectedVersion: string): Promise<UpdateResult> {
    return this.#afterOthers(key, async () => {
      const current = await this.read(key);
      if (current === undefined) return { outcome: 'gone' };
      if (current.version !== expectedVersion) return { outcome: 'conflict', current };
      return { outcome: 'updated', version: await this.#put(key, write) };
    });
  }

  touch(key: string, from: number, to: number): Promise<boolean> {
    return this.#afterOthers(key, async () => {
      const entry = await this.read(key);
      if (entry === undefined || entry.expiresAt !== from) return false;
      await this.#write(key, { ...entry, expiresAt: to });
      return true;
    });
  }

  remove(key: string): Promise<void> {
    return this.#afterOthers(key, async () => void (await this.#ask(() => this.#handler.destroy(key))));
  }

  /** The handler removes by itself and does not tell how many. */
  async sweep(expiredBefore: number): Promise<SweepResult> {
    const seconds = Math.max(0, Math.ceil((this.#now() - expiredBefore) / 1000));
    await this.#ask(() => this.#handler.gc?.(seconds + MARGIN_SECONDS));
    return { removed: 0, hasMore: false };
  }

  /** Handlers cannot list what they hold. */
  entries(): EntriesPage {
    return { entries: [] };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#writing.values());
  }

  async #put(key: string, { text, expiresAt }: SessionWrite): Promise<string> {
    this.#lastVersion += 1;
    // The time keeps versions of an earlier process apart from those of this one.
    const version = `${this.#now().toString(36)}-${this.#lastVersion.toString(36)}`;
    await this.#write(key, { text, version, expiresAt });
    return version;
  }

  async #write(key: string, entry: StoredSession): Promise<void> {
    const ttl = Math.max(1, Math.ceil((entry.expiresAt - this.#now()) / 1000) + MARGIN_SECONDS);
    await this.#ask(() => this.#handler.write(key, { ...entry }, ttl));
  }

  #afterOthers<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#writing.get(key) ?? Promise.resolve();
    const done = before.then(work, work);
    this.#writing.set(key, done);
    const forget = (): void => {
      if (this.#writing.get(key) === done) this.#writing.delete(key);
    };
    done.then(forget, forget);
    return done;
  }

  async #ask<T>(question: () => Awaitable<T>): Promise<T> {
    try {
      return await question();
    } catch (cause) {
      throw new StoreUnavailableError('The session handler failed.', cause);
    }
  }
}

/** What the handler gave back, where it is something this store wrote. */
function toEntry(value: unknown): StoredSession | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { text, version, expiresAt } = value as Partial<Record<keyof StoredSession, unknown>>;
  const isEntry = typeof text === 'string' && typeof version === 'string' && typeof expiresAt === 'number';
  return isEntry ? { text, version, expiresAt } : undefined;
}
