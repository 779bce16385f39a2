import { afterEach, expect, test } from '@jest/globals';
import { watchLoopLag } from '../../src/operations/loop-lag.js';

let stop: () => void = () => {};
afterEach(() => stop());

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** The lines of a watch, gathered until one came or `forMs` have passed. */
async function linesDuring(warnMs: number, work: () => void, forMs: number): Promise<string[]> {
  const lines: string[] = [];
  stop = watchLoopLag({ warnMs, log: { warn: (line) => void lines.push(line) } });
  await new Promise((resolve) => setTimeout(resolve, 60));
  work();
  const end = performance.now() + forMs;
  while (lines.length === 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  return lines;
}

test('a handler that blocks the event loop is told of, with the time it took', async () => {
  const [line] = await linesDuring(250, () => block(600), 5000);
  expect(Number(/blocked for (\d+) ms/.exec(line ?? '')?.[1])).toBeGreaterThan(500);
});

test('0 turns the warning off', async () => {
  expect(await linesDuring(0, () => block(300), 300)).toEqual([]);
});

test('block after block is one line, until the time for the next has come', async () => {
  const lines: string[] = [];
  stop = watchLoopLag({ warnMs: 100, everyMs: 700, log: { warn: (line) => void lines.push(line) } });
  for (let blocks = 0; blocks < 4; blocks++) {
    block(300);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect([1, 2, 3]).toContain(lines.length);
  const end = performance.now() + 5000;
  while (lines.length < 2 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(lines.length).toBeGreaterThan(1);
});
