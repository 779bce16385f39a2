import assert from 'node:assert/strict';
import { createEntry, newKey, readEntry, type StoreCase, updatedVersion } from './store-case.js';

/** Texts that some database, driver or encoding is known to bend. The engine's codec escapes U+0000 and lone surrogates itself. */
const TEXTS: readonly (readonly [id: string, what: string, text: string])[] = [
  [
    'T11',
    'letters of many scripts, emoji and combining marks',
    'Ä ß ж 漢字 हिन्दी العربية 👩‍👩‍👧‍👦 é e\u0301 \u{10ffff}',
  ],
  ['T11', 'control characters and odd line ends', '\u0001\u0007\b\t\n\v\f\r\r\n\u001b\u007f\u0085\u2028\u2029\ufeff'],
  ['T12', 'JSON with null, empty text and empty containers', '{"a":null,"b":"","c":{},"d":[],"":{"":0}}'],
  ['T12', 'the empty text', ''],
  ['T12', 'the word null', 'null'],
  ['T13', 'digits beyond what a number holds', '9007199254740993000000000000000.50'],
  ['T13', 'digits with zeros in front', '000123'],
  ['T14', 'what looks like a date', '2026-03-29T02:30:00.000Z'],
  [
    'T15',
    'dots, dollars, quotes, percent signs and backslashes',
    `{"$set":{"a.b":1},"k\\\\":"'\\"\`%s%00 ?? :name $1 ; -- /* */"}`,
  ],
  ['T15', 'SQL and Lua that must stay text', `'); DROP TABLE sessions; -- ]] .. redis.call('FLUSHALL') --[[`],
  ['T16', 'the keys that reach prototypes', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"x":1}}}'],
  ['T16', 'white space at both ends', '  \t text \n '],
  ['T17', '256 KiB', 'ab漢👍'.repeat(29_128)],
  ['T17', '1 MiB', 'x'.repeat(1_048_576)],
];

const textCases = TEXTS.map(([id, what, text]): StoreCase => {
  return {
    id,
    name: `text is read back as stored, after create and after update: ${what}`,
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const version = await createEntry(store, key, text, fixture.later);
      assert.ok((await readEntry(store, key)).text === text, 'the created text is read back');
      const write = { text: `${text}!`, expiresAt: fixture.later };
      updatedVersion(await store.update(key, write, version));
      assert.ok((await readEntry(store, key)).text === `${text}!`, 'the updated text is read back');
    },
  };
});

/** What is stored is what is read, character by character. */
export const values: readonly StoreCase[] = [
  ...textCases,
  {
    id: 'T18',
    name: 'a short text after a long one leaves nothing of the long one',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const long = await createEntry(store, key, 'long'.repeat(20_000), fixture.later);
      const short = updatedVersion(await store.update(key, { text: 's', expiresAt: fixture.later }, long));
      assert.equal((await readEntry(store, key)).text, 's');
      updatedVersion(await store.update(key, { text: '', expiresAt: fixture.later }, short));
      assert.equal((await readEntry(store, key)).text, '');
    },
  },
  {
    id: 'T19',
    name: 'changing the object that was handed in changes nothing stored',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      const write = { text: 'as stored', expiresAt: fixture.later };
      await store.create(key, write);
      write.text = 'changed';
      write.expiresAt = 0;
      const { text, expiresAt } = await readEntry(store, key);
      assert.deepEqual({ text, expiresAt }, { text: 'as stored', expiresAt: fixture.later });
    },
  },
  {
    id: 'T20',
    name: 'changing an object that was read changes neither the store nor the next read',
    async run(fixture) {
      const store = await fixture.open();
      const key = newKey();
      await createEntry(store, key, 'as stored', fixture.later);
      // False where the store hands out frozen objects, which is as good.
      Reflect.set(await readEntry(store, key), 'text', 'changed');
      assert.equal((await readEntry(store, key)).text, 'as stored');
    },
  },
  {
    id: 'T15',
    name: 'keys that differ in one character are different entries',
    async run(fixture) {
      const store = await fixture.open();
      const start = newKey().slice(0, 63);
      const keys = ['0', '9', 'a', 'f'].map((end) => start + end);
      for (const key of keys) await createEntry(store, key, `text of ${key}`, fixture.later);
      await store.remove(String(keys[1]));
      const texts = await Promise.all(keys.map(async (key) => (await store.read(key))?.text));
      assert.deepEqual(texts, [`text of ${keys[0]}`, undefined, `text of ${keys[2]}`, `text of ${keys[3]}`]);
    },
  },
  {
    id: 'T64',
    name: 'two applications on one backend never see each other',
    async run(fixture) {
      const mine = await fixture.open();
      const theirs = await fixture.open({ space: `${fixture.space}b` });
      const key = newKey();
      const version = await createEntry(mine, key, 'mine', fixture.later);
      assert.equal(await theirs.read(key), undefined);
      assert.equal((await theirs.update(key, { text: 'x', expiresAt: fixture.later }, version)).outcome, 'gone');
      await createEntry(theirs, key, 'theirs', fixture.time - 1_000);
      await theirs.remove(key);
      await sweepAll(theirs, fixture.later + 1);
      assert.deepEqual((await theirs.entries(undefined, 10)).entries, []);
      assert.equal((await readEntry(mine, key)).text, 'mine');
    },
  },
];

async function sweepAll(store: Parameters<typeof readEntry>[0], before: number): Promise<void> {
  for (let step = 0; step < 1_000; step++) {
    if (!(await store.sweep(before, 100)).hasMore) return;
  }
  assert.fail('the sweep never ends');
}
