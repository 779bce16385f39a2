import { expect, jest, test } from '@jest/globals';
import { within } from '../src/index.js';

const never = new Promise<never>(() => {});

test('work in time settles as it does, and its deadline is taken back', async () => {
  const clear = jest.spyOn(globalThis, 'clearTimeout');
  expect(await within(10_000, Promise.resolve(7), () => 'late')).toBe(7);
  await expect(within(10_000, Promise.reject(new Error('broken')), () => 'late')).rejects.toThrow('broken');
  expect(clear).toHaveBeenCalledTimes(2);
  clear.mockRestore();
});

test('work that takes too long is answered by what the caller wants instead', async () => {
  expect(await within(1, never, () => 'late')).toBe('late');
  const refuse = (): never => {
    throw new Error('too late');
  };
  await expect(within(1, never, refuse)).rejects.toThrow('too late');
});

test('work that fails after its deadline hurts nobody', async () => {
  let fail: (reason: Error) => void = () => {};
  const work = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const unhandled = jest.fn();
  process.on('unhandledRejection', unhandled);
  expect(await within(1, work, () => 'late')).toBe('late');
  fail(new Error('long gone'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).not.toHaveBeenCalled();
  process.off('unhandledRejection', unhandled);
});
