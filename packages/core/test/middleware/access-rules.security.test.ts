import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { provideAuthSettings } from '../../src/auth/auth-defaults.js';
import { AUTH_DEFAULTS } from '../../src/auth/auth-settings.js';
import { type Response as Answer, Auth, type Next, type Request, Router } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

const FORBIDDEN = { error: true, code: 'FORBIDDEN', message: 'Forbidden', status: 403 };

beforeEach(() =>
  provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: 'rules', apiKey: 'the-key' }),
);
afterEach(closeApps);

const answer = (req: Request, res: Answer): Answer => res.json({ user: req.user });

function get(app: RunningApp, path: string, payload?: object): Promise<Response> {
  const headers: Record<string, string> =
    payload === undefined ? {} : { authorization: `Bearer ${Auth.getToken(payload as Record<string, unknown>)}` };
  return app.fetch(path, { headers });
}

test('a role is asked of the token: 401 without one, 403 in the error envelope for others', async () => {
  const app = await startApp((router) => router.get('/', answer).role('admin', 'editor'));
  const unknown = await get(app, '/');
  expect([unknown.status, await unknown.json()]).toEqual([401, { error: 'Unauthorized' }]);
  const other = await get(app, '/', { role: 'reader' });
  expect([other.status, await other.json()]).toEqual([403, FORBIDDEN]);
  expect((await get(app, '/', { role: 'editor' })).status).toBe(200);
  expect((await get(app, '/', { roles: ['reader', 'admin'] })).status).toBe(200);
});

test.each<[string, object]>([
  ['no role', {}],
  ['a role in other case', { role: 'Admin' }],
  ['a role that holds it', { role: 'admin2' }],
  ['a text of several roles', { role: 'reader admin', roles: 'reader,admin' }],
  ['a list in a list', { roles: [['admin']] }],
  ['something that prints as it', { role: { toString: 'admin' }, roles: { admin: true } }],
  ['true', { role: true, roles: true }],
  ['a wildcard, which is for permissions', { role: '*' }],
])('%s opens no route for admins', async (_what, payload) => {
  const app = await startApp((router) => router.get('/', answer).role('admin'));
  expect((await get(app, '/', payload)).status).toBe(403);
});

test.each<[unknown, number]>([
  [['posts.delete'], 200],
  ['posts.delete', 200],
  [['posts.*'], 200],
  [['*'], 200],
  [['post.*', 'posts.delete.all', 'posts', 'posts.', 'posts*', '.*', 'posts.del*'], 403],
  [['users.*'], 403],
  [[], 403],
  [{ '*': true }, 403],
])('the granted permissions %j lead to %i where posts.delete is asked for', async (permissions, status) => {
  const app = await startApp((router) => router.get('/', answer).can('posts.delete'));
  expect((await get(app, '/', { permissions })).status).toBe(status);
});

test('can() asks for all that it names', async () => {
  const app = await startApp((router) => router.get('/', answer).can('posts.read', 'posts.delete'));
  expect((await get(app, '/', { permissions: ['posts.read'] })).status).toBe(403);
  expect((await get(app, '/', { permissions: ['posts.read', 'posts.delete'] })).status).toBe(200);
});

test('a user that middleware found counts, wherever in the chain it stands', async () => {
  const findUser = (role: string) => (req: Request, _res: Answer, next: Next) => {
    req.user = { role };
    return next();
  };
  const app = await startApp((router) => {
    router.get('/before', answer).middleware(findUser('admin')).role('admin');
    router.get('/behind', answer).role('admin').middleware(findUser('admin'));
    router.get('/other', answer).role('admin').middleware(findUser('reader'));
    router.group('/grouped', (group) => group.get('/x', answer, findUser('admin'))).role('admin');
  });
  const statuses = await Promise.all(['/before', '/behind', '/other', '/grouped/x'].map((path) => get(app, path)));
  expect(statuses.map(({ status }) => status)).toEqual([200, 200, 403, 200]);
});

test('what a group asks for is not taken back by what its route asks for', async () => {
  const app = await startApp((router) => {
    router.group('/staff', (group) => group.get('/x', answer).role('reader')).role('staff');
    router.any('/any', answer).role('admin');
  });
  expect((await get(app, '/staff/x', { role: 'reader' })).status).toBe(403);
  expect((await get(app, '/staff/x', { roles: ['reader', 'staff'] })).status).toBe(200);
  expect((await app.fetch('/any', { method: 'DELETE' })).status).toBe(401);
});

test('a cached answer is given to nobody who may not have it', async () => {
  const setUser = (req: Request, _res: Answer, next: Next) => {
    if (req.header('x-user') !== undefined) req.user = { role: req.header('x-user') };
    return next();
  };
  const app = await startApp((router) => {
    router
      .get('/', (_req, res) => res.json({ secret: 1 }))
      .cache(60)
      .role('admin')
      .middleware(setUser);
  });
  expect((await app.fetch('/', { headers: { 'x-user': 'admin' } })).status).toBe(200);
  expect((await app.fetch('/', { headers: { 'x-user': 'reader' } })).status).toBe(403);
  expect((await app.fetch('/')).status).toBe(401);
});

test('the API key has no role and no permission', async () => {
  const app = await startApp((router) => router.get('/', answer).role('admin'));
  expect((await app.fetch('/', { headers: { authorization: 'Bearer the-key' } })).status).toBe(403);
});

test.each([[[]], [[undefined]], [['admin', undefined]], [['']], [[7]], [[['admin']]]])(
  'role and can given %j stop the start',
  (names) => {
    const route = new Router().get('/', answer);
    expect(() => route.role(...(names as string[]))).toThrow('T4_ROUTE_ACCESS');
    expect(() => route.can(...(names as string[]))).toThrow('T4_ROUTE_ACCESS');
  },
);
