import { afterEach, expect, test } from '@jest/globals';
import { Response as TinaResponse } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

test.each<[string, (res: TinaResponse) => unknown, [number, string | null, string]]>([
  ['an object', (res) => res({ error: 'no' }, 401), [401, 'application/json', '{"error":"no"}']],
  ['JSON text', (res) => res(JSON.stringify({ error: 'no' }), 401), [401, 'application/json', '{"error":"no"}']],
  ['markup', (res) => res('<p>x</p>'), [200, 'text/html; charset=utf-8', '<p>x</p>']],
  ['text with a type', (res) => res('a,b', 200, 'text/csv'), [200, 'text/csv', 'a,b']],
  ['nothing', (res) => res(null, 204), [204, null, '']],
])('the response called with %s answers with it', async (_name, handler, expected) => {
  const { fetch } = await startApp((router) => void router.get('/', (_req, res) => handler(res)));
  const response = await fetch('/');
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual(expected);
});

test('middleware of the newer dialect stops the chain by calling the response', async () => {
  let calls = 0;
  const { fetch } = await startApp((router) => {
    router.get(
      '/',
      () => ({ calls: ++calls }),
      async (_req, res) => {
        res({ error: 'no' }, 401);
      },
    );
  });
  expect([(await fetch('/')).status, calls]).toEqual([401, 0]);
});

test('the callable response is a Response all the same', async () => {
  const { fetch } = await startApp(
    (router) => void router.get('/', (_req, res) => res.json([typeof res, res instanceof TinaResponse])),
  );
  expect(await (await fetch('/')).json()).toEqual(['function', true]);
});
