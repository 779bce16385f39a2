import { afterEach, expect, test } from '@jest/globals';
import { type Middleware, type MiddlewareSpec, Router } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

const handler = (_req: unknown, res: { json(data: unknown): unknown }) => res.json('let in');
const guard: Middleware = (_req, res) => res.status(401).json('no');
/** What a mistyped import is at run time, whatever types say. */
const mistyped = undefined as unknown as MiddlewareSpec;
const nothing = null as unknown as MiddlewareSpec;
// biome-ignore lint/suspicious/noSparseArray: a comma too many is how a guard gets lost
const withHole = [guard, , guard] as MiddlewareSpec;

test.each<[string, (router: Router) => unknown]>([
  ['get', (router) => router.get('/x', handler, mistyped)],
  ['post', (router) => router.post('/x', handler, mistyped)],
  ['put', (router) => router.put('/x', handler, mistyped)],
  ['patch', (router) => router.patch('/x', handler, mistyped)],
  ['delete', (router) => router.delete('/x', handler, mistyped)],
  ['head', (router) => router.head('/x', handler, mistyped)],
  ['options', (router) => router.options('/x', handler, mistyped)],
  ['any', (router) => router.any('/x', handler, mistyped)],
  ['register', (router) => router.register('GET', '/x', handler, mistyped)],
  ['a fourth argument', (router) => router.get('/x', handler, guard, mistyped)],
  ['a list', (router) => router.get('/x', handler, [guard, mistyped])],
  ['a list in a list', (router) => router.get('/x', handler, [[guard, mistyped]])],
  ['a list with a hole', (router) => router.get('/x', handler, withHole)],
  ['null', (router) => router.get('/x', handler, nothing)],
  ['.middleware()', (router) => router.get('/x', handler).middleware(mistyped)],
  ['.middleware() with a list', (router) => router.get('/x', handler).middleware(guard, [mistyped])],
  ['a group', (router) => router.group('/g', (group) => group.get('/x', handler), mistyped)],
  ['a group, before its callback', (router) => router.group('/g', mistyped, (group) => group.get('/x', handler))],
  ['a group with a list', (router) => router.group('/g', (group) => group.get('/x', handler), [guard, mistyped])],
  ['a route of a group', (router) => router.group('/g', (group) => group.get('/x', handler, mistyped))],
  [
    '.middleware() of a group',
    (router) => router.group('/g', (group) => group.get('/x', handler)).middleware(mistyped),
  ],
  ['.middleware() of any()', (router) => router.any('/x', handler).middleware(mistyped)],
  ['Router.use', (router) => router.use(mistyped)],
  ['Router.use after others', (router) => router.use(guard, mistyped)],
])('nothing where middleware belongs stops the start: %s', (_name, register) => {
  expect(() => register(new Router())).toThrow(
    /^T4_MIDDLEWARE_UNDEFINED: .* was given (?:undefined|null) as middleware/,
  );
});

test('the message names the route that would be open', () => {
  expect(() => new Router().group('/api', (group) => group.get('/admin', handler, mistyped))).toThrow(
    'T4_MIDDLEWARE_UNDEFINED: GET /api/admin was given undefined as middleware.',
  );
});

test('a hole in a list that a name leads to stops the start', async () => {
  const names = { inFile: () => undefined, anywhere: () => withHole };
  await expect(
    startApp((router) => router.get('/x', handler, 'guards'), { declaredNames: () => names }),
  ).rejects.toThrow('T4_MIDDLEWARE_UNKNOWN');
});

test('an empty place and an empty list are no middleware', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/a', handler);
    router.get('/b', handler, []);
    router.get('/c', handler).middleware();
    router.group('/g', (group) => group.get('/d', handler));
  });
  for (const path of ['/a', '/b', '/c', '/g/d']) expect((await fetch(path)).status).toBe(200);
});

test.each<[string, (router: Router) => unknown]>([
  ['a route', (router) => router.get('/x', handler, [], guard)],
  ['any()', (router) => router.any('/x', handler, [], guard)],
  ['a group', (router) => router.group('', (group) => group.get('/x', handler), [], guard)],
  ['a group, a function before its callback', (router) => router.group('', stop, (group) => group.get('/x', handler))],
])('every further argument of %s is middleware, none is passed over', async (_name, register) => {
  const { fetch } = await startApp((router) => void register(router));
  expect((await fetch('/x')).status).toBe(401);
});

const stop: Middleware = (_req, res, _next) => res.status(401).json('no');

test('a guard that stands before the handler, as Express has it, stops the start instead of being passed by', () => {
  expect(() => new Router().get('/admin', stop as never, handler as never)).toThrow(
    'T4_ROUTE_HANDLER: the handler of GET /admin takes (req, res, next)',
  );
  expect(() => new Router().get('/admin', stop as never, stop, handler as never)).toThrow('T4_ROUTE_HANDLER');
  expect(() =>
    new Router().get('/users/{id}', ((id: string, _req: unknown, _res: unknown) => id) as never, guard),
  ).not.toThrow();
});

test('a handler of errors, as Express has them, is no middleware and stops the start', async () => {
  const onError = (_error: unknown, _req: unknown, res: { json(data: unknown): unknown }, _next: unknown) =>
    res.json({});
  await expect(startApp((router) => router.use(onError as unknown as Middleware))).rejects.toThrow(
    'T4_MIDDLEWARE_UNKNOWN: Router.use uses the middleware "onError", which takes more than (req, res, next).',
  );
});
