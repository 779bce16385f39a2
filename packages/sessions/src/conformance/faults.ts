import assert from 'node:assert/strict';
import type { SessionStore } from '../session-store.js';
import {
  createEntry,
  isUnavailable,
  newKey,
  newLease,
  readEntry,
  type StoreCase,
  updatedVersion,
} from './store-case.js';

const DEADLINE_MS = 10_000;

/** Damage, outages, and what a closed store leaves behind. */
export const faults: readonly StoreCase[] = [
  {
    id: 'T59',
    name: 'while the backend is away every verb rejects as unavailable, in bounded time',
    needs: ['outage'],
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'x', fixture.later);
      const write = { text: 'y', expiresAt: fixture.later };
      const heal = await fixture.options.interrupt?.(fixture.space);
      try {
        const calls: readonly (readonly [string, () => unknown])[] = [
          ['read', () => store.read(key)],
          ['create', () => store.create(newKey(), write)],
          ['update', () => store.update(key, write, version)],
          ['touch', () => store.touch(key, fixture.later, fixture.later + 1)],
          ['remove', () => store.remove(key)],
          ...(store.isShared ? ([['lock', () => store.lock(key, newLease())]] as const) : []),
        ];
        for (const [verb, call] of calls) {
          const startedAt = performance.now();
          await assert.rejects(async () => call(), isUnavailable, `${verb} rejects with T4_STORE_UNAVAILABLE`);
          assert.ok(performance.now() - startedAt < DEADLINE_MS, `${verb} took too long`);
        }
      } finally {
        await heal?.();
      }
    },
  },
  {
    id: 'T60',
    name: 'a store recovers by itself when its backend is back, and nothing was lost',
    needs: ['outage'],
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'kept', fixture.later);
      const heal = await fixture.options.interrupt?.(fixture.space);
      try {
        await assert.rejects(async () => store.read(key), isUnavailable);
      } finally {
        await heal?.();
      }
      await fixture.eventually('the store answers again', async () => {
        try {
          return (await store.read(key)) !== undefined;
        } catch (error) {
          if (isUnavailable(error)) return false;
          throw error;
        }
      });
      assert.deepEqual({ ...(await readEntry(store, key)) }, { text: 'kept', version, expiresAt: fixture.later });
      updatedVersion(await store.update(key, { text: 'next', expiresAt: fixture.later }, version));
    },
  },
  {
    id: 'T62',
    name: 'a damaged entry reads as absent and disturbs neither the others nor the sweep',
    needs: ['damage'],
    async run(fixture) {
      const store = await fixture.open();
      const good = newKey();
      await createEntry(store, good, 'good', fixture.later);
      for (const how of ['cut', 'overwritten'] as const) {
        const key = newKey();
        await createEntry(store, key, 'a text that is long enough to be cut', fixture.later);
        await fixture.options.damage?.(fixture.space, key, how);
        assert.equal(await store.read(key), undefined, `read of an entry that was ${how}`);
        if (store.isShared) assert.equal((await store.lock(key, newLease())).outcome, 'absent');
        await runSweep(store, fixture.time);
        await createEntry(store, key, 'new', fixture.later);
        assert.equal((await readEntry(store, key)).text, 'new');
      }
      assert.equal((await readEntry(store, good)).text, 'good');
    },
  },
  {
    id: 'T65',
    name: 'closing lets the work in flight end, can be done twice, and leaves other clients alone',
    needs: ['clients'],
    async run(fixture) {
      const closing = await fixture.open();
      const other = await fixture.open();
      const keys = Array.from({ length: 6 }, newKey);
      const versions = new Map<string, string>();
      for (const key of keys) versions.set(key, await createEntry(closing, key, 'x', fixture.later));
      const updates = keys.map(async (key) =>
        closing.update(key, { text: 'y', expiresAt: fixture.later }, String(versions.get(key))),
      );
      await closing.close();
      const settled = await Promise.allSettled(updates);
      await closing.close();
      for (const [index, result] of settled.entries()) {
        const { text } = await readEntry(other, String(keys[index]));
        if (result.status === 'fulfilled') assert.equal(text, result.value.outcome === 'updated' ? 'y' : 'x');
        else assert.ok(isUnavailable(result.reason), 'refused work says unavailable');
      }
    },
  },
  {
    id: 'T65b',
    name: 'closing gives back the leases that are held',
    needs: ['leases'],
    async run(fixture) {
      const [closing, other] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      await createEntry(closing, key, 'x', fixture.later);
      await closing.lock(key, newLease('POST /closing', 600));
      await closing.close();
      await fixture.eventually('another client gets the lease', async () => {
        return (await other.lock(key, newLease())).outcome === 'held';
      });
    },
  },
  {
    id: 'T68',
    name: 'many rounds of work leave no handle, timer or listener behind',
    async run(fixture) {
      const store = await fixture.open();
      const rounds = fixture.options.rounds ?? 1_000;
      const work = async () => {
        const key = newKey();
        const lease = newLease();
        const version = await createEntry(store, key, 'x', fixture.later);
        if (store.isShared) await store.lock(key, lease);
        const write = { text: 'y', expiresAt: fixture.later };
        updatedVersion(await store.update(key, write, version, { owner: store.isShared ? lease.owner : undefined }));
        await store.remove(key);
      };
      await Promise.all(Array.from({ length: 10 }, work));
      const before = countResources();
      for (let round = 0; round < rounds; round += 10) await Promise.all(Array.from({ length: 10 }, work));
      const after = countResources();
      assert.ok(after <= before + 12, `${before} resources became ${after} in ${rounds} rounds`);
    },
  },
];

function countResources(): number {
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  // Requests to the thread pool come and go; what a store would leak are handles and timers.
  return (
    listeners +
    process.getActiveResourcesInfo().filter((name) => !name.endsWith('Req') && name !== 'FSReqPromise').length
  );
}

async function runSweep(store: SessionStore, before: number): Promise<void> {
  for (let step = 0; step < 1_000; step++) {
    if (!(await store.sweep(before, 100)).hasMore) return;
  }
  assert.fail('the sweep never ends');
}
