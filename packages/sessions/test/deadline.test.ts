import { expect, test } from '@jest/globals';
import { LateError, silenceMs, within } from '../src/deadline.js';
import { gate, until } from './support/observe.js';

test('what comes in time is given on, value or failure', async () => {
  await expect(within(1_000, Promise.resolve('in time'))).resolves.toBe('in time');
  await expect(within(1_000, Promise.reject(new Error('why')))).rejects.toThrow('why');
});

test('what comes too late is a LateError, and its value is still heard of', async () => {
  const { passed, open } = gate();
  const late: string[] = [];
  const slow = passed.then(() => 'late');
  await expect(within(5, slow, (value) => late.push(value))).rejects.toBeInstanceOf(LateError);
  expect(late).toEqual([]);
  open();
  await until(() => late.length > 0);
  expect(late).toEqual(['late']);
});

test('a failure that comes too late is dropped', async () => {
  const { passed, open } = gate();
  const failing = passed.then(() => Promise.reject(new Error('late')));
  await expect(within(5, failing)).rejects.toBeInstanceOf(LateError);
  open();
  await expect(failing).rejects.toThrow('late');
});

test('a connection waits for its server longer than callers wait for the connection', () => {
  expect(silenceMs(2_000)).toBeGreaterThan(2_000);
});
