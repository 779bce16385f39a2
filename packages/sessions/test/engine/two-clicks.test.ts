import { afterEach, expect, test } from '@jest/globals';
import { closeApps, openApp } from '../support/apps.js';
import { gate, memoryLog } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';
import { Browser, type Routes } from '../support/test-app.js';

afterEach(closeApps);

const shop: Routes = {
  'POST /add': ({ session, body }) => {
    session.cart = [...(session.cart ?? []), body];
  },
  'GET /all': ({ session }) => ({ ...session }),
  'GET /id': ({ session }) => session.id,
  'GET /count': ({ session }) => {
    session.visits = (session.visits ?? 0) + 1;
  },
  'POST /login': ({ request, session }) => {
    session.attempts = 0;
    request.regenerate();
    session.user = 'ann';
  },
  'POST /login-afresh': ({ request, session }) => {
    session.clear();
    request.regenerate();
    session.user = 'ann';
  },
  'POST /login-replaced': ({ request }) => {
    request.replace({ user: 'ann' });
    request.regenerate();
  },
  'POST /leave-and-begin': ({ request, session }) => {
    session.destroy();
    request.regenerate();
  },
  'POST /logout': ({ session }) => session.destroy(),
  'POST /rotate': ({ request }) => void request.regenerate({ graceSeconds: 10 }),
  'GET /rotate': ({ request }) => void request.regenerate({ graceSeconds: 10 }),
};

async function shopper(routes: Routes = {}, options: { now?: () => number } = {}) {
  const { log, lines } = memoryLog();
  const store = new SharedBackend(options.now).connect();
  const app = await openApp({ ...shop, ...routes }, { store, log, ...options });
  const browser = new Browser(app);
  for (const item of ['one', 'two', 'three']) await browser.post('/add', { body: item });
  const old = browser.cookie ?? '';
  return { app, browser, lines, old, all: (cookie?: string) => new Browser(app, cookie).get('/all') };
}

const CART = ['one', 'two', 'three'];

test.each([2, 3])('%i clicks on Log in at once are each answered with a session that has the cart', async (clicks) => {
  const { app, old, all } = await shopper();
  const answers = await Promise.all(Array.from({ length: clicks }, () => app.send('POST', '/login', { cookie: old })));
  expect(answers.map(({ status }) => status)).toEqual(Array(clicks).fill(200));
  const cookies = answers.map(({ setCookie }) => setCookie?.split(';')[0]);
  expect(new Set(cookies).size).toBe(clicks);
  for (const cookie of cookies) expect((await all(cookie)).json).toEqual({ cart: CART, attempts: 0, user: 'ann' });
  expect((await all(old)).json).toEqual({});
});

test('the second click has nothing of what the first login added, and what it set itself stands', async () => {
  const { app, browser, old, all } = await shopper({
    'POST /second': ({ request, session }) => {
      session.cart = ['mine'];
      request.regenerate();
    },
  });
  await browser.post('/login');
  await browser.post('/add', { body: 'after the login' });
  const second = await app.send('POST', '/second', { cookie: old });
  expect((await all(second.setCookie?.split(';')[0])).json).toEqual({ cart: ['mine'] });
  const third = await app.send('POST', '/rotate', { cookie: old });
  expect((await all(third.setCookie?.split(';')[0])).json).toEqual({ cart: CART });
});

test.each(['/login-afresh', '/login-replaced'])(
  '%s drops the cart, so its second click has none either',
  async (path) => {
    const { app, old, all } = await shopper();
    for (let click = 0; click < 2; click++) {
      const answer = await app.send('POST', path, { cookie: old });
      expect((await all(answer.setCookie?.split(';')[0])).json).toEqual({ user: 'ann' });
    }
  },
);

test('whoever ends the session before asking for a new id begins with nothing', async () => {
  const { app, old, all, browser } = await shopper();
  await browser.post('/login');
  const answer = await app.send('POST', '/leave-and-begin', { cookie: old });
  expect((await all(answer.setCookie?.split(';')[0])).json).toEqual({});
});

test('a login that was saved before the new id was given is not left behind under the old one', async () => {
  const { app, browser, old, all } = await shopper({
    'POST /careless': async ({ request, session }) => {
      session.user = 'ann';
      await session.save();
      request.regenerate();
    },
  });
  await browser.post('/careless');
  expect((await browser.get('/all')).json).toEqual({ cart: CART, user: 'ann' });
  const second = await app.send('POST', '/rotate', { cookie: old });
  expect((await all(second.setCookie?.split(';')[0])).json).toEqual({ cart: CART });
});

test('what another request stored while the login ran is there for the second click, too', async () => {
  const loaded = gate();
  const goOn = gate();
  const { app, old, all } = await shopper({
    'POST /slow-login': {
      mode: 'shared',
      handler: async ({ request, session }) => {
        session.user = 'ann';
        await session.save();
        loaded.open();
        await goOn.passed;
        request.regenerate();
      },
    },
  });
  const login = app.send('POST', '/slow-login', { cookie: old });
  await loaded.passed;
  await app.send('POST', '/add', { cookie: old, body: 'four' });
  goOn.open();
  expect((await login).status).toBe(200);
  const second = await app.send('POST', '/rotate', { cookie: old });
  expect((await all(second.setCookie?.split(';')[0])).json).toEqual({ cart: [...CART, 'four'] });
});

test('half a minute after the login the old id leads to nothing, whoever asks', async () => {
  let time = Date.now();
  const { app, browser, old, all } = await shopper({}, { now: () => time });
  await browser.post('/login');
  time += 30_001;
  const late = await app.send('POST', '/login', { cookie: old });
  expect((await all(late.setCookie?.split(';')[0])).json).toEqual({ attempts: 0, user: 'ann' });
});

test("a destroyed session is nobody's beginning", async () => {
  const { app, browser, old, all } = await shopper();
  await browser.post('/logout');
  const late = await app.send('POST', '/login', { cookie: old });
  expect((await all(late.setCookie?.split(';')[0])).json).toEqual({ attempts: 0, user: 'ann' });
});

test('during the grace the old id reads the session as it was, and nothing else', async () => {
  let time = Date.now();
  const { app, browser, lines, old, all } = await shopper({}, { now: () => time });
  expect((await browser.post('/rotate')).status).toBe(200);
  await browser.post('/add', { body: 'four' });
  expect(await all(old)).toMatchObject({ status: 200, json: { cart: CART }, setCookie: undefined });
  expect((await app.send('GET', '/id', { cookie: old })).json).toBe(old.split('=')[1]);
  // It may only read.
  expect(await app.send('POST', '/add', { cookie: old })).toMatchObject({
    status: 409,
    json: { error: 'T4_SESSION_ENDED' },
    setCookie: undefined,
  });
  expect(await app.send('GET', '/count', { cookie: old })).toMatchObject({ status: 200, setCookie: undefined });
  expect(lines.map(({ message }) => message)).toEqual([expect.stringContaining('GET /count')]);
  expect((await browser.get('/all')).json).toEqual({ cart: [...CART, 'four'] });
  time += 10_000;
  expect((await all(old)).json).toEqual({});
});

test('whoever reads during the grace and asks for a new id, too, has what was there', async () => {
  const { app, browser, old, all } = await shopper();
  await browser.post('/rotate');
  const answer = await app.send('GET', '/rotate', { cookie: old });
  expect((await all(answer.setCookie?.split(';')[0])).json).toEqual({ cart: CART });
});

test('a login without grace in the same request takes the grace of a rotation away', async () => {
  const { browser, old, all } = await shopper({
    'POST /rotate-and-login': ({ request, session }) => {
      request.regenerate({ graceSeconds: 10 });
      request.regenerate();
      session.user = 'ann';
    },
  });
  await browser.post('/rotate-and-login');
  expect((await all(old)).json).toEqual({});
});

test.each([-1, 301, Number.NaN, 'soon'])('a grace of %p is refused', async (graceSeconds) => {
  const { browser } = await shopper({
    'POST /odd': ({ request }) => void request.regenerate({ graceSeconds: graceSeconds as number }),
  });
  expect((await browser.post('/odd')).json).toMatchObject({ error: 'T4_SESSION_OPTION_INVALID' });
});
