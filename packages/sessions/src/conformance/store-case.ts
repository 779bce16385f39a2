import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Awaitable, Lease, SessionStore, StoredSession, UpdateResult } from '../session-store.js';

/** What a store may lack. Each is declared with its reason, so that a gap is read and not discovered. */
export type StoreCapability =
  /** Leases: only for stores that several processes share. */
  | 'leases'
  /** Clients on the same data with a clock and an end of their own. */
  | 'clients'
  /** Removal by `sweep`: a server that removes its keys by itself leaves it nothing to do. */
  | 'sweep'
  /** Pages of keys by `entries`: a backend that cannot list what it holds. */
  | 'listing'
  /** `damage`: entries spoiled from outside. */
  | 'damage'
  /** `interrupt`: a backend that can be away for a while. */
  | 'outage';

/** What the suite needs of a store under test. */
export interface StoreConformanceOptions {
  /** The runner's function: `test` of Jest, Vitest or node:test. */
  readonly test: (name: string, run: () => Promise<void>) => void;
  /** Called instead of `test` for cases that the store cannot pass by its nature. Default: nothing is registered. */
  readonly skip?: ((name: string, reason: string) => void) | undefined;
  /**
   * Opens a client. Clients with the same `space` see the same entries, those with different spaces never do: a folder, a key
   * prefix, a table. `now` must be the store's clock for expiry. The suite closes what it opened.
   */
  readonly createStore: (options: { readonly space: string; readonly now: () => number }) => Awaitable<SessionStore>;
  /** Called with each space after its case. */
  readonly cleanUp?: ((space: string) => Awaitable<void>) | undefined;
  /** Spoils the stored entry as a bad disk or a foreign program would. */
  readonly damage?: ((space: string, key: string, how: 'cut' | 'overwritten') => Awaitable<void>) | undefined;
  /** Makes the backend of `space` fail for clients that are already open. Resolves to the function that heals it. */
  readonly interrupt?: ((space: string) => Awaitable<() => Awaitable<void>>) | undefined;
  /** Capabilities that the store lacks, each with the reason. */
  readonly lacks?: Partial<Record<StoreCapability, string>> | undefined;
  /** Ms that a case waits for what has to happen by itself, such as the end of a lease. Default 8,000. */
  readonly patienceMs?: number | undefined;
  /** Rounds of the growth case, default 1,000. */
  readonly rounds?: number | undefined;
}

/** One case: a sentence about behaviour, and the code that shows it. */
export interface StoreCase {
  readonly id: string;
  readonly name: string;
  readonly needs?: readonly StoreCapability[];
  run(fixture: StoreFixture): Promise<void>;
}

/** What a case works with. Each case has a space of its own. */
export class StoreFixture {
  readonly options: StoreConformanceOptions;
  readonly space = `t4c${randomBytes(6).toString('hex')}`;
  /** Ms since the epoch: the clock of every client that was opened without one of its own. Cases move it. */
  time = Date.now();
  readonly #opened: SessionStore[] = [];
  readonly #spaces = new Set<string>();

  constructor(options: StoreConformanceOptions) {
    this.options = options;
  }

  async open(options: { readonly space?: string; readonly now?: () => number } = {}): Promise<SessionStore> {
    const space = options.space ?? this.space;
    const store = await this.options.createStore({ space, now: options.now ?? (() => this.time) });
    this.#opened.push(store);
    this.#spaces.add(space);
    return store;
  }

  /** An hour from the fixture's time. */
  get later(): number {
    return this.time + 3_600_000;
  }

  /** Waits until `isTrue` answers true; fails with `what` when patience is over. */
  async eventually(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    const patienceMs = this.options.patienceMs ?? 8_000;
    const giveUpAt = performance.now() + patienceMs;
    while (!(await isTrue())) {
      assert.ok(performance.now() < giveUpAt, `not within ${patienceMs} ms: ${what}`);
      await pause(15);
    }
  }

  async close(): Promise<void> {
    try {
      for (const store of this.#opened) await store.close();
    } finally {
      for (const space of this.#spaces) await this.options.cleanUp?.(space);
    }
  }
}

/** A key as the engine makes them. */
export function newKey(): string {
  return randomBytes(32).toString('hex');
}

/** A lease of an owner of its own. Long by default: a case that waits for its end says so. */
export function newLease(label = 'POST /conformance', durationMs = 30_000): Lease {
  return { owner: randomBytes(16).toString('base64url'), label, durationMs };
}

/** Creates an entry that must not exist yet and returns its version. */
export async function createEntry(store: SessionStore, key: string, text: string, expiresAt: number): Promise<string> {
  const version = await store.create(key, { text, expiresAt });
  assert.equal(typeof version, 'string', 'create() on a free key returns the version');
  return String(version);
}

/** Reads an entry that must be there. */
export async function readEntry(store: SessionStore, key: string): Promise<StoredSession> {
  const session = await store.read(key);
  assert.ok(session, 'read() finds the entry');
  return session;
}

/** The version of an update that must have written. */
export function updatedVersion(result: UpdateResult): string {
  assert.equal(result.outcome, 'updated');
  return result.outcome === 'updated' ? result.version : '';
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** True for the one error that a failing backend may give. */
export function isUnavailable(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'T4_STORE_UNAVAILABLE' || code === 'T4_STORE_REFUSED';
}
