import assert from 'node:assert/strict';
import { createEntry, newKey, readEntry, type StoreCase, updatedVersion } from './store-case.js';

/** Each verb by itself, with one client. */
export const basics: readonly StoreCase[] = [
  {
    id: 'T01',
    name: 'a key that was never stored reads as undefined',
    async run(fixture) {
      const store = await fixture.open();
      assert.equal(await store.read(newKey()), undefined);
    },
  },
  {
    id: 'T02',
    name: 'what was created is read back with its version and expiry',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, '{"a":{"b":[1,null]}}', fixture.later);
      const { text, version: readVersion, expiresAt } = await readEntry(store, key);
      assert.deepEqual(
        { text, readVersion, expiresAt },
        { text: '{"a":{"b":[1,null]}}', readVersion: version, expiresAt: fixture.later },
      );
    },
  },
  {
    id: 'T03',
    name: 'creating a key that is taken is refused and changes nothing',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'first', fixture.later);
      assert.equal(await store.create(key, { text: 'second', expiresAt: fixture.later + 1 }), undefined);
      assert.deepEqual({ ...(await readEntry(store, key)) }, { text: 'first', version, expiresAt: fixture.later });
    },
  },
  {
    id: 'T04',
    name: 'an update replaces text and expiry as a whole',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, '{"old":"value that is longer than what follows"}', fixture.later);
      const next = updatedVersion(
        await store.update(key, { text: '{"new":1}', expiresAt: fixture.later + 7 }, version),
      );
      assert.deepEqual(
        { ...(await readEntry(store, key)) },
        { text: '{"new":1}', version: next, expiresAt: fixture.later + 7 },
      );
    },
  },
  {
    id: 'T05',
    name: 'a removed key can be created again, as another entry',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'first', fixture.later);
      await store.remove(key);
      const again = await createEntry(store, key, 'second', fixture.later);
      assert.notEqual(again, version);
      assert.equal((await store.update(key, { text: 'third', expiresAt: fixture.later }, version)).outcome, 'conflict');
      assert.equal((await readEntry(store, key)).text, 'second');
    },
  },
  {
    id: 'T06',
    name: 'every update gives a new version, also when the text stays the same',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const versions = [await createEntry(store, key, 'same', fixture.later)];
      for (let round = 0; round < 3; round++) {
        const write = { text: 'same', expiresAt: fixture.later };
        versions.push(updatedVersion(await store.update(key, write, String(versions.at(-1)))));
      }
      assert.equal(new Set(versions).size, 4);
      assert.equal((await readEntry(store, key)).version, versions.at(-1));
    },
  },
  {
    id: 'T07',
    name: 'a removed entry is absent for every verb',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'text', fixture.later);
      await store.remove(key);
      assert.equal(await store.read(key), undefined);
      assert.equal((await store.update(key, { text: 'x', expiresAt: fixture.later }, version)).outcome, 'gone');
      assert.equal(await store.touch(key, fixture.later, fixture.later + 1), false);
      assert.equal(await store.read(key), undefined);
    },
  },
  {
    id: 'T08',
    name: 'removing an unknown key is silent',
    async run(fixture) {
      const store = await fixture.open();
      await store.remove(newKey());
    },
  },
  {
    id: 'T09',
    name: 'an update of an absent key says gone and creates nothing',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, newKey(), 'other', fixture.later);
      assert.deepEqual(await store.update(key, { text: 'x', expiresAt: fixture.later }, version), { outcome: 'gone' });
      assert.equal(await store.read(key), undefined);
    },
  },
  {
    id: 'T10',
    name: 'a touch of an absent key is false and creates nothing',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      assert.equal(await store.touch(key, fixture.time + 1, fixture.later), false);
      assert.equal(await store.read(key), undefined);
    },
  },
  {
    id: 'T32a',
    name: 'an update with an old version is a conflict, writes nothing, and what it calls current is what is stored',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const first = await createEntry(store, key, 'one', fixture.later);
      const second = updatedVersion(await store.update(key, { text: 'two', expiresAt: fixture.later }, first));
      const result = await store.update(key, { text: 'three', expiresAt: fixture.later + 9 }, first);
      assert.equal(result.outcome, 'conflict');
      const stored = await readEntry(store, key);
      assert.deepEqual({ ...stored }, { text: 'two', version: second, expiresAt: fixture.later });
      const current = result.outcome === 'conflict' ? result.current : undefined;
      if (current !== undefined) assert.deepEqual({ ...current }, { ...stored });
    },
  },
  {
    id: 'T61',
    name: 'a commit whose reply was lost and that is sent again finds its own text',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, 'one', fixture.later);
      const write = { text: 'two', expiresAt: fixture.later };
      updatedVersion(await store.update(key, write, version));
      assert.equal((await store.update(key, write, version)).outcome, 'conflict');
      assert.equal((await readEntry(store, key)).text, 'two');
    },
  },
  {
    id: 'T81',
    name: 'the pages of entries hold every key, and the last has no cursor',
    needs: ['listing'],
    async run(fixture) {
      const store = await fixture.open();
      const keys = Array.from({ length: 23 }, newKey);
      for (const key of keys) await createEntry(store, key, 'xyz', fixture.later);
      const found = new Map<string, number>();
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await store.entries(cursor, 5);
        for (const entry of page.entries) found.set(entry.key, entry.expiresAt);
        cursor = page.cursor;
        pages += 1;
        assert.ok(pages < 500, 'the walk ends');
      } while (cursor !== undefined);
      assert.deepEqual([...found.keys()].sort(), keys.sort());
      assert.ok([...found.values()].every((expiresAt) => expiresAt === fixture.later));
    },
  },
  {
    id: 'T82',
    name: 'a walk over the entries meets every entry that stays, while others come and go',
    needs: ['listing'],
    async run(fixture) {
      const store = await fixture.open();
      const kept = Array.from({ length: 12 }, newKey);
      const removed = Array.from({ length: 12 }, newKey);
      for (const key of [...kept, ...removed]) await createEntry(store, key, 'x', fixture.later);
      const found = new Set<string>();
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await store.entries(cursor, 4);
        for (const { key } of page.entries) found.add(key);
        cursor = page.cursor;
        const leaving = removed.pop();
        if (leaving !== undefined) await store.remove(leaving);
        if (pages < 10) await createEntry(store, newKey(), 'x', fixture.later);
        pages += 1;
        assert.ok(pages < 500, 'the walk ends');
      } while (cursor !== undefined);
      assert.deepEqual(
        kept.filter((key) => !found.has(key)),
        [],
      );
    },
  },
];
