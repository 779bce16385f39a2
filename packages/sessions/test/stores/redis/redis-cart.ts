import { waitFor } from '../../../../../test/services/wait-for.js';
import type { SessionStore } from '../../../src/session-store.js';
import { inAnHour, newLease } from './redis-clients.js';

/**
 * Adds `item` to the list stored under `key` as a request does: lock, read, commit. Resolves to true only when the store
 * acknowledged the commit; false when it was unavailable at any step. Waits for other holders.
 */
export async function addItem(store: SessionStore, key: string, item: number): Promise<boolean> {
  const lease = newLease(2000);
  try {
    for (;;) {
      const held = await store.lock(key, lease);
      if (held.outcome === 'absent') return false;
      if (held.outcome === 'held') {
        const text = JSON.stringify([...(JSON.parse(held.session.text) as number[]), item]);
        const write = { text, expiresAt: inAnHour() };
        const result = await store.update(key, write, held.session.version, { owner: lease.owner });
        if (result.outcome !== 'conflict') return result.outcome === 'updated';
        // Stored, its reply lost, and changed by another since: equal values are no conflict, as in the engine.
        return (JSON.parse(result.current?.text ?? '[]') as number[]).includes(item);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'T4_STORE_UNAVAILABLE') return false;
    throw error;
  }
}

/** What is stored. Waits for a store whose connection is not back yet: the items may have come through another one. */
export async function storedItems(store: SessionStore | undefined, key: string): Promise<number[]> {
  let items: number[] = [];
  await waitFor(
    'the store to answer',
    async () => {
      const session = await store?.read(key);
      items = JSON.parse(session?.text ?? '[]') as number[];
      return true;
    },
    10_000,
  );
  return items;
}

/** Requests that add to one list, several at a time, until told to stop. */
export class Shoppers {
  readonly acknowledged: number[] = [];
  refused = 0;
  #isOpen = true;
  readonly #work: Promise<void>[];
  #next = 0;

  constructor(stores: readonly SessionStore[], key: string) {
    this.#work = stores.map((store) => this.#shop(store, key));
  }

  async stop(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#work);
  }

  async #shop(store: SessionStore, key: string): Promise<void> {
    while (this.#isOpen) {
      this.#next += 1;
      const item = this.#next;
      if (await addItem(store, key, item)) this.acknowledged.push(item);
      else {
        this.refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
