import { afterEach, expect, test } from '@jest/globals';
import type { Router } from '../../src/routing/router.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

test.each([
  [{ status: 400 }, 400, 'no'],
  [{ statusCode: 499 }, 499, 'no'],
  [{ status: 501 }, 501, 'Not Implemented'],
  [{ status: 599 }, 599, 'Internal Server Error'],
  [{ status: 399 }, 500, 'Internal Server Error'],
  [{ status: 600 }, 500, 'Internal Server Error'],
  [{ status: '404' }, 500, 'Internal Server Error'],
])('an error thrown with %j is answered %i, with its message only below 500', async (fields, status, message) => {
  const { fetch } = await startApp(
    (router) =>
      void router.get('/', async () => {
        throw Object.assign(new Error('no'), { expose: true, ...fields });
      }),
  );
  const answer = await fetch('/');
  expect([answer.status, await answer.json()]).toEqual([status, { error: message, status }]);
});

// What is thrown need not be an Error. The second field is what debug mode shows of it.
test.each<[string, unknown, number, string, string]>([
  ['an object with status and message', { status: 404, message: 'no such tea' }, 404, 'Not Found', 'no such tea'],
  ['one that is for clients', { status: 404, message: 'no such tea', expose: true }, 404, 'no such tea', 'no such tea'],
  ['an object with a status alone', { statusCode: 403, secret: 'x' }, 403, 'Forbidden', 'Forbidden'],
  ['an object with a message alone', { message: 'broken' }, 500, 'Internal Server Error', 'broken'],
  ['a text', 'no luck', 500, 'Internal Server Error', 'the text "no luck" was thrown instead of an Error.'],
  ['null', null, 500, 'Internal Server Error', 'null was thrown instead of an Error.'],
  ['nothing', undefined, 500, 'Internal Server Error', 'undefined was thrown instead of an Error.'],
  ['a number', 404, 500, 'Internal Server Error', '404 was thrown instead of an Error.'],
  ['a function', () => 1, 500, 'Internal Server Error', '[Function (anonymous)] was thrown instead of an Error.'],
])('%s that is thrown is answered, and described in debug mode', async (_name, thrown, status, message, shown) => {
  const throwing = (router: Router): void =>
    void router.get('/', async () => {
      throw thrown;
    });
  const [production, debug] = [await startApp(throwing), await startApp(throwing, { isDebug: true })];
  const answer = await production.fetch('/');
  expect([answer.status, await answer.json()]).toEqual([status, { error: message, status }]);
  expect(await (await debug.fetch('/')).json()).toMatchObject({ error: shown, status });
  expect((await debug.fetch('/', { headers: { accept: 'text/html' } })).status).toBe(status);
});
