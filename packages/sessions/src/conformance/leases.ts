// Over 250 lines: a list of cases, each readable by itself.
import assert from 'node:assert/strict';
import { createEntry, newKey, newLease, pause, readEntry, type StoreCase, updatedVersion } from './store-case.js';

/** Leases: who holds, who waits, and what a holder may still do once its lease is over. */
export const leases: readonly StoreCase[] = [
  {
    id: 'T35a',
    name: 'taking a lease reads in the same step, and a second owner is told busy, by whom and for how long at most',
    async run(fixture) {
      const [first, second] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const version = await createEntry(first, key, 'text', fixture.later);
      const lease = newLease('POST /cart', 20_000);
      const held = await first.lock(key, lease);
      assert.deepEqual(held, { outcome: 'held', session: { text: 'text', version, expiresAt: fixture.later } });
      const busy = await second.lock(key, newLease());
      assert.equal(busy.outcome, 'busy');
      if (busy.outcome === 'busy' && busy.holder !== undefined) assert.equal(busy.holder, 'POST /cart');
      if (busy.outcome === 'busy' && busy.remainingMs !== undefined) {
        assert.ok(busy.remainingMs > 0 && busy.remainingMs <= 20_000, `remainingMs is ${busy.remainingMs}`);
      }
    },
  },
  {
    id: 'T35b',
    name: 'locking an absent key says absent, holds nothing and creates nothing',
    async run(fixture) {
      const [first, second] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      assert.deepEqual(await first.lock(key, newLease()), { outcome: 'absent' });
      assert.equal(await first.read(key), undefined);
      const version = await createEntry(second, key, 'x', fixture.later);
      updatedVersion(await second.update(key, { text: 'y', expiresAt: fixture.later }, version));
      assert.equal((await second.lock(key, newLease())).outcome, 'held');
    },
  },
  {
    id: 'T35c',
    name: 'an owner may lock again, and one unlock lets go',
    async run(fixture) {
      const [first, second] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const lease = newLease();
      await createEntry(first, key, 'x', fixture.later);
      assert.equal((await first.lock(key, lease)).outcome, 'held');
      const again = await first.lock(key, lease);
      assert.equal(again.outcome === 'held' && again.session.text, 'x');
      await first.unlock(key, lease.owner);
      assert.equal((await second.lock(key, newLease())).outcome, 'held');
    },
  },
  {
    id: 'T35d',
    name: 'of many who lock at once exactly one holds',
    async run(fixture) {
      const stores = [await fixture.open(), await fixture.open()] as const;
      for (let round = 0; round < 5; round++) {
        const key = newKey();
        await createEntry(stores[0], key, 'x', fixture.later);
        const results = await Promise.all(
          Array.from({ length: 10 }, (_, index) => (index % 2 ? stores[1] : stores[0]).lock(key, newLease())),
        );
        const held = results.filter(({ outcome }) => outcome === 'held').length;
        assert.equal(held, 1, results.map(({ outcome }) => outcome).join());
      }
    },
  },
  {
    id: 'T35e',
    name: '60 increments under leases count 60, without one conflict',
    async run(fixture) {
      const stores = [await fixture.open(), await fixture.open()] as const;
      const key = newKey();
      await createEntry(stores[0], key, '0', fixture.later);
      const increment = async (index: number) => {
        const store = index % 2 ? stores[1] : stores[0];
        const lease = newLease();
        await fixture.eventually('the lease is given', async () => {
          const result = await store.lock(key, lease);
          if (result.outcome !== 'held') return false;
          const write = { text: String(Number(result.session.text) + 1), expiresAt: fixture.later };
          updatedVersion(await store.update(key, write, result.session.version, { owner: lease.owner }));
          return true;
        });
      };
      const writer = async (start: number) => {
        for (let index = start; index < 60; index += 6) await increment(index);
      };
      await Promise.all([0, 1, 2, 3, 4, 5].map(writer));
      assert.equal((await readEntry(stores[1], key)).text, '60');
    },
  },
  {
    id: 'T37',
    name: 'reading and touching never wait for a lease and do not disturb it',
    async run(fixture) {
      const [holder, other] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const lease = newLease();
      const version = await createEntry(holder, key, 'x', fixture.later);
      await holder.lock(key, lease);
      assert.equal((await readEntry(other, key)).text, 'x');
      assert.equal(await other.touch(key, fixture.later, fixture.later + 9), true);
      assert.equal((await readEntry(holder, key)).version, version);
      const write = { text: 'y', expiresAt: fixture.later + 20 };
      updatedVersion(await holder.update(key, write, version, { owner: lease.owner }));
      assert.equal((await readEntry(other, key)).text, 'y');
    },
  },
  {
    id: 'T37b',
    name: 'a commit gives the lease back in the same step',
    async run(fixture) {
      const [first, second] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const lease = newLease();
      const version = await createEntry(first, key, 'x', fixture.later);
      await first.lock(key, lease);
      updatedVersion(await first.update(key, { text: 'y', expiresAt: fixture.later }, version, { owner: lease.owner }));
      const result = await second.lock(key, newLease());
      assert.equal(result.outcome === 'held' && result.session.text, 'y');
    },
  },
  {
    id: 'T37c',
    name: 'a commit that keeps its lease keeps others out until the next one',
    async run(fixture) {
      const [first, second] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const { owner, ...rest } = newLease();
      const version = await createEntry(first, key, 'x', fixture.later);
      await first.lock(key, { owner, ...rest });
      const write = { text: 'y', expiresAt: fixture.later };
      const next = updatedVersion(await first.update(key, write, version, { owner, keepLease: true }));
      assert.equal((await readEntry(second, key)).text, 'y');
      assert.equal((await second.lock(key, newLease())).outcome, 'busy');
      updatedVersion(await first.update(key, { text: 'z', expiresAt: fixture.later }, next, { owner }));
      assert.equal((await second.lock(key, newLease())).outcome, 'held');
    },
  },
  {
    id: 'T37d',
    name: 'a refused commit does not give the lease back',
    async run(fixture) {
      const [first, second] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const lease = newLease();
      const old = await createEntry(first, key, 'x', fixture.later);
      const version = updatedVersion(await first.update(key, { text: 'y', expiresAt: fixture.later }, old));
      await first.lock(key, lease);
      const write = { text: 'z', expiresAt: fixture.later };
      assert.equal((await first.update(key, write, old, { owner: lease.owner })).outcome, 'conflict');
      assert.equal((await second.lock(key, newLease())).outcome, 'busy');
      updatedVersion(await first.update(key, write, version, { owner: lease.owner }));
    },
  },
  {
    id: 'T76',
    name: 'an update by anybody else while a lease stands is told busy and writes nothing, and the holder commits',
    async run(fixture) {
      const [holder, other] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const lease = newLease();
      const version = await createEntry(holder, key, 'x', fixture.later);
      await holder.lock(key, lease);
      const write = { text: 'stranger', expiresAt: fixture.later };
      assert.equal((await other.update(key, write, version)).outcome, 'busy');
      assert.equal((await other.update(key, write, version, { owner: newLease().owner })).outcome, 'busy');
      assert.equal((await holder.update(key, write, version)).outcome, 'busy');
      assert.equal((await readEntry(other, key)).text, 'x');
      updatedVersion(
        await holder.update(key, { text: 'y', expiresAt: fixture.later }, version, { owner: lease.owner }),
      );
      assert.equal((await readEntry(other, key)).text, 'y');
    },
  },
  {
    id: 'T77',
    name: 'a holder whose lease was taken over is told busy, then conflict, and writes nothing',
    async run(fixture) {
      const [first, second] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const [lost, taken] = [newLease('POST /slow', 150), newLease()];
      const version = await createEntry(first, key, 'x', fixture.later);
      await first.lock(key, lost);
      await fixture.eventually('the lease ends', async () => (await second.lock(key, taken)).outcome === 'held');
      const write = { text: 'late', expiresAt: fixture.later };
      assert.equal((await first.update(key, write, version, { owner: lost.owner })).outcome, 'busy');
      updatedVersion(
        await second.update(key, { text: 'y', expiresAt: fixture.later }, version, { owner: taken.owner }),
      );
      assert.equal((await first.update(key, write, version, { owner: lost.owner })).outcome, 'conflict');
      assert.equal((await readEntry(second, key)).text, 'y');
    },
  },
  {
    id: 'T77b',
    name: 'a holder whose lease ended while nobody else came commits by compare-and-set',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const lease = newLease('POST /slow', 60);
      const version = await createEntry(store, key, 'x', fixture.later);
      await store.lock(key, lease);
      await pause(400);
      assert.equal(await store.renew(key, lease), false);
      updatedVersion(await store.update(key, { text: 'y', expiresAt: fixture.later }, version, { owner: lease.owner }));
      assert.equal((await readEntry(store, key)).text, 'y');
    },
  },
  {
    id: 'T78',
    name: 'a lease ends by itself after its duration, and its late owner can neither renew nor free the next one',
    async run(fixture) {
      const [first, second, third] = [await fixture.open(), await fixture.open(), await fixture.open()];
      const key = newKey();
      const [lost, taken] = [newLease('POST /stopped', 200), newLease()];
      await createEntry(first, key, 'x', fixture.later);
      const startedAt = performance.now();
      await first.lock(key, lost);
      await fixture.eventually('the lease ends', async () => (await second.lock(key, taken)).outcome === 'held');
      assert.ok(performance.now() - startedAt > 150, 'not before its time');
      assert.equal(await first.renew(key, lost), false);
      await first.unlock(key, lost.owner);
      assert.equal((await third.lock(key, newLease())).outcome, 'busy');
      assert.equal(await second.renew(key, taken), true);
    },
  },
  {
    id: 'T79',
    name: 'of two who take over an ended lease at once exactly one holds',
    async run(fixture) {
      const stores = [await fixture.open(), await fixture.open(), await fixture.open()] as const;
      const key = newKey();
      await createEntry(stores[0], key, 'x', fixture.later);
      await stores[0].lock(key, newLease('POST /slow', 100));
      let held = 0;
      await fixture.eventually('the lease ends', async () => {
        const results = await Promise.all(
          Array.from({ length: 8 }, (_, index) => (index % 2 ? stores[1] : stores[2]).lock(key, newLease())),
        );
        held = results.filter(({ outcome }) => outcome === 'held').length;
        return held > 0;
      });
      assert.equal(held, 1);
    },
  },
  {
    id: 'T80',
    name: 'only the owner can renew or give back a lease',
    async run(fixture) {
      const [holder, other] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const lease = newLease();
      const version = await createEntry(holder, key, 'x', fixture.later);
      await holder.lock(key, lease);
      for (const store of [holder, other]) {
        const stranger = newLease();
        assert.equal(await store.renew(key, stranger), false);
        await store.unlock(key, stranger.owner);
        assert.equal((await store.lock(key, stranger)).outcome, 'busy');
      }
      updatedVersion(
        await holder.update(key, { text: 'y', expiresAt: fixture.later }, version, { owner: lease.owner }),
      );
      assert.equal(await holder.renew(key, lease), false);
    },
  },
  {
    id: 'T80b',
    name: 'a renewal makes the lease last from now, and changes neither version nor expiry',
    async run(fixture) {
      const [holder, other] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const lease = newLease('POST /long', 1_000);
      const version = await createEntry(holder, key, 'x', fixture.later);
      await holder.lock(key, lease);
      // Much longer than before, so that a slow machine changes nothing.
      assert.equal(await holder.renew(key, { ...lease, durationMs: 20_000 }), true);
      await pause(1_200);
      assert.equal((await other.lock(key, newLease())).outcome, 'busy');
      assert.deepEqual({ ...(await readEntry(other, key)) }, { text: 'x', version, expiresAt: fixture.later });
    },
  },
  {
    id: 'T38b',
    name: 'a removal under a lease wins: the holder is told gone and nothing comes back',
    async run(fixture) {
      const [holder, other] = [await fixture.open(), await fixture.open()];
      const key = newKey();
      const lease = newLease();
      const version = await createEntry(holder, key, 'x', fixture.later);
      await holder.lock(key, lease);
      await other.remove(key);
      const write = { text: 'y', expiresAt: fixture.later };
      assert.equal((await holder.update(key, write, version, { owner: lease.owner })).outcome, 'gone');
      assert.equal(await other.read(key), undefined);
    },
  },
  {
    id: 'T68b',
    name: 'leases of different keys do not concern each other',
    async run(fixture) {
      const store = await fixture.open();
      const keys = Array.from({ length: 8 }, newKey);
      for (const key of keys) await createEntry(store, key, 'x', fixture.later);
      const results = await Promise.all(keys.map((key) => store.lock(key, newLease())));
      assert.ok(results.every(({ outcome }) => outcome === 'held'));
    },
  },
];
