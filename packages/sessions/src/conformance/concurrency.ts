import assert from 'node:assert/strict';
import type { SessionStore, SessionWrite, UpdateResult } from '../session-store.js';
import {
  createEntry,
  newKey,
  pause,
  readEntry,
  type StoreCase,
  type StoreFixture,
  updatedVersion,
} from './store-case.js';

/** Two clients on the same data, without leases: versions alone keep every update. */
export const concurrency: readonly StoreCase[] = [
  {
    id: 'T32',
    name: 'of many updates with one version exactly one is stored',
    async run(fixture) {
      const stores = [await fixture.open(), await fixture.open()] as const;
      const key = newKey();
      const version = await createEntry(stores[0], key, 'start', fixture.later);
      const writes = Array.from({ length: 12 }, (_, index) => ({ text: `text ${index}`, expiresAt: fixture.later }));
      const results = await Promise.all(
        writes.map((write, index) => updateWhenFree(fixture, index % 2 ? stores[1] : stores[0], key, write, version)),
      );
      const winners = writes.filter((_, index) => results[index]?.outcome === 'updated');
      assert.equal(winners.length, 1, results.map(({ outcome }) => outcome).join());
      assert.equal((await readEntry(stores[1], key)).text, winners[0]?.text);
    },
  },
  {
    id: 'T35',
    name: '60 increments by four writers on two clients count 60',
    async run(fixture) {
      const stores = [await fixture.open(), await fixture.open()] as const;
      const key = newKey();
      await createEntry(stores[0], key, '0', fixture.later);
      const writer = async (store: SessionStore) => {
        for (let done = 0; done < 15; ) {
          const { text, version } = await readEntry(store, key);
          const write = { text: String(Number(text) + 1), expiresAt: fixture.later };
          const { outcome } = await updateWhenFree(fixture, store, key, write, version);
          assert.notEqual(outcome, 'gone');
          if (outcome === 'updated') done += 1;
          else await pause(Math.random() * 6);
        }
      };
      await Promise.all([stores[0], stores[1], stores[0], stores[1]].map(writer));
      assert.equal((await readEntry(stores[0], key)).text, '60');
    },
  },
  {
    id: 'T36',
    name: 'what one client wrote, the other reads at once',
    async run(fixture) {
      const writer = await fixture.open();
      const reader = await fixture.open();
      const key = newKey();
      let version = await createEntry(writer, key, '0', fixture.later);
      for (let round = 1; round <= 10; round++) {
        version = updatedVersion(await writer.update(key, { text: `${round}`, expiresAt: fixture.later }, version));
        assert.deepEqual(
          { ...(await readEntry(reader, key)) },
          { text: `${round}`, version, expiresAt: fixture.later },
        );
      }
    },
  },
  {
    id: 'T36b',
    name: 'a reader beside a writer sees whole texts only, old or new',
    async run(fixture) {
      const writer = await fixture.open();
      const reader = await fixture.open();
      const key = newKey();
      const textOf = (round: number) => String(round % 10).repeat(round % 2 ? 40_000 : 30);
      let version = await createEntry(writer, key, textOf(0), fixture.later);
      let isWriting = true;
      const write = async () => {
        for (let round = 1; round <= 25; round++) {
          version = updatedVersion(
            await writer.update(key, { text: textOf(round), expiresAt: fixture.later }, version),
          );
        }
        isWriting = false;
      };
      const read = async () => {
        while (isWriting) {
          const { text } = await readEntry(reader, key);
          assert.ok(text === textOf(Number(text[0])) || text === textOf(Number(text[0]) + 10), `torn: ${text.length}`);
          await pause(0);
        }
      };
      await Promise.all([write().finally(() => (isWriting = false)), read()]);
    },
  },
  {
    id: 'T38',
    name: 'an update and a removal at the same time end removed, whichever came first',
    async run(fixture) {
      const updater = await fixture.open();
      const remover = await fixture.open();
      for (let round = 0; round < 10; round++) {
        const key = newKey();
        const version = await createEntry(updater, key, 'x', fixture.later);
        const write = { text: 'y', expiresAt: fixture.later };
        await Promise.all([updateWhenFree(fixture, updater, key, write, version), remover.remove(key)]);
        assert.equal(await updater.read(key), undefined);
      }
    },
  },
  {
    id: 'T39',
    name: 'a touch and a removal at the same time end removed',
    async run(fixture) {
      const toucher = await fixture.open();
      const remover = await fixture.open();
      for (let round = 0; round < 10; round++) {
        const key = newKey();
        await createEntry(toucher, key, 'x', fixture.later);
        await Promise.all([toucher.touch(key, fixture.later, fixture.later + 5), remover.remove(key)]);
        assert.equal(await toucher.read(key), undefined);
      }
    },
  },
  {
    id: 'T40',
    name: 'a touch beside an update never brings the old text back nor makes the update a conflict',
    async run(fixture) {
      const updater = await fixture.open();
      const toucher = await fixture.open();
      for (let round = 0; round < 10; round++) {
        const key = newKey();
        const version = await createEntry(updater, key, 'old', fixture.later);
        const write = { text: 'new', expiresAt: fixture.later + 70 };
        const [result] = await Promise.all([
          updateWhenFree(fixture, updater, key, write, version),
          toucher.touch(key, fixture.later, fixture.later + 50),
        ]);
        const { text, expiresAt } = await readEntry(toucher, key);
        assert.deepEqual({ outcome: result.outcome, text, expiresAt }, { outcome: 'updated', ...write });
      }
    },
  },
  {
    id: 'T40b',
    name: 'of two touches from one expiry exactly one moves it',
    async run(fixture) {
      const stores = [await fixture.open(), await fixture.open()] as const;
      for (let round = 0; round < 5; round++) {
        const key = newKey();
        await createEntry(stores[0], key, 'x', fixture.later);
        const moved = await Promise.all(
          stores.map((store, i) => store.touch(key, fixture.later, fixture.later + 1 + i)),
        );
        assert.deepEqual([...moved].sort(), [false, true]);
        assert.equal((await readEntry(stores[0], key)).expiresAt, fixture.later + 1 + moved.indexOf(true));
      }
    },
  },
  {
    id: 'T41',
    name: 'of several creations of one key exactly one wins, and its text stays',
    async run(fixture) {
      const stores = [await fixture.open(), await fixture.open()] as const;
      for (let round = 0; round < 5; round++) {
        const key = newKey();
        const versions = await Promise.all(
          [0, 1, 2, 3].map((index) =>
            (index % 2 ? stores[1] : stores[0]).create(key, { text: `${index}`, expiresAt: fixture.later }),
          ),
        );
        const winners = versions.flatMap((version, index) => (version === undefined ? [] : [index]));
        assert.equal(winners.length, 1);
        const { text, version } = await readEntry(stores[1], key);
        assert.deepEqual({ text, version }, { text: `${winners[0]}`, version: versions[Number(winners[0])] });
      }
    },
  },
];

/** An update by nobody in particular may meet the short lock of another one; it is sent again until it is answered. */
async function updateWhenFree(
  fixture: StoreFixture,
  store: SessionStore,
  key: string,
  write: SessionWrite,
  version: string,
): Promise<UpdateResult> {
  let result: UpdateResult | undefined;
  await fixture.eventually('an update that is not told busy', async () => {
    result = await store.update(key, write, version);
    return result.outcome !== 'busy';
  });
  return result ?? assert.fail();
}
