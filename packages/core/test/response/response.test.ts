import { afterEach, expect, jest, test } from '@jest/globals';
import type { Next, Request, Response as TinaResponse } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(() => {
  jest.restoreAllMocks();
  return closeApps();
});

/** Status, content type and text of what a handler answers with. */
async function answerOf(
  handler: (req: Request, res: TinaResponse) => unknown,
): Promise<[number, string | null, string]> {
  const { fetch } = await startApp((router) => void router.get('/r', handler));
  const response = await fetch('/r');
  return [response.status, response.headers.get('content-type'), await response.text()];
}

const HTML = 'text/html; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

test.each<[string, (req: Request, res: TinaResponse) => unknown, [number, string | null, string]]>([
  ['json', (_q, res) => res.json({ a: 1 }), [200, JSON_TYPE, '{"a":1}']],
  ['json with a status', (_q, res) => res.json({ a: 1 }, 201), [201, JSON_TYPE, '{"a":1}']],
  ['json of undefined', (_q, res) => res.json(undefined), [200, JSON_TYPE, 'null']],
  ['status before json', (_q, res) => res.status(404).json({ error: 'x' }), [404, JSON_TYPE, '{"error":"x"}']],
  ['204 with json(null)', (_q, res) => res.status(204).json(null), [204, null, '']],
  ['html', (_q, res) => res.html('<p>'), [200, HTML, '<p>']],
  ['html with a status', (_q, res) => res.html('<p>', 418), [418, HTML, '<p>']],
  ['text', (_q, res) => res.text('hi'), [200, TEXT, 'hi']],
  [
    'text after a content type',
    (_q, res) => res.header('Content-Type', 'application/xml').text('<a/>'),
    [200, 'application/xml', '<a/>'],
  ],
  ['xml', (_q, res) => res.xml('<a/>'), [200, 'application/xml', '<a/>']],
  [
    'error',
    (_q, res) => res.error('BAD', 'no'),
    [400, JSON_TYPE, '{"error":true,"code":"BAD","message":"no","status":400}'],
  ],
  ['send of a Buffer', (_q, res) => res.send(Buffer.from('b')), [200, 'application/octet-stream', 'b']],
  ['send of markup', (_q, res) => res.send('<b>x</b>'), [200, HTML, '<b>x</b>']],
  ['send of JSON text', (_q, res) => res.send('{"a":1}', 401), [401, JSON_TYPE, '{"a":1}']],
  ['send of text', (_q, res) => res.send('plain'), [200, TEXT, 'plain']],
  ['send of null', (_q, res) => res.send(null), [200, null, '']],
  ['end', (_q, res) => res.status(204).end(), [204, null, '']],
  ['a returned object', async () => ({ a: 1 }), [200, JSON_TYPE, '{"a":1}']],
  ['a returned array', () => [1, 2], [200, JSON_TYPE, '[1,2]']],
  ['a returned string', async () => 'hello', [200, HTML, 'hello']],
  ['an answer without a return', async (_q, res) => void res.json(1), [200, JSON_TYPE, '1']],
  ['an answer from a callback', (_q, res) => void setImmediate(() => res.json('late')), [200, JSON_TYPE, '"late"']],
  ['the second of two answers', (_q, res) => res.json(1).text('two'), [200, TEXT, 'two']],
])('%s', async (_name, handler, expected) => {
  expect(await answerOf(handler)).toEqual(expected);
});

test('a redirect has a Location, no body, and 302 unless told otherwise', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/r', (_req, res) => res.redirect('/next?x=ü'));
    router.get('/p', (_req, res) => res.redirect('/next', 301));
  });
  const found = await fetch('/r');
  expect([found.status, found.headers.get('location'), await found.text()]).toEqual([302, '/next?x=%C3%BC', '']);
  expect((await fetch('/p')).status).toBe(301);
});

test('a cookie name that no browser accepts is a 500, not a broken header', async () => {
  expect((await answerOf((_req, res) => res.cookie('bad;name', 'x').json(1)))[0]).toBe(500);
});

test('cookies are written with the attributes given, seconds for maxAge', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/c', (_req, res) =>
      res
        .cookie('language', 'de', { expires: new Date('2030-01-02T03:04:05Z'), path: '/', sameSite: 'Lax' })
        .cookie('basket', 'x;y', { maxAge: 3600, httpOnly: true, secure: true, domain: 'example.com' })
        .clearCookie('old', { path: '/shop' })
        .json(1),
    );
  });
  const cookies = (await fetch('/c')).headers.getSetCookie();
  expect(cookies).toEqual([
    'language=de; Path=/; Expires=Wed, 02 Jan 2030 03:04:05 GMT; SameSite=Lax',
    'basket=x%3By; Max-Age=3600; Domain=example.com; Path=/; HttpOnly; Secure',
    'old=; Max-Age=0; Path=/shop; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  ]);
});

test('a maxAge over 400 days is cut to what browsers take, and milliseconds are a setting', async () => {
  const { fetch } = await startApp(
    (router) => void router.get('/c', (_req, res) => res.cookie('a', 1, { maxAge: 1e12 }).json(1)),
    {
      cookieMaxAgeUnit: 'ms',
    },
  );
  expect((await fetch('/c')).headers.getSetCookie()[0]).toContain('Max-Age=34560000;');
});

test('a header that middleware sets on the way out is sent', async () => {
  const { fetch } = await startApp((router) => {
    router.get(
      '/h',
      (_req, res) => res.header('X-Handler', '1').json(1),
      async (req, res, next) => {
        const result = await next(req, res);
        res.header('X-After', res.getHeader('X-Handler') === '1' ? 'seen' : 'lost');
        return result;
      },
    );
  });
  expect((await fetch('/h')).headers.get('x-after')).toBe('seen');
});

test('an async handler that gives no answer is a 500 that names the route in the log', async () => {
  const { fetch, logged } = await startApp((router) => void router.get('/none', async () => {}));
  expect((await fetch('/none')).status).toBe(500);
  expect(logged.join()).toContain('the handler of GET /none is over and gave no answer');
});

test('a callback-style handler that never answers is a 500 after the request timeout', async () => {
  const { fetch } = await startApp((router) => void router.get('/never', () => {}), { requestTimeoutMs: 30 });
  expect((await fetch('/never')).status).toBe(500);
});

test.each([0, Infinity, 2 ** 31])(
  'a request timeout of %d lets callbacks of handlers and middleware answer later',
  async (timeout) => {
    const { fetch } = await startApp(
      (router) => {
        router.get('/handler', (_req, res) => void setTimeout(() => res.text('late'), 20));
        router.get('/middleware', () => 'unreached', [(_req, res) => void setTimeout(() => res.text('late'), 20)]);
      },
      { requestTimeoutMs: timeout },
    );
    expect(await (await fetch('/handler')).text()).toBe('late');
    expect(await (await fetch('/middleware')).text()).toBe('late');
  },
);

test('a callback of a middleware and one of its handler leave no timer behind', async () => {
  const set = jest.spyOn(globalThis, 'setTimeout');
  const cleared = jest.spyOn(globalThis, 'clearTimeout');
  const { fetch } = await startApp(
    (router) => {
      const later = (_req: Request, _res: TinaResponse, next: Next): void => void setImmediate(() => next());
      router.get('/', (_req, res) => void setImmediate(() => res.text('late')), [later]);
    },
    { requestTimeoutMs: 12_345 },
  );
  await (await fetch('/')).text();
  const timers = set.mock.results.filter((_, call) => set.mock.calls[call]?.[1] === 12_345).map(({ value }) => value);
  expect(timers).toHaveLength(2);
  const running = new Set(timers);
  for (const [timer] of cleared.mock.calls) running.delete(timer as NodeJS.Timeout);
  expect(running.size).toBe(0);
});

test('an app that writes to the raw response is left alone', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/raw', (_req, res) => {
      res.raw.writeHead(202).end('raw');
    });
  });
  const response = await fetch('/raw');
  expect([response.status, await response.text()]).toEqual([202, 'raw']);
});
