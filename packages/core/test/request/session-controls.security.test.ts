import { afterEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import { provideAuthSettings } from '../../src/auth/auth-defaults.js';
import { AUTH_DEFAULTS } from '../../src/auth/auth-settings.js';
import { formTokenOf } from '../../src/auth/request-form-token.js';
import { Auth } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

afterEach(closeApps);

/** What a client may choose where an app stores fields by the names that it sends. */
const HOSTILE = JSON.stringify({
  id: 'chosen',
  destroy: 'x',
  regenerate: 'x',
  getSessionId: 'x',
  clear: 'x',
  save: 'x',
});

function start(): Promise<RunningApp> {
  return startApp(
    (router) => {
      router.post('/store', (req, res) => {
        Object.assign(req.session, req.body);
        return res.json({ id: req.sessionId });
      });
      router.get('/id', (req, res) => res.json({ id: req.sessionId, own: req.session.all().id }));
      router.post('/login', (req, res) => {
        const before = req.sessionId;
        const after = req.sessionRegenerate();
        return res.json({ before, after, id: req.sessionId });
      });
      router.post('/logout', (req, res) => {
        req.sessionDestroy();
        return res.json({});
      });
      router.get('/token', (req, res) => res.text(formTokenOf(req)));
      router.post('/checked', (req, res) => res.json({ valid: Auth.validateFormToken(req.body._token) }));
    },
    { sessions: createSessionEngine({ store: new MemoryStore() }) },
  );
}

function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] as string;
}

async function send(app: RunningApp, method: string, path: string, cookie: string, body?: string) {
  const headers = { cookie, 'content-type': 'application/json' };
  const answer = await app.fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
  return {
    answer,
    json: (await answer
      .clone()
      .json()
      .catch(() => ({}))) as Record<string, string>,
  };
}

test('data named like the controls of a session hides none of those on the request', async () => {
  const app = await start();
  const stored = await app.post('/store', HOSTILE, 'application/json');
  const cookie = cookieOf(stored);
  const id = cookie.slice(cookie.indexOf('=') + 1);
  expect(await stored.json()).toEqual({ id });
  expect((await send(app, 'GET', '/id', cookie)).json).toEqual({ id, own: 'chosen' });

  const login = await send(app, 'POST', '/login', cookie);
  expect(login.json).toEqual({ before: id, after: login.json.id, id: expect.not.stringMatching(id) });
  const newCookie = cookieOf(login.answer);
  expect(newCookie).toBe(`tina4_session=${login.json.id}`);
  expect((await send(app, 'GET', '/id', cookie)).json.own).toBeUndefined();

  const logout = await send(app, 'POST', '/logout', newCookie);
  expect(logout.answer.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await send(app, 'GET', '/id', newCookie)).json.own).toBeUndefined();
});

test('a form token is bound to the id of the session, not to data of that name', async () => {
  provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: 'controls' });
  const app = await start();
  const mine = cookieOf(await app.post('/store', HOSTILE, 'application/json'));
  const other = cookieOf(await app.post('/store', HOSTILE, 'application/json'));
  const token = await (await app.fetch('/token', { headers: { cookie: mine } })).text();
  const body = JSON.stringify({ _token: token });
  expect((await send(app, 'POST', '/checked', mine, body)).json).toEqual({ valid: true });
  expect((await send(app, 'POST', '/checked', other, body)).json).toEqual({ valid: false });
});

test('an app without a session engine says so when its session id is asked for', async () => {
  const { fetch, logged } = await startApp((router) => router.get('/', (req, res) => res.text(req.sessionId)));
  expect((await fetch('/')).status).toBe(500);
  expect(logged.join()).toContain('T4_SESSION_ENGINE_MISSING');
});
