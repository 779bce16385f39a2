import { expect, test } from '@jest/globals';
import { type Change, compareAndSet, type Decision } from '../src/compare-and-set.js';
import type { SessionStore, StoredSession } from '../src/session-store.js';
import { MemoryStore } from '../src/stores/memory/memory-store.js';
import { intercept } from './support/intercepted-store.js';

const key = 'a'.repeat(64);
const expiresAt = Date.now() + 60_000;
const entry = { key, busy: () => 'busy', giveUp: () => 'given up' };
const write = (version: string, text: string): Decision<string> => ({ version, write: () => ({ text, expiresAt }) });

/** Appends to what stands there; tells whether nothing did. */
const append: Change<string> = {
  decide: (current) => (current === undefined ? { result: 'gone' } : write(current.version, `${current.text}+ours`)),
  stored: (version) => `stored ${version}`,
};

async function storeWith(text: string): Promise<{ store: SessionStore; version: string }> {
  const store = new MemoryStore();
  return { store, version: store.create(key, { text, expiresAt }) ?? '' };
}

test('what was written meanwhile is decided on, and the decision is written over that', async () => {
  const { store, version } = await storeWith('first');
  await store.update(key, { text: 'theirs', expiresAt }, version);
  expect(await compareAndSet(store, entry, append, write(version, 'ours'))).toMatch(/^stored/);
  expect(((await store.read(key)) as StoredSession).text).toBe('theirs+ours');
});

test('an entry that is gone is decided on without a write', async () => {
  const { store, version } = await storeWith('first');
  await store.remove(key);
  expect(await compareAndSet(store, entry, append, write(version, 'ours'))).toBe('gone');
});

test('a write whose reply was lost is recognised and not decided on again', async () => {
  const { store, version } = await storeWith('first');
  await store.update(key, { text: 'ours', expiresAt }, version);
  expect(await compareAndSet(store, entry, append, write(version, 'ours'))).toMatch(/^stored/);
  expect(((await store.read(key)) as StoredSession).text).toBe('ours');
});

test('whoever is kept out by a lease may wait and try again, or give up', async () => {
  const { store, version } = await storeWith('first');
  let isHeld = true;
  const held = intercept(store, (verb, proceed) => (verb === 'update' && isHeld ? { outcome: 'busy' } : proceed()));
  expect(await compareAndSet(held, entry, append, write(version, 'ours'))).toBe('busy');
  const waits = {
    ...entry,
    busy: () => {
      isHeld = false;
      return undefined;
    },
  };
  expect(await compareAndSet(held, waits, append, write(version, 'ours'))).toMatch(/^stored/);
});

test('somebody who writes without a pause is given up on', async () => {
  const { store, version } = await storeWith('first');
  let count = 0;
  const busy = intercept(store, async (verb, proceed) => {
    const current = await store.read(key);
    if (verb === 'update') await store.update(key, { text: `theirs ${count++}`, expiresAt }, current?.version ?? '');
    return proceed();
  });
  expect(await compareAndSet(busy, entry, append, write(version, 'ours'))).toBe('given up');
  expect(count).toBeGreaterThan(50);
});
