import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSessionEngine } from '../../src/engine/engine.js';
import type { RequestSession } from '../../src/session-types.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';
import { closeApps, openApp } from '../support/apps.js';
import { intercept, recordCalls } from '../support/intercepted-store.js';
import { gate, memoryLog, until } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';
import { Browser, type Routes } from '../support/test-app.js';

let time: number;
const now = () => time;

beforeEach(() => {
  time = 1_700_000_000_000;
});
afterEach(closeApps);

const routes: Routes = {
  'GET /count': ({ session }) => {
    session.count = (session.count ?? 0) + 1;
    return { count: session.count };
  },
  'GET /read': ({ session }) => ({ ...session }),
  'GET /untouched': () => 'untouched',
};

/** Over a memory store and a clock that the test moves. */
async function site(options: Parameters<typeof openApp>[1] = {}) {
  return new Browser(await openApp(routes, { store: new MemoryStore({ now }), now, ...options }));
}

test('a session is created when something is stored, not for a visitor who only reads', async () => {
  const browser = await site();
  expect((await browser.get('/read')).setCookie).toBeUndefined();
  expect((await browser.get('/count')).setCookie).toBeDefined();
});

test('with autostart a session begins on the first visit of a route', async () => {
  const browser = await site({ autostart: true });
  expect((await browser.get('/untouched')).setCookie).toBeDefined();
  expect((await browser.get('/untouched')).setCookie).toBeUndefined();
});

test('an expired session starts empty and gets a new id', async () => {
  const browser = await site();
  await browser.get('/count');
  const old = browser.cookie;
  time += 3_600_000;
  expect((await browser.get('/count')).json).toEqual({ count: 1 });
  expect(browser.cookie).not.toBe(old);
});

test('a session lives until the last millisecond of its lifetime', async () => {
  const browser = await site();
  await browser.get('/count');
  time += 3_600_000 - 1;
  expect((await browser.get('/count')).json).toEqual({ count: 2 });
});

test('activity extends the session and renews the cookie once per tenth of the lifetime', async () => {
  const { store, calls } = recordCalls(new MemoryStore({ now }));
  const browser = await site({ store });
  await browser.get('/count');
  await browser.get('/read');
  calls.length = 0;
  time += 359_999;
  expect((await browser.get('/read')).setCookie).toBeUndefined();
  time += 1;
  expect((await browser.get('/read')).setCookie).toContain('Max-Age=3600');
  expect((await browser.get('/read')).setCookie).toBeUndefined();
  expect(calls).toEqual(['read', 'read', 'touch', 'read']);
});

test('a session that is written at every request renews its cookie too', async () => {
  const browser = await site();
  await browser.get('/count');
  const cookies: boolean[] = [];
  for (let minute = 1; minute <= 12; minute++) {
    time += 60_000;
    cookies.push((await browser.get('/count')).setCookie !== undefined);
  }
  expect(cookies.filter((isSet) => isSet)).toHaveLength(2);
  time += 3_599_000;
  expect((await browser.get('/count')).json).toEqual({ count: 14 });
});

test('the absolute lifetime ends a session whatever happens in it, and through a new id', async () => {
  const browser = new Browser(
    await openApp(
      { ...routes, 'POST /login': ({ request }) => request.regenerate() },
      { store: new MemoryStore({ now }), now, absoluteLifetimeSeconds: 7_200 },
    ),
  );
  await browser.get('/count');
  for (let visit = 1; visit <= 3; visit++) {
    time += 1_800_000;
    await browser.get('/count');
  }
  await browser.post('/login');
  time += 1_799_000;
  expect((await browser.get('/count')).json).toEqual({ count: 5 });
  time += 1_000;
  expect((await browser.get('/count')).json).toEqual({ count: 1 });
});

test('near the absolute end the cookie is not renewed with every request', async () => {
  const browser = await site({ absoluteLifetimeSeconds: 3_600 });
  const first = await browser.get('/count');
  expect(first.setCookie).toContain('Max-Age=3600');
  time += 3_000_000;
  expect((await browser.get('/count')).setCookie).toBeUndefined();
});

test('lifetime 0 makes a cookie that ends with the browser and keeps the entry for 400 days', async () => {
  const browser = await site({ lifetimeSeconds: 0 });
  expect((await browser.get('/count')).setCookie).not.toContain('Max-Age');
  time += 399 * 86_400_000;
  expect((await browser.get('/count')).json).toEqual({ count: 2 });
});

test('a redirect never overtakes its own save, however slow the store is', async () => {
  const backend = new SharedBackend();
  const slow = intercept(backend.connect(), async (_verb, proceed) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return proceed();
  });
  const app = await openApp(
    {
      ...routes,
      'POST /save': (context) => {
        context.session.notice = 'saved';
        context.status = 302;
      },
    },
    { store: slow },
  );
  const browser = new Browser(app);
  expect((await browser.post('/save')).status).toBe(302);
  expect((await browser.get('/read')).json).toEqual({ notice: 'saved' });
});

test('deleting a key and replacing the session reach the store', async () => {
  const browser = new Browser(
    await openApp({
      ...routes,
      'POST /fill': ({ session }) => {
        session._flash = { type: 'success' };
        session.cart = [{ product: 1 }];
      },
      'POST /unset': ({ session }) => {
        delete session._flash;
      },
      'POST /clear': ({ request }) => request.replace({}),
      'POST /null': ({ request }) => request.replace(null),
    }),
  );
  await browser.post('/fill');
  const { cookie } = browser;
  await browser.post('/unset');
  expect((await browser.get('/read')).json).toEqual({ cart: [{ product: 1 }] });
  await browser.post('/clear');
  expect((await browser.get('/read')).json).toEqual({});
  expect((await browser.post('/null')).status).toBe(200);
  expect(browser.cookie).toBe(cookie);
});

test('a nested change without assignment is stored', async () => {
  const browser = new Browser(
    await openApp({
      ...routes,
      'POST /fill': ({ session }) => {
        session.cart = [];
        const { cart } = session;
        cart.push({ product: 1, quantity: 1 });
      },
      'POST /more': ({ session }) => {
        session.cart[0].quantity += 1;
      },
    }),
  );
  await browser.post('/fill');
  await browser.post('/more');
  expect((await browser.get('/read')).json).toEqual({ cart: [{ product: 1, quantity: 2 }] });
});

test('save stores in the middle of a request and keeps the hold', async () => {
  const backend = new SharedBackend();
  const seen: unknown[] = [];
  const app = await openApp(
    {
      ...routes,
      'POST /steps': async ({ session }) => {
        session.step = 1;
        await session.save();
        seen.push(
          [...backend.entries.values()].map((entry) => entry.text.split(';').at(-1)),
          backend.leases.size,
        );
        session.step = 2;
      },
    },
    { store: backend.connect() },
  );
  const browser = new Browser(app);
  await browser.get('/count');
  await browser.post('/steps');
  expect(seen).toEqual([['{"count":1,"step":1}'], 1]);
  expect((await browser.get('/read')).json).toEqual({ count: 1, step: 2 });
  await until(() => backend.leases.size === 0);
});

test('a save that was not awaited is finished before the answer leaves', async () => {
  const backend = new SharedBackend();
  const app = await openApp(
    {
      ...routes,
      'POST /steps': async ({ session }) => {
        session.step = 1;
        void session.save();
        await Promise.resolve();
        await Promise.resolve();
        session.step = 2;
      },
    },
    { store: backend.connect() },
  );
  const browser = new Browser(app);
  await browser.get('/count');
  expect((await browser.post('/steps')).status).toBe(200);
  expect((await browser.get('/read')).json).toEqual({ count: 1, step: 2 });
});

test('after a save that merged, the next save keeps what others stored', async () => {
  const loaded = gate();
  const goOn = gate();
  const app = await openApp({
    ...routes,
    'GET /steps': {
      mode: 'shared',
      handler: async ({ session }) => {
        void session.count;
        loaded.open();
        await goOn.passed;
        session.step = 1;
        await session.save();
        session.step = 2;
      },
    },
    'POST /other': ({ session }) => {
      session.other = true;
    },
  });
  const browser = new Browser(app);
  await browser.get('/count');
  const steps = browser.get('/steps');
  await loaded.passed;
  await browser.post('/other');
  goOn.open();
  expect((await steps).status).toBe(200);
  expect((await browser.get('/read')).json).toEqual({ count: 1, other: true, step: 2 });
});

test('an answer whose commit failed sets no cookie, even if a save before it made the session', async () => {
  const app = await openApp({
    'POST /steps': async ({ session }) => {
      session.step = 1;
      await session.save();
      session.bad = 1n;
    },
  });
  expect(await app.send('POST', '/steps')).toMatchObject({ status: 500, setCookie: undefined });
});

test('release stores, lets go, and freezes the data at every depth', async () => {
  const backend = new SharedBackend();
  const seen: unknown[] = [];
  const app = await openApp(
    {
      ...routes,
      'POST /stream': async ({ request, session }) => {
        session.cart = [{ product: 1 }];
        await request.release();
        seen.push(backend.leases.size);
        for (const write of [
          () => session.cart[0].product++,
          () => session.set('more', 1),
          () => request.replace({}),
        ]) {
          try {
            write();
          } catch (error) {
            seen.push((error as Error).name);
          }
        }
      },
    },
    { store: backend.connect() },
  );
  const browser = new Browser(app);
  await browser.get('/count');
  expect((await browser.post('/stream')).status).toBe(200);
  expect(seen).toEqual([0, 'TypeError', 'SessionError', 'SessionError']);
  expect((await browser.get('/read')).json).toEqual({ count: 1, cart: [{ product: 1 }] });
});

test('what slips through after a release is logged', async () => {
  const { log, lines } = memoryLog();
  const app = await openApp(
    {
      'POST /stream': async ({ request, session }) => {
        const sneaky = { count: 1 };
        // Its JSON follows a variable that no freeze can reach.
        session.sneaky = { toJSON: () => sneaky.count };
        await request.release();
        sneaky.count = 2;
      },
    },
    { log },
  );
  await new Browser(app).post('/stream');
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: expect.stringContaining('T4_SESSION_WRITE_AFTER_RELEASE') }),
  );
});

test('a release that was not awaited and failed turns the answer into an error', async () => {
  const failing = intercept(new SharedBackend().connect(), (verb, proceed) => {
    if (verb === 'create') throw new Error('refused');
    return proceed();
  });
  const app = await openApp(
    {
      'POST /stream': ({ request, session }) => {
        session.count = 1;
        void request.release();
      },
    },
    { store: failing },
  );
  expect((await new Browser(app).post('/stream')).status).toBe(503);
});

test('a route without a session refuses an unsafe change with the cure, and drops a safe one with a warning', async () => {
  const { log, lines } = memoryLog();
  const write = ({ session }: { session: Record<string, unknown> }) => {
    session.count = 1;
  };
  const app = await openApp(
    { 'POST /none': { mode: 'none', handler: write }, 'GET /none': { mode: 'none', handler: write } },
    { log },
  );
  const refused = await app.send('POST', '/none');
  expect(refused).toMatchObject({
    status: 500,
    setCookie: undefined,
    json: { error: 'T4_SESSION_NOT_LOADED', message: expect.stringContaining('route.session("exclusive")') },
  });
  expect(await app.send('GET', '/none')).toMatchObject({ status: 200, setCookie: undefined });
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringContaining('GET /none') }),
  );
});

test('commit without load stores nothing', async () => {
  const { store, calls } = recordCalls(new MemoryStore());
  const engine = createSessionEngine({ store, sweepEveryMs: 0 });
  const session: RequestSession = engine.begin(
    { method: 'POST', cookieHeader: undefined, isHttps: false, isClientGone: false, onClientGone: () => () => {} },
    { label: 'POST /' },
  );
  session.data.count = 1;
  expect(session.commit({ status: 400, isHandlerDone: false })).toBeUndefined();
  expect(calls).toEqual([]);
});

test('the sweeper removes what expired a margin ago, and close ends it', async () => {
  const backend = new SharedBackend(now);
  const engine = createSessionEngine({ store: backend.connect(), now, lifetimeSeconds: 60, sweepEveryMs: 5 });
  backend.entries.set('expired long ago', { text: '', version: '1', expiresAt: time - 60_001 });
  backend.entries.set('expired just now', { text: '', version: '1', expiresAt: time - 59_999 });
  await until(() => backend.entries.size === 1);
  expect([...backend.entries.keys()]).toEqual(['expired just now']);
  await engine.close();
  await engine.close();
});

test('a sweep that fails is logged, not thrown', async () => {
  const { log, lines } = memoryLog();
  const failing = {
    ...new SharedBackend().connect(),
    sweep: () => {
      throw new Error('disk full');
    },
  };
  const engine = createSessionEngine({ store: failing, sweepEveryMs: 5, log });
  await until(() => lines.length > 1);
  await engine.close();
  expect(lines[0]).toMatchObject({ level: 'warn', context: { reason: 'disk full' } });
});

test('in debug mode a shadowed method and a large session are each named once per route', async () => {
  const { log, lines } = memoryLog();
  const app = await openApp(
    {
      'POST /odd': ({ session }) => {
        session.set('get', 'mine');
        session.text = 'x'.repeat(17_000);
        return { value: session.get };
      },
    },
    { log, isDebug: true },
  );
  const browser = new Browser(app);
  expect((await browser.post('/odd')).json).toEqual({ value: 'mine' });
  await browser.post('/odd');
  const warnings = lines.filter((line) => line.level === 'warn').map((line) => line.message);
  expect(warnings).toEqual([expect.stringContaining('17'), expect.stringContaining('req.session.get')]);
});
