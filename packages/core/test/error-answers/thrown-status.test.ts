import { afterEach, expect, test } from '@jest/globals';
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
