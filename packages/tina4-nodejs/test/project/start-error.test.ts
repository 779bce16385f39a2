import { expect, test } from '@jest/globals';
import { Tina4Error } from '@tina4/core';
import { startErrorOf } from '../../src/project/start-error.js';

test.each([
  ['of the HTTP half', new Tina4Error('T4_ROUTE_PATTERN', 'the route "x" is odd.')],
  ['of a session store', Object.assign(new Error('T4_STORE_UNAVAILABLE: away'), { code: 'T4_STORE_UNAVAILABLE' })],
])('a coded error %s stops the start with its text, its code and no stack', (_name, error) => {
  const shown = startErrorOf(error, 7148, '0.0.0.0') as Error & { code?: string };
  expect([shown.stack, shown.code, shown.cause]).toEqual([`Error: ${error.message}`, error.code, error]);
});

test('a defect keeps its own stack', () => {
  const defect = new TypeError('T4_LIKE: x is not a function');
  expect(startErrorOf(defect, 7148, '0.0.0.0')).toBe(defect);
});
