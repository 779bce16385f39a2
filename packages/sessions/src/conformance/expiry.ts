import assert from 'node:assert/strict';
import type { SessionStore } from '../session-store.js';
import { createEntry, newKey, newLease, pause, readEntry, type StoreCase, updatedVersion } from './store-case.js';

/** Expiry is a time of the engine's clock: absent from that millisecond on, whatever the backend collects or not. */
export const expiry: readonly StoreCase[] = [
  {
    id: 'T21',
    name: 'an expired entry is absent before any sweep',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      await createEntry(store, key, 'x', fixture.time + 1_000);
      fixture.time += 5_000;
      assert.equal(await store.read(key), undefined);
    },
  },
  {
    id: 'T22',
    name: 'an entry lives until the millisecond before its expiry and not in that of it',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const expiresAt = fixture.time + 60_007;
      await createEntry(store, key, 'x', expiresAt);
      fixture.time = expiresAt - 1;
      assert.equal((await readEntry(store, key)).text, 'x');
      fixture.time = expiresAt;
      assert.equal(await store.read(key), undefined);
    },
  },
  {
    id: 'T23',
    name: 'a touch moves the expiry and neither text nor version',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const from = fixture.time + 1_000;
      const to = fixture.later;
      const version = await createEntry(store, key, 'text', from);
      assert.equal(await store.touch(key, from, to), true);
      fixture.time = from + 10;
      assert.deepEqual({ ...(await readEntry(store, key)) }, { text: 'text', version, expiresAt: to });
      const write = { text: 'next', expiresAt: fixture.later };
      updatedVersion(await store.update(key, write, version));
    },
  },
  {
    id: 'T23b',
    name: 'a touch of an entry whose expiry is another one meanwhile does nothing',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const from = fixture.time + 60_000;
      const version = await createEntry(store, key, 'x', from);
      updatedVersion(await store.update(key, { text: 'y', expiresAt: from + 500 }, version));
      assert.equal(await store.touch(key, from, from + 90_000), false);
      assert.equal((await readEntry(store, key)).expiresAt, from + 500);
    },
  },
  {
    id: 'T24',
    name: 'a touch may shorten, because the caller said so',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      await createEntry(store, key, 'x', fixture.later);
      assert.equal(await store.touch(key, fixture.later, fixture.time + 10), true);
      assert.equal((await readEntry(store, key)).expiresAt, fixture.time + 10);
      fixture.time += 10;
      assert.equal(await store.read(key), undefined);
    },
  },
  {
    id: 'T27',
    name: 'an expired entry cannot be updated or touched back to life',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const expiresAt = fixture.time + 1_000;
      const version = await createEntry(store, key, 'x', expiresAt);
      fixture.time = expiresAt;
      assert.equal((await store.update(key, { text: 'y', expiresAt: fixture.later }, version)).outcome, 'gone');
      assert.equal(await store.touch(key, expiresAt, fixture.later), false);
      assert.equal(await store.read(key), undefined);
    },
  },
  {
    id: 'T27b',
    name: 'an expired entry does not stand in the way of a new one',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'old', fixture.time + 1_000);
      fixture.time += 1_000;
      const next = await createEntry(store, key, 'new', fixture.later);
      assert.notEqual(next, version);
      assert.equal((await readEntry(store, key)).text, 'new');
    },
  },
  {
    id: 'T27c',
    name: 'an expired entry cannot be locked, and an entry that expires under a lease cannot be committed',
    needs: ['leases'],
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const lease = newLease();
      const version = await createEntry(store, key, 'x', fixture.time + 1_000);
      assert.equal((await store.lock(key, lease)).outcome, 'held');
      fixture.time += 1_000;
      const write = { text: 'y', expiresAt: fixture.later };
      assert.equal((await store.update(key, write, version, { owner: lease.owner })).outcome, 'gone');
      await store.unlock(key, lease.owner);
      assert.deepEqual(await store.lock(key, newLease()), { outcome: 'absent' });
    },
  },
  {
    id: 'T28',
    name: 'a sweep removes what expired before the given time, at most the limit, and counts right',
    needs: ['sweep'],
    async run(fixture) {
      const store = await fixture.open();
      const live = Array.from({ length: 5 }, newKey);
      for (const key of live) await createEntry(store, key, 'live', fixture.later);
      for (let round = 0; round < 11; round++) await createEntry(store, newKey(), 'old', fixture.time + 100);
      // Expired, but not long enough ago.
      await createEntry(store, newKey(), 'margin', fixture.time + 600);
      fixture.time += 1_000;
      assert.equal(await sweepAll(store, fixture.time - 500, 4), 11);
      assert.equal(await sweepAll(store, fixture.time - 500, 4), 0);
      assert.equal(await sweepAll(store, fixture.time, 4), 1);
      for (const key of live) assert.equal((await readEntry(store, key)).text, 'live');
    },
  },
  {
    id: 'T28b',
    name: 'reading, locking or updating an expired entry does not remove it',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'x', fixture.time + 1_000);
      fixture.time += 2_000;
      await store.read(key);
      await store.update(key, { text: 'y', expiresAt: fixture.later }, version);
      fixture.time -= 2_000;
      assert.equal((await readEntry(store, key)).text, 'x');
    },
  },
  {
    id: 'T29',
    name: 'a sweep that meets a touch keeps the entry that was extended',
    async run(fixture) {
      const extender = await fixture.open();
      const sweeper = await fixture.open();
      const expiresAt = fixture.time + 1_000;
      const keys = Array.from({ length: 24 }, newKey);
      for (const key of keys) await createEntry(extender, key, 'x', expiresAt);
      // The sweeper believes that they are over; the other client, whose clock is right, extends them in that moment.
      const sweeping = sweepAll(sweeper, expiresAt + 1, 5);
      const extended = await Promise.all(keys.map((key) => extender.touch(key, expiresAt, fixture.later)));
      await sweeping;
      const found = await Promise.all(keys.map(async (key) => (await extender.read(key)) !== undefined));
      assert.deepEqual(found, extended);
    },
  },
  {
    id: 'T30',
    name: 'a client whose clock is an hour ahead removes nothing for the others',
    needs: ['clients'],
    async run(fixture) {
      const right = await fixture.open();
      const ahead = await fixture.open({ now: () => fixture.time + 3_600_000 });
      const key = newKey();
      const version = await createEntry(right, key, 'x', fixture.time + 1_800_000);
      assert.equal(await ahead.read(key), undefined);
      assert.equal((await ahead.update(key, { text: 'y', expiresAt: fixture.later * 2 }, version)).outcome, 'gone');
      assert.equal(await ahead.touch(key, fixture.time + 1_800_000, fixture.later * 2), false);
      // The engine sweeps with a margin for that reason.
      await sweepAll(ahead, fixture.time, 50);
      assert.deepEqual(
        { ...(await readEntry(right, key)) },
        { text: 'x', version, expiresAt: fixture.time + 1_800_000 },
      );
    },
  },
  {
    id: 'T31',
    name: "the backend's own expiry never comes before the engine's",
    async run(fixture) {
      // The engine's clock stands still, the backend's does not.
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'x', fixture.time + 300);
      await pause(900);
      assert.equal((await readEntry(store, key)).text, 'x');
      updatedVersion(await store.update(key, { text: 'y', expiresAt: fixture.time + 300 }, version));
      await pause(600);
      assert.equal((await readEntry(store, key)).text, 'y');
    },
  },
];

async function sweepAll(store: SessionStore, before: number, limit: number): Promise<number> {
  let removed = 0;
  for (let step = 0; step < 2_000; step++) {
    const result = await store.sweep(before, limit);
    assert.ok(result.removed <= limit, `removed ${result.removed}, limit ${limit}`);
    removed += result.removed;
    if (!result.hasMore) return removed;
  }
  return assert.fail('the sweep never ends');
}
