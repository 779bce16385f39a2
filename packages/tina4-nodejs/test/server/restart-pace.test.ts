import { expect, test } from '@jest/globals';
import { RestartPace } from '../../src/server/restart-pace.js';

test('crashes that follow each other are replaced more and more slowly, five seconds at most', () => {
  const pace = new RestartPace();
  const delays = Array.from({ length: 8 }, (_, second) => pace.delayAfterCrash(second * 1000));
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

test('a crash after a quiet minute is replaced at once again', () => {
  const pace = new RestartPace();
  pace.delayAfterCrash(0);
  pace.delayAfterCrash(1000);
  expect(pace.delayAfterCrash(61_000)).toBe(100);
});

test('the fifth start in a row that fails is the last, and one that works starts the count again', () => {
  const pace = new RestartPace();
  const fail = (times: number): boolean[] => Array.from({ length: times }, () => pace.startFailed());
  expect(fail(4)).toEqual([true, true, true, true]);
  pace.started();
  expect(fail(5)).toEqual([true, true, true, true, false]);
});
