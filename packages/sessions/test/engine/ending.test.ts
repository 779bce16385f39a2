import { afterEach, expect, test } from '@jest/globals';
import { closeApps, openApp } from '../support/apps.js';
import { gate } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';
import { Browser, type Routes, type TestApp } from '../support/test-app.js';

afterEach(closeApps);

const account: Routes = {
  'GET /': ({ session }) => {
    session.visits = (session.visits ?? 0) + 1;
  },
  'GET /all': ({ session }) => ({ ...session }),
  'GET /declared': { mode: 'shared', handler: ({ session }) => ({ ...session }) },
  'POST /login': ({ request, session, body }) => {
    const id = request.regenerate();
    session.user_id = body === '' ? 'user' : body;
    return { id };
  },
  'POST /login-then-throw': ({ request }) => {
    request.regenerate();
    throw new Error('after the new id');
  },
  'POST /logout': ({ session }) => {
    session.destroy();
  },
  'POST /logout-and-write': ({ session }) => {
    session.destroy();
    session.notice = 'Good bye';
  },
  'POST /write': ({ session }) => {
    session.written = true;
  },
};

/** A shared request of `method` that loads, waits for the test, and then writes. */
function straggler(method: string) {
  const loaded = gate();
  const goOn = gate();
  const routes: Routes = {
    ...account,
    [`${method} /straggler`]: {
      mode: 'shared',
      handler: async ({ session }) => {
        void session.visits;
        loaded.open();
        await goOn.passed;
        session.straggler = 'was here';
      },
    },
  };
  return { routes, loaded: loaded.passed, goOn: goOn.open };
}

async function visitor(app: TestApp): Promise<Browser> {
  const browser = new Browser(app);
  await browser.get('/');
  return browser;
}

test('login gives a new id, keeps the data, and the old id is dead', async () => {
  const app = await openApp(account);
  const browser = await visitor(app);
  const old = browser.cookie;
  const answer = await browser.post('/login');
  expect(browser.cookie).toBe(`tina4_session=${(answer.json as { id: string }).id}`);
  expect(browser.cookie).not.toBe(old);
  expect((await browser.get('/all')).json).toEqual({ visits: 1, user_id: 'user' });
  expect(await app.send('GET', '/all', { cookie: old })).toMatchObject({ json: {}, setCookie: undefined });
});

test('the old id is dead even when the handler throws after regenerate', async () => {
  const app = await openApp(account);
  const browser = await visitor(app);
  const old = browser.cookie;
  expect((await browser.post('/login-then-throw')).status).toBe(500);
  expect(browser.cookie).not.toBe(old);
  expect((await app.send('GET', '/all', { cookie: old })).json).toEqual({});
  expect((await browser.get('/all')).json).toEqual({ visits: 1 });
});

test('logout drops the data, expires the cookie, and the old id is dead', async () => {
  const app = await openApp(account);
  const browser = await visitor(app);
  const old = browser.cookie;
  const answer = await browser.post('/logout');
  expect(answer.setCookie).toBe(
    'tina4_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  );
  expect((await app.send('GET', '/all', { cookie: old })).json).toEqual({});
});

test('a write after destroy in the same request starts a new session', async () => {
  const app = await openApp(account);
  const browser = await visitor(app);
  const old = browser.cookie;
  await browser.post('/logout-and-write');
  expect(browser.cookie).not.toBe(old);
  expect((await browser.get('/all')).json).toEqual({ notice: 'Good bye' });
});

test('a slow POST that began before login neither revives the old session nor believes that it stored', async () => {
  const { routes, loaded, goOn } = straggler('POST');
  const app = await openApp(routes);
  const browser = await visitor(app);
  const old = browser.cookie;
  const slow = app.send('POST', '/straggler', { cookie: old });
  await loaded;
  await browser.post('/login');
  goOn();
  expect(await slow).toMatchObject({ status: 409, json: { error: 'T4_SESSION_ENDED' }, setCookie: undefined });
  expect((await app.send('GET', '/all', { cookie: old })).json).toEqual({});
  expect((await browser.get('/all')).json).toEqual({ visits: 1, user_id: 'user' });
});

test('a slow GET that began before login keeps its answer, and its change is dropped', async () => {
  const { routes, loaded, goOn } = straggler('GET');
  const app = await openApp(routes);
  const browser = await visitor(app);
  const old = browser.cookie;
  const slow = app.send('GET', '/straggler', { cookie: old });
  await loaded;
  await browser.post('/login');
  goOn();
  expect(await slow).toMatchObject({ status: 200, setCookie: undefined });
  expect((await browser.get('/all')).json).toEqual({ visits: 1, user_id: 'user' });
});

test('a slow request that began before logout revives nothing', async () => {
  const { routes, loaded, goOn } = straggler('POST');
  const backend = new SharedBackend();
  const app = await openApp(routes, { store: backend.connect() });
  const other = await openApp(account, { store: backend.connect() });
  const browser = await visitor(other);
  const old = browser.cookie;
  const slow = app.send('POST', '/straggler', { cookie: old });
  await loaded;
  await browser.post('/logout');
  goOn();
  expect(await slow).toMatchObject({ status: 409, setCookie: undefined });
  expect((await other.send('GET', '/all', { cookie: old })).json).toEqual({});
});

test('a request that arrives with the old id after login sees nothing and sets no cookie', async () => {
  const app = await openApp(account);
  const browser = await visitor(app);
  const old = browser.cookie;
  await browser.post('/login');
  expect(await app.send('POST', '/write', { cookie: old })).toMatchObject({ status: 409, setCookie: undefined });
  expect(await app.send('GET', '/', { cookie: old })).toMatchObject({ status: 200, setCookie: undefined });
});

test('a double click on Log in ends logged in, with the answer to either click', async () => {
  const app = await openApp(account);
  const browser = await visitor(app);
  const cookie = browser.cookie;
  const answers = await Promise.all([app.send('POST', '/login', { cookie }), app.send('POST', '/login', { cookie })]);
  const cookies = answers.map((answer) => answer.setCookie?.split(';')[0]);
  const users = await Promise.all(cookies.map((each) => app.send('GET', '/all', { cookie: each })));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
  expect(users.map((user) => (user.json as { user_id: string }).user_id)).toEqual(['user', 'user']);
});

test('logging out twice with one id is no error', async () => {
  const app = await openApp(account);
  const browser = await visitor(app);
  const cookie = browser.cookie;
  await app.send('POST', '/logout', { cookie });
  expect(await app.send('POST', '/logout', { cookie })).toMatchObject({ status: 200, setCookie: undefined });
});

test('a logout with an id that a login has replaced is not called done', async () => {
  const app = await openApp(account);
  const browser = await visitor(app);
  const cookie = browser.cookie;
  await browser.post('/login');
  expect(await app.send('POST', '/logout', { cookie })).toMatchObject({ status: 409 });
  expect((await browser.get('/all')).json).toMatchObject({ user_id: 'user' });
});

test('regenerate twice in one request leaves one session', async () => {
  const backend = new SharedBackend();
  const app = await openApp(
    {
      ...account,
      'POST /twice': ({ request, session }) => {
        request.regenerate();
        session.user_id = 'user';
        request.regenerate();
      },
    },
    { store: backend.connect() },
  );
  const browser = await visitor(app);
  await browser.post('/twice');
  expect((await browser.get('/all')).json).toEqual({ visits: 1, user_id: 'user' });
  const texts = [...backend.entries.values()].map((entry) => entry.text);
  expect(texts.filter((text) => text.includes('user_id'))).toHaveLength(1);
});

test('regenerate before anything was stored makes a session with the id that it returned', async () => {
  const browser = new Browser(await openApp(account));
  const answer = await browser.post('/login');
  expect(browser.cookie).toBe(`tina4_session=${(answer.json as { id: string }).id}`);
  expect((await browser.get('/all')).json).toEqual({ user_id: 'user' });
});

test('a tombstone names no other session and ends by itself', async () => {
  let time = 1_000_000;
  const now = () => time;
  const backend = new SharedBackend(now);
  const app = await openApp(account, { store: backend.connect(), now });
  const browser = await visitor(app);
  const [oldKey] = [...backend.entries.keys()];
  await browser.post('/login');
  const tombstone = backend.entries.get(oldKey as string);
  const newKey = [...backend.entries.keys()].find((key) => key !== oldKey) as string;
  expect(tombstone?.text).not.toContain(newKey);
  expect(tombstone?.expiresAt).toBe(time + 30_000);
  time += 30_001;
  expect((await browser.get('/all')).json).toMatchObject({ user_id: 'user' });
});

test('an alias of the session stays live after regenerate and after the whole session was replaced', async () => {
  const app = await openApp({
    ...account,
    'POST /alias': ({ request, session }) => {
      const alias = session;
      request.regenerate();
      request.replace({ fresh: 1 });
      alias.late = 2;
    },
  });
  const browser = await visitor(app);
  await browser.post('/alias');
  expect((await browser.get('/all')).json).toEqual({ fresh: 1, late: 2 });
});

test('while one request regenerates, what another stored before it comes along', async () => {
  const loaded = gate();
  const goOn = gate();
  const app = await openApp({
    ...account,
    'POST /slow-login': {
      mode: 'shared',
      handler: async ({ request, session }) => {
        void session.visits;
        loaded.open();
        await goOn.passed;
        request.regenerate();
        session.user_id = 'user';
      },
    },
  });
  const browser = await visitor(app);
  const old = browser.cookie;
  const login = browser.post('/slow-login');
  await loaded.passed;
  await app.send('POST', '/write', { cookie: old });
  goOn.open();
  expect((await login).status).toBe(200);
  expect((await browser.get('/all')).json).toEqual({ visits: 1, written: true, user_id: 'user' });
});

test('a login that comes too late is told so and leaves no orphan behind', async () => {
  const loaded = gate();
  const goOn = gate();
  const backend = new SharedBackend();
  const app = await openApp(
    {
      ...account,
      'GET /slow-login': {
        mode: 'shared',
        handler: async ({ request, session }) => {
          void session.visits;
          loaded.open();
          await goOn.passed;
          request.regenerate();
          session.user_id = 'late';
        },
      },
    },
    { store: backend.connect() },
  );
  const browser = await visitor(app);
  const login = app.send('GET', '/slow-login', { cookie: browser.cookie });
  await loaded.passed;
  await browser.post('/logout');
  goOn.open();
  expect(await login).toMatchObject({ status: 409, setCookie: undefined });
  expect(JSON.stringify([...backend.entries.values()])).not.toContain('late');
});
