import { afterEach, expect, test } from '@jest/globals';
import { doubleCsrf } from 'csrf-csrf';
import { expressjwt } from 'express-jwt';
import { Auth, HttpError, type Middleware, type MiddlewareSpec, type Next, type Router } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

afterEach(closeApps);

/** Every place where a guard can stand. */
const PLACES: readonly (readonly [string, (router: Router, guard: MiddlewareSpec, ran: string[]) => void])[] = [
  ['the third argument', (router, guard, ran) => router.get('/x', handler(ran), guard)],
  ['.middleware()', (router, guard, ran) => router.get('/x', handler(ran)).middleware(guard)],
  ['a group', (router, guard, ran) => router.group('', (group) => group.get('/x', handler(ran)), [guard])],
  [
    '.middleware() of a group',
    (router, guard, ran) => router.group('', (group) => group.get('/x', handler(ran))).middleware(guard),
  ],
  ['Router.use', (router, guard, ran) => router.use(guard).get('/x', handler(ran))],
  ['any()', (router, guard, ran) => router.any('/x', handler(ran), guard)],
];

function handler(ran: string[]) {
  return (_req: unknown, res: { json(data: unknown): unknown }) => {
    ran.push('handler');
    return res.json('let in');
  };
}

const forbidden = () => Object.assign(new Error('forbidden'), { status: 403 });
/** What JavaScript lets a guard give to `next`, whatever its type says. */
const call = (next: Next, value: unknown) => next(value as Error);

/** Ways to write a guard that gives `value` to `next`. */
const STYLES: readonly (readonly [string, (value: unknown) => Middleware])[] = [
  ['plainly', (value) => (_req, _res, next) => void call(next, value)],
  ['with return', (value) => (_req, _res, next) => call(next, value)],
  ['awaited', (value) => async (_req, _res, next) => void (await call(next, value))],
  ['async and not awaited', (value) => async (_req, _res, next) => void call(next, value)],
  ['from a callback', (value) => (_req, _res, next) => void setImmediate(() => call(next, value))],
  ['from a callback, returning its timer', (value) => (_req, _res, next) => setTimeout(() => call(next, value), 1)],
  [
    'and then once more without it',
    (value) => (_req, _res, next) => {
      void call(next, value);
      void next();
    },
  ],
];

async function outcome(app: RunningApp, ran: readonly string[], init?: RequestInit): Promise<unknown> {
  const answer = await app.fetch('/x', init);
  await answer.arrayBuffer();
  return { status: answer.status, ran };
}

test.each(PLACES)(
  'an error given to next() in %s is answered with its status and nothing runs',
  async (_name, place) => {
    const ran: string[] = [];
    const app = await startApp((router) => place(router, (_req, _res, next) => void call(next, forbidden()), ran));
    expect(await outcome(app, ran)).toEqual({ status: 403, ran: [] });
    expect(await outcome(app, ran, { method: 'HEAD' })).toEqual({ status: 403, ran: [] });
  },
);

test.each(STYLES)('an error given to next() %s is answered with its status and nothing runs', async (_name, style) => {
  const ran: string[] = [];
  const app = await startApp((router) => router.get('/x', handler(ran), style(forbidden())));
  expect(await outcome(app, ran)).toEqual({ status: 403, ran: [] });
});

test.each<[string, unknown, number]>([
  ['an error without a status', new Error('no'), 500],
  ['an HttpError', new HttpError(418, 'T4_TEST', 'no'), 418],
  ['an error with statusCode', Object.assign(new Error('no'), { statusCode: 401 }), 401],
  ['an object with a status', { status: 402 }, 402],
  ['an object with a message', { message: 'no' }, 500],
  ["'route'", 'route', 500],
  ["'router'", 'router', 500],
  ['a text', 'forbidden', 500],
  ['an empty text', '', 500],
  ['false', false, 500],
  ['true', true, 500],
  ['0', 0, 500],
  ['an object that is no request', {}, 500],
  ['an array', [], 500],
  ['a function', () => {}, 500],
])('next() given %s lets nobody in', async (_name, value, status) => {
  for (const [, style] of STYLES) {
    const ran: string[] = [];
    const app = await startApp((router) => router.get('/x', handler(ran), style(value)));
    expect(await outcome(app, ran)).toEqual({ status, ran: [] });
    await closeApps();
  }
});

test('what next() cannot take is named in the log with its middleware', async () => {
  async function skipRoute(_req: unknown, _res: unknown, next: Next) {
    await call(next, 'route');
  }
  const app = await startApp((router) => router.get('/x', handler([]), skipRoute));
  await app.fetch('/x');
  expect(app.logged.join()).toContain('T4_MIDDLEWARE_NEXT_ARGUMENT: the middleware "skipRoute" gave next() "route"');
});

test('a second argument that is no response lets nobody in', async () => {
  const ran: string[] = [];
  const guard: Middleware = (req, _res, next) => next(req, {} as never);
  const app = await startApp((router) => router.get('/x', handler(ran), guard));
  expect(await outcome(app, ran)).toEqual({ status: 500, ran: [] });
});

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
])('next(%s) goes on', async (_name, value) => {
  for (const [, style] of STYLES.slice(0, -1)) {
    const ran: string[] = [];
    const app = await startApp((router) => router.get('/x', handler(ran), style(value)));
    expect(await outcome(app, ran)).toEqual({ status: 200, ran: ['handler'] });
    await closeApps();
  }
});

test('an error given to next() reaches the layers outside, which may answer it', async () => {
  const ran: string[] = [];
  const outside: Middleware = async (_req, res, next) => {
    try {
      return await next();
    } catch (error) {
      return res.status(451).json((error as Error).message);
    }
  };
  const app = await startApp((router) =>
    router.get('/x', handler(ran), [outside, (_req, _res, next) => void call(next, forbidden())]),
  );
  expect(await outcome(app, ran)).toEqual({ status: 451, ran: [] });
});

test('next() called late, after the 500 was decided, runs nothing and is logged once for the route', async () => {
  const ran: string[] = [];
  let lateCalls = 0;
  const late = async function late(_req: unknown, _res: unknown, next: Next) {
    setTimeout(async () => {
      await next();
      lateCalls++;
    }, 20);
  };
  const app = await startApp((router) => router.get('/x', handler(ran), late));
  expect(await outcome(app, ran)).toEqual({ status: 500, ran: [] });
  expect(await outcome(app, ran)).toEqual({ status: 500, ran: [] });
  while (lateCalls < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(ran).toEqual([]);
  expect(app.logged.filter((line) => line.includes('"late" called next() for GET /x after'))).toHaveLength(1);
});

test.each<[string, Middleware]>([
  [
    'plain',
    (_req, res, next) => {
      res.status(401).json('no');
      void next();
    },
  ],
  [
    'async',
    async (_req, res, next) => {
      res.status(401).json('no');
      return await next();
    },
  ],
  [
    'late',
    async (_req, res, next) => {
      setImmediate(next);
      return res.status(401).json('no');
    },
  ],
])('a %s guard that answers and then forgets to return lets nobody in', async (_name, guard) => {
  const ran: string[] = [];
  const app = await startApp((router) => router.get('/x', handler(ran), guard));
  expect(await outcome(app, ran)).toEqual({ status: 401, ran: [] });
  await new Promise((resolve) => setImmediate(resolve));
  expect(ran).toEqual([]);
});

test('next() called twice without await is a 500, runs the handler once, and ends no process', async () => {
  const ran: string[] = [];
  const app = await startApp((router) =>
    router.get('/x', handler(ran), (_req, _res, next) => {
      void next();
      void next();
    }),
  );
  expect(await outcome(app, ran)).toEqual({ status: 500, ran: ['handler'] });
});

test.each<[string, Middleware]>([
  [
    'throws',
    (_req, _res, next) => {
      void next();
      throw forbidden();
    },
  ],
  [
    'rejects',
    async (_req, _res, next) => {
      void next();
      throw forbidden();
    },
  ],
])('a layer that %s after next() is answered when what it started is over', async (_name, guard) => {
  const log: string[] = [];
  const app = await startApp((router) =>
    router.get(
      '/x',
      async (_req, res) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        log.push('handler is over');
        return res.json({});
      },
      guard,
    ),
  );
  const answer = await app.fetch('/x');
  expect([answer.status, log]).toEqual([403, ['handler is over']]);
});

test.each<[string, Middleware]>([
  ['false', () => false],
  ['a text', () => 'no'],
  ['another middleware', () => () => {}],
  ['a response without an answer', (_req, res) => res.status(401)],
  ['a promise of false', async () => false],
])('a guard that returns %s instead of calling next() is a 500 at once', async (_name, guard) => {
  const ran: string[] = [];
  const app = await startApp((router) => router.get('/x', handler(ran), guard), { requestTimeoutMs: 60_000 });
  expect(await outcome(app, ran)).toEqual({ status: 500, ran: [] });
});

test.each<[string, () => unknown, number]>([
  ['returns false', () => false, 403],
  ['returns an error', () => forbidden(), 403],
  ['returns a promise of an error', async () => forbidden(), 403],
  ['throws', () => Promise.reject(forbidden()), 403],
  ['returns an error in place of the request', () => [forbidden()], 403],
  ['returns a text in place of the request', () => ['route'], 500],
])('a class whose before hook %s lets nobody in, and its after hook runs', async (_name, before, status) => {
  for (const [, place] of PLACES) {
    const ran: string[] = [];
    class Guard {
      static beforeGuard() {
        return before();
      }
      static afterGuard() {
        ran.push('after');
      }
    }
    const app = await startApp((router) => place(router, Guard, ran));
    expect(await outcome(app, ran)).toEqual({ status, ran: ['after'] });
    await closeApps();
  }
});

test('a guard named by a text refuses like any other', async () => {
  const ran: string[] = [];
  const guard: Middleware = (_req, _res, next) => void call(next, forbidden());
  const names = { inFile: () => undefined, anywhere: (name: string) => (name === 'requireLogin' ? guard : undefined) };
  const app = await startApp((router) => router.get('/x', handler(ran), 'requireLogin'), {
    declaredNames: () => names,
  });
  expect(await outcome(app, ran)).toEqual({ status: 403, ran: [] });
});

test('express-jwt guards a route as it comes', async () => {
  const ran: string[] = [];
  const guard = expressjwt({ secret: 'a secret of the test', algorithms: ['HS256'] }) as unknown as Middleware;
  const app = await startApp((router) => {
    router.get('/x', handler(ran), guard);
    router.get('/who', (req, res) => res.json((req as { auth?: unknown }).auth), guard);
  });
  expect(await outcome(app, ran)).toEqual({ status: 401, ran: [] });
  const wrong = { headers: { authorization: `Bearer ${Auth.getToken({ user_id: 7 }, 'another secret')}` } };
  expect(await outcome(app, ran, wrong)).toEqual({ status: 401, ran: [] });
  const right = { headers: { authorization: `Bearer ${Auth.getToken({ user_id: 7 }, 'a secret of the test')}` } };
  expect(await (await app.fetch('/who', right)).json()).toMatchObject({ user_id: 7 });
});

test('csrf-csrf guards writes as it comes', async () => {
  const ran: string[] = [];
  const { doubleCsrfProtection, generateCsrfToken } = doubleCsrf({
    getSecret: () => 'a secret of the test',
    getSessionIdentifier: () => 'one visitor',
    cookieName: 'csrf',
    cookieOptions: { secure: false },
  });
  const app = await startApp((router) => {
    router.use(doubleCsrfProtection as unknown as Middleware);
    router.get('/token', (req, res) => res.text(generateCsrfToken(req as never, res as never)));
    router.post('/x', handler(ran));
  });
  expect(await outcome(app, ran, { method: 'POST' })).toEqual({ status: 403, ran: [] });
  const page = await app.fetch('/token');
  const token = await page.text();
  const cookie = (page.headers.get('set-cookie') ?? '').split(';')[0] as string;
  expect(await outcome(app, ran, { method: 'POST', headers: { 'x-csrf-token': token } })).toEqual({
    status: 403,
    ran: [],
  });
  expect(await outcome(app, ran, { method: 'POST', headers: { cookie, 'x-csrf-token': token } })).toEqual({
    status: 200,
    ran: ['handler'],
  });
});
