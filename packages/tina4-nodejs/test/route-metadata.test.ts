import { afterEach, expect, test } from '@jest/globals';
import {
  any,
  createApp,
  defaultRouter,
  description,
  get,
  type Middleware,
  middleware,
  noAuth,
  noauth,
  post,
  Router,
  secured,
  TestClient,
} from 'tina4-nodejs';

const file = 'route-metadata.test.ts';
afterEach(() => defaultRouter.removeLoaded((sourceFile) => sourceFile === file));

/** Registers as a route file does, and gives a client for what was registered. */
async function clientOf(register: () => void): Promise<TestClient> {
  await defaultRouter.loading(file, async () => register());
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return new TestClient(createApp({ router: defaultRouter, log }));
}

test('secured() before the handler asks for a token, noAuth() does not', async () => {
  const client = await clientOf(() => {
    get('/meta/secured', secured(), () => ({ ok: true }));
    post('/meta/open', noAuth(), () => ({ ok: true }));
    Router.put('/meta/open', noauth(), () => ({ ok: true }));
  });
  expect((await client.get('/meta/secured')).status).toBe(401);
  expect((await client.post('/meta/open')).json()).toEqual({ ok: true });
  expect((await client.put('/meta/open')).json()).toEqual({ ok: true });
});

test('several metadata, a summary in words and middleware behind the handler go together', async () => {
  const client = await clientOf(() => {
    const check: Middleware = async (req, res, next) => (req.query.key === '1' ? next() : res({ error: 'key' }, 403));
    const mark: Middleware = async (_req, res, next) => {
      res.header('X-Mark', 'yes');
      return next();
    };
    // The types know one thing before the handler, which is what the book shows.
    (get as (...args: unknown[]) => unknown)(
      '/meta/all',
      description('Everything at once'),
      'A summary',
      middleware(mark),
      () => ({ ok: true }),
      [check],
    );
    any('/meta/any', secured(), () => ({ ok: true }));
  });
  const answer = await client.get('/meta/all?key=1');
  expect([answer.status, answer.headers['x-mark']]).toEqual([200, 'yes']);
  expect((await client.get('/meta/all')).status).toBe(403);
  expect((await client.patch('/meta/any')).status).toBe(401);
});

test('a single word before the handler may be an access check, so it is refused', () => {
  expect(() => get('/meta/word', 'requireLogin' as never, () => ({}))).toThrow(
    'T4_ROUTE_METADATA: "requireLogin" stands before the handler of /meta/word.',
  );
});

test('metadata without a handler is refused like any missing handler', () => {
  expect(() => get('/meta/none', noAuth())).toThrow('T4_ROUTE_HANDLER');
});

test('middleware that is undefined stops the start in every form of a registration', () => {
  const mistyped = undefined as unknown as Middleware;
  const handler = () => ({});
  const nothing = /^T4_MIDDLEWARE_UNDEFINED/;
  expect(() => get('/meta/x', middleware(mistyped), handler)).toThrow(nothing);
  expect(() => get('/meta/x', noAuth(), handler, mistyped)).toThrow(nothing);
  expect(() => Router.get('/meta/x', handler, mistyped)).toThrow(nothing);
  expect(() => Router().get('/meta/x', handler, mistyped)).toThrow(nothing);
  expect(() => new Router().group('/meta', (group) => group.post('/x', handler, mistyped))).toThrow(nothing);
  expect(() => Router.group('/meta', () => {}, mistyped)).toThrow(nothing);
  expect(() => Router.use(mistyped)).toThrow(nothing);
});
