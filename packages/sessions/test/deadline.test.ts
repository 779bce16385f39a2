import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { Deadline, LateError, silenceMs, within } from '../src/deadline.js';
import { gate, until } from './support/observe.js';

test('what comes in time is given on, value or failure', async () => {
  await expect(within(1_000, Promise.resolve('in time'))).resolves.toBe('in time');
  await expect(within(1_000, Promise.reject(new Error('why')))).rejects.toThrow('why');
});

test('what comes too late is a LateError, and its value is still heard of', async () => {
  const { passed, open } = gate();
  const late: string[] = [];
  const slow = passed.then(() => 'late');
  await expect(new Deadline(5).within(slow, (value) => late.push(value))).rejects.toBeInstanceOf(LateError);
  expect(late).toEqual([]);
  open();
  await until(() => late.length > 0);
  expect(late).toEqual(['late']);
});

/** Computes for `ms` and lets nothing else happen. */
function compute(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

/** An answer that takes several turns of the loop. */
async function answerInSteps(): Promise<number> {
  let length = 0;
  for (let step = 0; step < 5; step++) length = (await readFile(import.meta.filename)).length;
  return length;
}

test.each([0, 120, 380])(
  'a handler that computes for longer than the deadline, %i ms into it, makes nobody late',
  async (start) => {
    const answers = Array.from({ length: 10 }, () => within(400, answerInSteps()));
    const late = within(400, new Promise((resolve) => setTimeout(resolve, start + 40, 'after the handler')));
    await new Promise((resolve) => setTimeout(resolve, start));
    compute(1_000);
    for (const answer of answers) await expect(answer).resolves.toBeGreaterThan(0);
    await expect(late).resolves.toBe('after the handler');
  },
);

test('each of many calls has the whole deadline, whenever it began, and no more', async () => {
  const deadline = new Deadline(200);
  const lateAfter = async (startMs: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, startMs));
    const startedAt = performance.now();
    await expect(deadline.within(new Promise(() => {}))).rejects.toBeInstanceOf(LateError);
    return performance.now() - startedAt;
  };
  const answered = deadline.within(Promise.resolve('at once'));
  const times = await Promise.all([0, 30, 70, 130, 190, 250].map(lateAfter));
  await expect(answered).resolves.toBe('at once');
  // A slice that ended late because the machine was busy is forgiven, so the bound is wide.
  for (const time of times) {
    expect(time).toBeGreaterThan(195);
    expect(time).toBeLessThan(800);
  }
});

test('a deadline serves again after nobody needed it for long', async () => {
  const deadline = new Deadline(40);
  await deadline.within(Promise.resolve());
  await new Promise((resolve) => setTimeout(resolve, 100));
  const startedAt = performance.now();
  await expect(deadline.within(new Promise(() => {}))).rejects.toBeInstanceOf(LateError);
  expect(performance.now() - startedAt).toBeGreaterThan(38);
});

test('a thousand calls have one timer, which keeps the process alive only while one of them waits', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  const before = timers();
  const deadline = new Deadline(60_000);
  const { passed, open } = gate();
  const calls = Array.from({ length: 1_000 }, () => deadline.within(passed));
  expect(timers()).toBe(before + 1);
  open();
  await Promise.all(calls);
  expect(timers()).toBe(before);
});

test('silence is noticed although the loop is always busy', async () => {
  const busy = setInterval(() => compute(60), 1);
  const startedAt = performance.now();
  await expect(within(100, new Promise(() => {}))).rejects.toBeInstanceOf(LateError);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  clearInterval(busy);
});

test('a failure that comes too late is told to nobody who did not ask for it', async () => {
  const { passed, open } = gate();
  const failing = passed.then(() => Promise.reject(new Error('late')));
  await expect(within(5, failing)).rejects.toBeInstanceOf(LateError);
  open();
  await expect(failing).rejects.toThrow('late');
});

test('whoever must know hears of a failure that comes too late', async () => {
  const { passed, open } = gate();
  const heard: unknown[] = [];
  const failing = passed.then(() => Promise.reject(new Error('late')));
  await expect(new Deadline(5).within(failing, undefined, (error) => heard.push(error))).rejects.toBeInstanceOf(
    LateError,
  );
  open();
  await until(() => heard.length > 0);
  expect(heard).toEqual([new Error('late')]);
});

test('a connection waits for its server longer than callers wait for the connection', () => {
  expect(silenceMs(2_000)).toBeGreaterThan(2_000);
});
