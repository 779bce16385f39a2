import { afterEach, expect, test } from '@jest/globals';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

test('method, path, url, query and headers are what the client sent', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/a/{b}', (req, res) =>
      res.json({
        method: req.method,
        path: req.path,
        url: req.url,
        query: req.query,
        queryString: req.queryString,
        header: req.header('X-Test'),
        lower: req.headers['x-test'],
        missing: req.query.nothing === undefined,
        param: [req.param('b'), req.param('q'), req.param('none', 'fallback')],
      }),
    );
  });
  const response = await fetch('/a/b%20c?q=1&q=2&x=a+b%21', { headers: { 'X-Test': 'yes' } });
  expect(await response.json()).toEqual({
    method: 'GET',
    path: '/a/b%20c',
    url: '/a/b%20c?q=1&q=2&x=a+b%21',
    query: { q: '2', x: 'a b!' },
    queryString: 'q=1&q=2&x=a+b%21',
    header: 'yes',
    lower: 'yes',
    missing: true,
    param: ['b c', '2', 'fallback'],
  });
});

test('cookies are decoded, the first of two wins, quotes go, broken encoding stays, and __proto__ is a plain name', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/c', (req, res) =>
      res.json({ cookies: req.cookies, inherits: 'toString' in req.cookies, own: Object.entries(req.cookies).at(-2) }),
    );
  });
  const cookie = 'a=1; a=2; name=%C3%BC; quoted="x y"; broken=%E0%A4%A; __proto__=p; empty=';
  const answer = (await (await fetch('/c', { headers: { cookie } })).json()) as {
    cookies: object;
    inherits: boolean;
    own: string;
  };
  expect([answer.inherits, answer.own]).toEqual([false, ['__proto__', 'p']]);
  expect(answer.cookies).toMatchObject({ a: '1', name: 'ü', quoted: 'x y', broken: '%E0%A4%A', empty: '' });
});

test('everything on the request can be overwritten and added to by middleware', async () => {
  const { fetch } = await startApp((router) => {
    router.get(
      '/m',
      (req, res) => res.json({ user: req.user, query: req.query, ip: req.ip, body: req.body }),
      async (req, res, next) => {
        req.user = { id: 7 };
        req.query = { q: 'changed' };
        req.ip = '9.9.9.9';
        req.body = { set: true };
        return await next(req, res);
      },
    );
  });
  expect(await (await fetch('/m?q=1')).json()).toEqual({
    user: { id: 7 },
    query: { q: 'changed' },
    ip: '9.9.9.9',
    body: { set: true },
  });
});

test('a loopback peer may name the client, whose address is the nearest hop that is no trusted proxy', async () => {
  const { fetch } = await startApp((router) => void router.get('/ip', (req, res) => res.text(req.ip)), {
    trustedProxies: ['10.0.0.0/8'],
  });
  const ip = async (headers: Record<string, string>): Promise<string> => (await fetch('/ip', { headers })).text();
  expect(await ip({})).toBe('127.0.0.1');
  expect(await ip({ 'x-forwarded-for': '203.0.113.7' })).toBe('203.0.113.7');
  expect(await ip({ 'x-forwarded-for': '1.1.1.1, 203.0.113.7, 10.1.2.3' })).toBe('203.0.113.7');
  expect(await ip({ 'x-real-ip': '198.51.100.4' })).toBe('198.51.100.4');
});

test('the bearer token is read from the Authorization header', async () => {
  const { fetch } = await startApp((router) => void router.get('/t', (req, res) => res.json(req.bearerToken())));
  expect(await (await fetch('/t', { headers: { authorization: 'Bearer abc.def' } })).json()).toBe('abc.def');
  expect(await (await fetch('/t', { headers: { authorization: 'Basic abc' } })).json()).toBeNull();
});

test('the client chooses among the types that a handler offers', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/n', (req, res) => res.json(req.accepts('json', 'html')));
    router.get('/csv', (req, res) => res.json(req.accepts('text/csv')));
  });
  const chosen = async (path: string, accept: string): Promise<unknown> =>
    (await fetch(path, { headers: { accept } })).json();
  expect(await chosen('/n', 'text/html,application/json;q=0.5')).toBe('html');
  expect(await chosen('/n', 'application/json')).toBe('json');
  expect(await chosen('/n', '*/*')).toBe('json');
  expect(await chosen('/csv', 'text/html')).toBe(false);
});

test('all values of a query parameter can be had, and a name that ends in brackets holds a list', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/q', (req, res) => {
      const tags: string[] = req.query['tag[]'] ?? [];
      return res.json([req.query, req.queryAll('a'), tags.map((tag) => tag.toUpperCase()), req.queryAll('none')]);
    });
  });
  expect(await (await fetch('/q?a=1&tag[]=x&a=2&tag%5B%5D=y')).json()).toEqual([
    { a: '2', 'tag[]': ['x', 'y'] },
    ['1', '2'],
    ['X', 'Y'],
    [],
  ]);
});
