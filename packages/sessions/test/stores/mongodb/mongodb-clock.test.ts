import { expect, test } from '@jest/globals';
import { MongodbClock } from '../../../src/stores/mongodb/mongodb-clock.js';

test('the time of the server is asked for once and carried on by the monotonic clock', async () => {
  let asked = 0;
  let monotonic = 100;
  const clock = new MongodbClock(
    async () => {
      asked += 1;
      return 5_000_000;
    },
    () => monotonic,
  );

  const times = await Promise.all([clock.now(), clock.now()]);
  monotonic += 9_000;

  expect(times).toEqual([5_000_000, 5_000_000]);
  expect(await clock.now()).toBe(5_009_000);
  expect(asked).toBe(1);
});

test('the time is asked for again after ten seconds, and after an error', async () => {
  let asked = 0;
  let monotonic = 0;
  const clock = new MongodbClock(
    async () => {
      asked += 1;
      return 1_000_000 * asked;
    },
    () => monotonic,
  );

  await clock.now();
  monotonic += 10_001;
  const second = await clock.now();
  clock.forget();
  const third = await clock.now();

  expect([second, third]).toEqual([2_000_000, 3_000_000]);
});

test('a server that does not answer is asked again with the next call', async () => {
  let isAway = true;
  const clock = new MongodbClock(
    async () => {
      if (isAway) throw new Error('away');
      return 7;
    },
    () => 0,
  );

  await expect(clock.now()).rejects.toThrow('away');
  isAway = false;

  expect(await clock.now()).toBe(7);
});
