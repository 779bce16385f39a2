import { expect, test } from '@jest/globals';
import { Sweeper } from '../../src/engine/sweeper.js';
import type { SessionStore } from '../../src/session-store.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';
import { memoryLog } from '../support/observe.js';

const NOW = 1_000_000_000;

function sweeperOver(store: SessionStore) {
  const { log, lines } = memoryLog();
  return { sweeper: new Sweeper({ store, everyMs: 0, lifetimeMs: 1_000, now: () => NOW, log }), lines };
}

test('one round removes whatever is due, however much it is, and lets other work in between', async () => {
  const store = new MemoryStore({ now: () => NOW });
  const expired = 40_000;
  for (let entry = 0; entry < expired; entry++) {
    await store.create(entry.toString(16).padStart(64, '0'), { text: 'x', expiresAt: NOW - 5_000 });
  }
  const living = 'f'.repeat(64);
  await store.create(living, { text: 'x', expiresAt: NOW + 1 });
  let turns = 0;
  const other = setInterval(() => turns++, 1);
  await sweeperOver(store).sweeper.sweep();
  clearInterval(other);
  expect((await store.entries(undefined, 100)).entries.map(({ key }) => key)).toEqual([living]);
  expect(turns).toBeGreaterThan(2);
});

/** A store whose sweep never comes to an end. */
function endless(sweep: SessionStore['sweep']): SessionStore {
  return Object.assign(Object.create(new MemoryStore()), { sweep });
}

test('a stopped sweeper ends the round under way after its step', async () => {
  let steps = 0;
  const { sweeper } = sweeperOver(
    endless(async () => {
      steps += 1;
      if (steps === 3) void sweeper.stop();
      return { removed: 1, hasMore: true };
    }),
  );
  await sweeper.sweep();
  expect(steps).toBe(3);
});

test('a round that fails says so and is over', async () => {
  const { sweeper, lines } = sweeperOver(endless(() => Promise.reject(new Error('no luck'))));
  await sweeper.sweep();
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'warn',
      context: { reason: 'no luck' },
      message: expect.stringContaining('memory'),
    }),
  ]);
});
