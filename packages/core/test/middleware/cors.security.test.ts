import { afterEach, expect, test } from '@jest/globals';
import {
  CorsMiddleware,
  cors,
  HttpError,
  MIDDLEWARE_DEFAULTS,
  type Middleware,
  RateLimiterMiddleware,
  type Router,
} from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

afterEach(closeApps);

const ORIGIN = 'https://a.example';
const LISTED = { ...MIDDLEWARE_DEFAULTS.cors, origins: [ORIGIN], credentials: true };
const limitOf = (limit: number) => ({ limit, windowSeconds: 60 });

function ask(app: RunningApp, path: string, method?: string, origin = ORIGIN): Promise<Response> {
  const asked: Record<string, string> = method === undefined ? {} : { 'access-control-request-method': method };
  return app.fetch(path, { method: 'OPTIONS', headers: { origin, ...asked } });
}

const allowed = (answer: Response): string | null => answer.headers.get('access-control-allow-origin');

test.each<[string, (router: Router) => unknown]>([
  ['as the book has it', (router) => router.use(CorsMiddleware).use(RateLimiterMiddleware)],
  ['the other way round', (router) => router.use(RateLimiterMiddleware).use(CorsMiddleware)],
  [
    'with middleware of the app in front',
    (router) => router.use((_req, _res, next) => next(), RateLimiterMiddleware, cors()),
  ],
  ['without registering any', () => {}],
])(
  'a limit from the settings and CORS, %s: preflights never count, and the 429 says who may read it',
  async (_name, use) => {
    const app = await startApp(
      (router) => {
        use(router);
        router.get('/x', (_req, res) => res.json({}));
      },
      { middleware: { cors: LISTED, rateLimit: limitOf(2), isCorsAutomatic: true } },
    );
    for (let count = 0; count < 5; count++) {
      const preflight = await ask(app, '/x', 'GET');
      expect([preflight.status, allowed(preflight), preflight.headers.get('x-ratelimit-limit')]).toEqual([
        204,
        ORIGIN,
        null,
      ]);
    }
    const answers = [];
    for (let count = 0; count < 3; count++) answers.push(await app.fetch('/x', { headers: { origin: ORIGIN } }));
    expect(answers.map((answer) => [answer.status, allowed(answer)])).toEqual([
      [200, ORIGIN],
      [200, ORIGIN],
      [429, ORIGIN],
    ]);
    const foreign = await app.fetch('/x', { headers: { origin: 'https://b.example' } });
    expect([foreign.status, allowed(foreign)]).toEqual([429, null]);
  },
);

test('the limit of a route answers with the CORS rules of that route', async () => {
  const own = cors({ origins: 'https://own.example' });
  const app = await startApp((router) => router.get('/x', (_req, res) => res.json({}), ['RateLimiter:1', own]), {
    middleware: { rateLimit: limitOf(100), isCorsAutomatic: true },
  });
  const fetchAs = (origin: string) => app.fetch('/x', { headers: { origin } });
  expect([(await fetchAs('https://own.example')).status, allowed(await fetchAs('https://own.example'))]).toEqual([
    200,
    'https://own.example',
  ]);
  const foreign = await fetchAs(ORIGIN);
  expect([foreign.status, allowed(foreign)]).toEqual([429, null]);
});

test.each<[number, string, RequestInit]>([
  [200, '/x', {}],
  [304, '/tagged', { headers: { 'if-none-match': '*' } }],
  [400, '/body', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }],
  [401, '/secure', {}],
  [403, '/guarded', {}],
  [404, '/nowhere', {}],
  [404, '/file', {}],
  [405, '/x', { method: 'PUT' }],
  [413, '/body', { method: 'POST', body: 'x'.repeat(2000) }],
  [415, '/body', { method: 'POST', body: 'x', headers: { 'content-encoding': 'br' } }],
  [418, '/teapot', {}],
  [500, '/broken', {}],
  [500, '/silent', {}],
  [500, '/header', {}],
])('an answer of %i to %s carries the CORS headers and what it varies by', async (status, path, init) => {
  const app = await startApp(
    (router) => {
      router.get('/x', (_req, res) => res.json({}));
      router.get('/tagged', (_req, res) => res.text('x'.repeat(2000)));
      router.post('/body', (_req, res) => res.json({}));
      router.get('/secure', (_req, res) => res.json({})).secure();
      router.get(
        '/guarded',
        (_req, res) => res.json({}),
        (_req, _res, next) => next(Object.assign(new Error('no'), { status: 403 })),
      );
      router.get('/file', (_req, res) => res.file('/nowhere/at/all'));
      router.get('/teapot', () => {
        throw new HttpError(418, 'T4_TEST', 'no');
      });
      router.get('/broken', (_req, res) => {
        res.header('Vary', 'Accept');
        throw new Error('broken');
      });
      router.get('/silent', async () => {});
      router.get('/header', (_req, res) => res.header('X', 'a\nb').json({}));
    },
    { middleware: { cors: LISTED, isCorsAutomatic: true }, limits: { maxBodyBytes: 1000 } },
  );
  const headers = { ...(init.headers as Record<string, string> | undefined), origin: ORIGIN };
  const answer = await app.fetch(path, { ...init, headers });
  expect([answer.status, allowed(answer), answer.headers.get('access-control-allow-credentials')]).toEqual([
    status,
    ORIGIN,
    'true',
  ]);
  expect(answer.headers.get('vary')).toMatch(/^Origin\b/);
});

test.each<[string, Middleware, string]>([
  ['header()', (_req, res) => res.header('Vary', 'Accept').json({}), 'Origin, Accept'],
  ['header() in lower case', (_req, res) => res.header('vary', 'accept').json({}), 'Origin, accept'],
  ['header() with a list', (_req, res) => res.header('Vary', ['Accept', 'Cookie']).json({}), 'Origin, Accept, Cookie'],
  ['setHeader()', (_req, res) => res.setHeader('Vary', 'Accept').json({}), 'Origin, Accept'],
  [
    'addHeader()',
    (_req, res) => res.addHeader('Vary', 'Accept').addHeader('Vary', 'Cookie').json({}),
    'Origin, Accept, Cookie',
  ],
  ['removeHeader()', (_req, res) => res.header('Vary', 'Accept').removeHeader('Vary').json({}), 'Origin'],
  ['its own Origin', (_req, res) => res.header('Vary', 'Accept, origin').json({}), 'Origin, Accept'],
  ['everything', (_req, res) => res.header('Vary', '*').json({}), 'Origin, *'],
  [
    'a larger answer',
    (_req, res) => res.header('Vary', 'Cookie').text('x'.repeat(2000)),
    'Origin, Cookie, Accept-Encoding',
  ],
])('Vary: Origin stays when a handler says what else its answer depends on: %s', async (_name, handler, vary) => {
  const app = await startApp((router) => router.get('/x', handler as never), {
    middleware: { cors: LISTED, isCorsAutomatic: true },
  });
  for (const headers of [{ origin: ORIGIN }, {}] as Record<string, string>[])
    expect((await app.fetch('/x', { headers })).headers.get('vary')).toBe(vary);
});

function registerRules(router: Router): void {
  const ran = (_req: unknown, res: { json(data: unknown): unknown }) => res.json('the handler ran');
  router.get('/x', ran);
  router.post('/x', ran, cors({ origins: 'https://own.example', methods: 'POST', headers: 'X-Own', maxAge: 5 }));
  router.group(
    '/g',
    (group) => {
      group.get('/x', ran);
      group.put('/x', ran, cors({ origins: 'https://inner.example' }));
    },
    cors({ origins: 'https://group.example' }),
  );
  router.any('/any', ran, cors({ origins: 'https://own.example' }));
  router.get('/secure', ran, cors({ origins: 'https://own.example' })).secure();
  router.get('/users/{id:int}', ran, cors({ origins: 'https://own.example' }));
}

test.each<[string, string, string, string | null]>([
  ['/x', 'GET', ORIGIN, ORIGIN],
  ['/x', 'HEAD', ORIGIN, ORIGIN],
  ['/x', 'GET', 'https://own.example', null],
  ['/x', 'POST', 'https://own.example', 'https://own.example'],
  ['/x', 'POST', ORIGIN, null],
  ['/g/x', 'GET', 'https://group.example', 'https://group.example'],
  ['/g/x', 'PUT', 'https://inner.example', 'https://inner.example'],
  ['/g/x', 'PUT', 'https://group.example', null],
  ['/any', 'DELETE', 'https://own.example', 'https://own.example'],
  ['/any', 'DELETE', ORIGIN, null],
  ['/secure', 'GET', 'https://own.example', 'https://own.example'],
  ['/users/7?x=1', 'GET', 'https://own.example', 'https://own.example'],
  // Where no route answers, the app's rules hold, and the request itself is told 404 or 405 in an answer that can be read.
  ['/x', 'PATCH', ORIGIN, ORIGIN],
  ['/users/x', 'GET', ORIGIN, ORIGIN],
  ['/nowhere', 'GET', ORIGIN, ORIGIN],
  ['/x', 'patch', ORIGIN, ORIGIN],
  ['/x', '__proto__', ORIGIN, ORIGIN],
  ['/x', 'constructor', 'https://b.example', null],
])(
  'a preflight for %s by %s from %s is answered by the rules of that route',
  async (path, method, origin, expected) => {
    const app = await startApp(registerRules, { middleware: { cors: LISTED, isCorsAutomatic: true } });
    const answer = await ask(app, path, method, origin);
    expect([answer.status, await answer.text(), allowed(answer)]).toEqual([204, '', expected]);
    expect(answer.headers.has('access-control-allow-methods')).toBe(expected !== null);
  },
);

test('a preflight tells what the rules of its route allow', async () => {
  const app = await startApp(registerRules, { middleware: { cors: LISTED, isCorsAutomatic: true } });
  const answer = await ask(app, '/x', 'POST', 'https://own.example');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'X-Own',
    'access-control-max-age': '5',
  });
});

test('a route with rules of its own has its preflights answered in an app without any', async () => {
  const app = await startApp(registerRules);
  const own = await ask(app, '/x', 'POST', 'https://own.example');
  expect([own.status, allowed(own)]).toEqual([204, 'https://own.example']);
  const other = await ask(app, '/x', 'GET');
  expect([other.status, allowed(other), other.headers.get('allow')]).toEqual([204, null, 'GET, POST, HEAD, OPTIONS']);
});

test("OPTIONS that is no preflight goes to the app's own route, and is guarded like any other", async () => {
  const app = await startApp(
    (router) => {
      router.options('/own', (_req, res) => res.json('own'));
      router.options('/secure', (_req, res) => res.json('own')).secure();
    },
    { middleware: { isCorsAutomatic: true } },
  );
  const own = await ask(app, '/own');
  expect([own.status, await own.json(), allowed(own)]).toEqual([200, 'own', '*']);
  expect((await ask(app, '/secure')).status).toBe(401);
});
