import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import { provideAuthSettings } from '../../src/auth/auth-defaults.js';
import { AUTH_DEFAULTS } from '../../src/auth/auth-settings.js';
import { formTokenOf } from '../../src/auth/request-form-token.js';
import { type AppOptions, Auth, MIDDLEWARE_DEFAULTS, type Router } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

beforeEach(() =>
  provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: 'gate tests', apiKey: 'the-key' }),
);
afterEach(closeApps);

function register(router: Router): void {
  router.get('/token', (req, res) => res.text(formTokenOf(req)));
  router.get('/secret', (req, res) => res.json({ user: req.user })).secure();
  router.post('/secret', (req, res) => res.json({ user: req.user })).secure();
  router.post('/write', (_req, res) => res.json({ written: true }));
  router.post('/open', (_req, res) => res.json({ written: true })).noAuth();
  router.post('/login', (req, res) => {
    req.session.token = Auth.getToken({ user_id: 7 });
    return res.json({});
  });
  router.post('/regenerate', (req, res) => {
    req.sessionRegenerate();
    return res.json({});
  });
  router.post('/checked', (req, res) => res.json({ valid: Auth.validateFormToken(req.body._token ?? '') }));
}

function start(auth: { securesWrites?: boolean; csrf?: boolean } = {}): Promise<RunningApp> {
  const options: AppOptions = {
    sessions: createSessionEngine({ store: new MemoryStore() }),
    middleware: { auth: { ...MIDDLEWARE_DEFAULTS.auth, ...auth } },
  };
  return startApp(register, options);
}

/** A visitor's cookie and form token. */
async function visit(app: RunningApp): Promise<{ cookie: string; token: string }> {
  const page = await app.fetch('/token');
  return { cookie: cookieOf(page), token: await page.text() };
}

function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] as string;
}

function post(app: RunningApp, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return app.fetch(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

test('a secured route answers 401 without a token and sets req.user with one', async () => {
  const app = await start();
  const refused = await app.fetch('/secret');
  expect([refused.status, await refused.json()]).toEqual([401, { error: 'Unauthorized' }]);
  expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  const answer = await app.fetch('/secret', { headers: { authorization: `Bearer ${Auth.getToken({ user_id: 7 })}` } });
  expect(await answer.json()).toMatchObject({ user: { user_id: 7 } });
});

test.each(['Bearer', 'Bearer ', 'Bearer x', 'Basic dXNlcjpwdw==', 'Bearer the-keys', `Bearer ${'a'.repeat(4000)}`])(
  'the authorization %p opens nothing',
  async (authorization) => {
    const app = await start();
    expect((await app.fetch('/secret', { headers: { authorization } })).status).toBe(401);
  },
);

test('the API key counts as a bearer token', async () => {
  const app = await start();
  expect((await app.fetch('/secret', { headers: { authorization: 'Bearer the-key' } })).status).toBe(200);
});

test('a token in the body opens a secured route and a fresh one comes back', async () => {
  const app = await start();
  const answer = await post(app, '/secret', { formToken: Auth.getToken({ user_id: 7 }) });
  expect(answer.status).toBe(200);
  expect(Auth.validToken(answer.headers.get('freshtoken') as string)).toMatchObject({ user_id: 7 });
});

test('a token in the session opens a secured route', async () => {
  const app = await start();
  const cookie = cookieOf(await post(app, '/login', {}));
  expect((await app.fetch('/secret', { headers: { cookie } })).status).toBe(200);
  expect((await app.fetch('/secret')).status).toBe(401);
});

test('a form token, which any visitor is given, never opens a route that asks for a login', async () => {
  const app = await start({ securesWrites: true });
  const { cookie, token } = await visit(app);
  expect((await post(app, '/secret', { formToken: token }, { cookie })).status).toBe(401);
  expect((await app.fetch('/secret', { headers: { cookie, authorization: `Bearer ${token}` } })).status).toBe(401);
  expect(Auth.validToken(token)).toBeNull();
});

test('writes ask for a token only when the setting says so, and noAuth opens them', async () => {
  expect((await post(await start(), '/write', {})).status).toBe(200);
  const app = await start({ securesWrites: true });
  expect((await post(app, '/write', {})).status).toBe(401);
  expect((await post(app, '/open', {})).status).toBe(200);
  const { cookie, token } = await visit(app);
  expect((await post(app, '/write', { formToken: token }, { cookie })).status).toBe(200);
  expect((await post(app, '/write', { formToken: token })).status).toBe(401);
});

test('a form token is valid in its own session only, and no more after the id changed', async () => {
  const app = await start();
  const { cookie, token } = await visit(app);
  const other = await visit(app);
  expect(await (await post(app, '/checked', { _token: token }, { cookie })).json()).toEqual({ valid: true });
  expect(await (await post(app, '/checked', { _token: token }, { cookie: other.cookie })).json()).toEqual({
    valid: false,
  });
  expect(await (await post(app, '/checked', { _token: token })).json()).toEqual({ valid: false });
  const newCookie = cookieOf(await post(app, '/regenerate', {}, { cookie }));
  expect(newCookie).not.toBe(cookie);
  expect(await (await post(app, '/checked', { _token: token }, { cookie: newCookie })).json()).toEqual({
    valid: false,
  });
});

const CSRF = (message: string) => ({ error: true, code: 'CSRF_INVALID', message, status: 403 });
const WRONG = CSRF('Invalid or missing form token');

test('with CSRF checks on, a write needs the form token of its session under either name or as a header', async () => {
  const app = await start({ csrf: true });
  const { cookie, token } = await visit(app);
  const refused = await post(app, '/write', {}, { cookie });
  expect([refused.status, await refused.json()]).toEqual([403, WRONG]);
  expect((await post(app, '/write', { formToken: token })).status).toBe(403);
  expect((await post(app, '/write', { formToken: token }, { cookie })).status).toBe(200);
  expect((await post(app, '/write', { _token: token }, { cookie })).status).toBe(200);
  expect((await post(app, '/write', {}, { cookie, 'x-form-token': token })).status).toBe(200);
});

test('a form token in the URL is refused even when it is right', async () => {
  const app = await start({ csrf: true });
  const { cookie, token } = await visit(app);
  const answer = await post(app, `/write?formToken=${token}`, { formToken: token }, { cookie });
  expect([answer.status, await answer.json()]).toEqual([
    403,
    CSRF('Form token must not be sent in the URL query string'),
  ]);
});

test.each<Record<string, string>>([
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
])('a write from another site (%p) is refused even with the right token', async (headers) => {
  const app = await start({ csrf: true });
  const { cookie, token } = await visit(app);
  expect((await post(app, '/write', { formToken: token }, { cookie, ...headers })).status).toBe(403);
  expect((await post(app, '/write', { formToken: token }, { cookie, origin: app.url })).status).toBe(200);
});

test('bearer requests, noAuth routes and reads need no form token', async () => {
  const app = await start({ csrf: true });
  const authorization = `Bearer ${Auth.getToken({ user_id: 7 })}`;
  expect((await post(app, '/write', {}, { authorization })).status).toBe(200);
  expect((await post(app, '/write', {}, { authorization: 'Bearer wrong' })).status).toBe(403);
  expect((await post(app, '/open', {})).status).toBe(200);
  expect((await app.fetch('/token')).status).toBe(200);
});
