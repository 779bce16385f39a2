import { expect, test } from '@jest/globals';
import { Tina4Error } from '@tina4/core';
import { listenErrorOf, startErrorOf } from '../../src/project/start-error.js';

test.each([
  ['of the HTTP half', new Tina4Error('T4_ROUTE_PATTERN', 'the route "x" is odd.')],
  ['of a session store', Object.assign(new Error('T4_STORE_UNAVAILABLE: away'), { code: 'T4_STORE_UNAVAILABLE' })],
])('a coded error %s stops the start with its text, its code and no stack', (_name, error) => {
  const shown = startErrorOf(error) as Error & { code?: string };
  expect([shown.stack, shown.code, shown.cause]).toEqual([`Error: ${error.message}`, error.code, error]);
});

test('a defect keeps its own stack', () => {
  const defect = new TypeError('T4_LIKE: x is not a function');
  expect(startErrorOf(defect)).toBe(defect);
});

test.each([
  ['EADDRINUSE', 'Address already in use (port 80)\nStop what answers there, or choose another port: --port 81'],
  ['EACCES', 'Port 80 needs rights that this user does not have. Choose one above 1023.'],
  ['ENOTFOUND', '"shop" is not an address of this machine. Set TINA4_HOST or --host to 127.0.0.1.'],
])('%s is told as a mistake in the address only where a port was opened', (code, text) => {
  const error = Object.assign(new Error(code), { code });
  expect((listenErrorOf(error, 80, 'shop') as Error).message).toBe(text);
  expect(startErrorOf(error)).toBe(error);
});
