import { afterEach, expect, test } from '@jest/globals';
import { createSessionEngine } from '../../src/engine/engine.js';
import type { SessionEngineOptions } from '../../src/session-options.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';
import { closeApps, openApp } from '../support/apps.js';
import { recordCalls, type Verb } from '../support/intercepted-store.js';
import { gate, memoryLog, until } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';
import { Browser, type Routes, type TestApp } from '../support/test-app.js';

afterEach(closeApps);

const site: Routes = {
  'GET /': ({ session }) => {
    session.visits = (session.visits ?? 0) + 1;
  },
  'GET /untouched': () => 'static text',
  'GET /read': ({ session }) => ({ visits: session.visits }),
  'POST /write': ({ session }) => {
    session.written = (session.written ?? 0) + 1;
  },
  'POST /nothing': () => 'nothing to store',
  'POST /notice': ({ session }) => {
    session.flash('notice', 'saved');
  },
  'GET /notice': ({ session }) => ({ notice: session.flash('notice') ?? null }),
  'GET /none': { mode: 'none', handler: () => 'none' },
  'GET /declared': { mode: 'shared', handler: ({ session }) => ({ visits: session.visits }) },
};

/** A browser with a session, on a site whose routes have all been seen once, and the store calls from then on. */
async function visited(
  options: Partial<SessionEngineOptions> = {},
): Promise<{ readonly app: TestApp; readonly browser: Browser; readonly calls: Verb[] }> {
  const { store, calls } = recordCalls(options.store ?? new MemoryStore());
  const app = await openApp(site, { ...options, store });
  const browser = new Browser(app);
  await browser.get('/');
  for (const path of ['/untouched', '/read', '/notice']) await browser.get(path);
  calls.length = 0;
  return { app, browser, calls };
}

test('a request without a session cookie causes no store call', async () => {
  const { app, calls } = await visited();
  const answers = [
    await app.send('GET', '/read'),
    await app.send('GET', '/untouched'),
    await app.send('GET', '/nowhere'),
  ];
  expect(answers.map((answer) => answer.setCookie)).toEqual([undefined, undefined, undefined]);
  expect(calls).toEqual([]);
});

test('a request without a session cookie waits for nothing', () => {
  const engine = createSessionEngine({ store: new SharedBackend().connect(), sweepEveryMs: 0 });
  const request = {
    method: 'GET',
    cookieHeader: undefined,
    isHttps: false,
    isClientGone: false,
    onClientGone: () => () => {},
  };
  const session = engine.begin(request, { label: 'GET /' });
  expect([session.isExclusive, session.load(), session.commit({ status: 200, isHandlerDone: true })]).toEqual([
    false,
    undefined,
    undefined,
  ]);
});

test('a request that changes nothing in its session waits for nothing after the load', async () => {
  const engine = createSessionEngine({ store: new SharedBackend().connect(), sweepEveryMs: 0 });
  const outcome = { status: 200, isHandlerDone: true };
  const begin = (cookieHeader: string | undefined) =>
    engine.begin(
      { method: 'GET', cookieHeader, isHttps: false, isClientGone: false, onClientGone: () => () => {} },
      { label: 'GET /', sessionMode: 'shared' },
    );
  const first = begin(undefined);
  await first.load();
  first.data.count = 1;
  await first.commit(outcome);
  const second = begin(first.setCookie?.split(';')[0]);
  await second.load();
  expect(second.data.count).toBe(1);
  expect(second.commit(outcome)).toBeUndefined();
});

test('a route declared none causes no store call', async () => {
  const { browser, calls } = await visited();
  await browser.get('/none');
  await browser.get('/nowhere');
  expect(calls).toEqual([]);
});

test('an untouched session is read once and written never', async () => {
  const { browser, calls } = await visited();
  await browser.get('/untouched');
  expect(calls).toEqual(['read']);
});

test('a session that is only read is read once and written never', async () => {
  const { browser, calls } = await visited();
  expect((await browser.get('/read')).json).toEqual({ visits: 1 });
  expect(calls).toEqual(['read']);
});

test('a change over memory is one read and one update', async () => {
  const { browser, calls } = await visited();
  await browser.post('/write');
  expect(calls).toEqual(['read', 'update']);
});

test('a change over a shared store is one lock and one update, which gives the lease back', async () => {
  const backend = new SharedBackend();
  const { browser, calls } = await visited({ store: backend.connect() });
  await browser.post('/write');
  expect(calls).toEqual(['lock', 'update']);
  expect(backend.leases.size).toBe(0);
});

test('a flash value is one lock and one update to set, one read and one update to take', async () => {
  const { browser, calls } = await visited({ store: new SharedBackend().connect() });
  await browser.post('/notice');
  expect(calls).toEqual(['lock', 'update']);
  calls.length = 0;
  expect((await browser.get('/notice')).json).toEqual({ notice: 'saved' });
  expect(calls).toEqual(['read', 'update']);
});

test('an exclusive request that changes nothing gives its lease back and writes nothing', async () => {
  const backend = new SharedBackend();
  const { browser, calls } = await visited({ store: backend.connect() });
  await browser.post('/nothing');
  await until(() => backend.leases.size === 0);
  expect(calls).toEqual(['lock', 'unlock']);
});

/** A handler that holds the session until the test lets it go. */
function holder(): { readonly routes: Routes; readonly entered: Promise<void>; readonly letGo: () => void } {
  const entered = gate();
  const goOn = gate();
  const handler = async () => {
    entered.open();
    await goOn.passed;
  };
  return { routes: { ...site, 'POST /hold': handler }, entered: entered.passed, letGo: goOn.open };
}

test('a page that changes nothing is answered while another request holds the session', async () => {
  const { routes, entered, letGo } = holder();
  const app = await openApp(routes);
  const browser = new Browser(app);
  await browser.get('/');
  await browser.get('/read');
  const held = browser.post('/hold');
  await entered;
  expect((await browser.get('/read')).json).toEqual({ visits: 1 });
  letGo();
  expect((await held).status).toBe(200);
});

test('a page declared shared is answered while another request holds the session, from the first time on', async () => {
  const { routes, entered, letGo } = holder();
  const app = await openApp(routes, { store: new SharedBackend().connect() });
  const browser = new Browser(app);
  await browser.get('/');
  const held = browser.post('/hold');
  await entered;
  expect((await browser.get('/declared')).json).toEqual({ visits: 1 });
  letGo();
  await held;
});

test('requests of different sessions do not wait for each other', async () => {
  const { routes, entered, letGo } = holder();
  const app = await openApp(routes);
  const [one, other] = [new Browser(app), new Browser(app)];
  await one.get('/');
  await other.get('/');
  const held = one.post('/hold');
  await entered;
  expect((await other.post('/write')).status).toBe(200);
  letGo();
  await held;
});

test('a route is exclusive until it was seen to set nothing, and exclusive for good once it set a key', async () => {
  const { app } = await visited();
  expect([...app.routes].map(([label, route]) => [label, route.learnedSessionMode])).toEqual([
    ['GET /', 'exclusive'],
    ['GET /untouched', 'shared'],
    ['GET /read', 'shared'],
    ['POST /write', undefined],
    ['POST /nothing', undefined],
    ['POST /notice', undefined],
    ['GET /notice', 'shared'],
    ['GET /none', undefined],
    ['GET /declared', undefined],
  ]);
});

test('nothing is learned from a handler that threw or an answer that is an error', async () => {
  const app = await openApp({
    'GET /throws': () => {
      throw new Error('halfway');
    },
    'GET /refuses': (context) => {
      context.status = 401;
    },
  });
  await app.send('GET', '/throws');
  await app.send('GET', '/refuses');
  expect([...app.routes.values()].map((route) => route.learnedSessionMode)).toEqual([undefined, undefined]);
});

test('a page that only takes a flash value stays shared', async () => {
  const { app, browser } = await visited();
  await browser.post('/notice');
  await browser.get('/notice');
  expect(app.routes.get('GET /notice')?.learnedSessionMode).toBe('shared');
});

test('lock=off holds nothing, lock=all holds every route that declared nothing', async () => {
  const isExclusive = (lock: 'off' | 'all', method: string, label: string) => {
    const engine = createSessionEngine({ store: new MemoryStore(), sweepEveryMs: 0, lock });
    const cookieHeader = `tina4_session=${'A'.repeat(43)}`;
    const request = { method, cookieHeader, isHttps: false, isClientGone: false, onClientGone: () => () => {} };
    return engine.begin(request, { label, learnedSessionMode: 'shared' }).isExclusive;
  };
  expect([isExclusive('off', 'POST', 'POST /write'), isExclusive('all', 'GET', 'GET /read')]).toEqual([false, true]);
});

test('a shared request that changed something after all waits for the holder and keeps both changes', async () => {
  const inHandler = gate();
  const goOn = gate();
  const { log, lines } = memoryLog();
  const app = await openApp(
    {
      ...site,
      'GET /mark': {
        mode: 'shared',
        handler: async ({ session }) => {
          const seen = session.visits;
          inHandler.open();
          await goOn.passed;
          session.seen = seen;
        },
      },
      'GET /all': ({ session }) => ({ ...session }),
    },
    { log },
  );
  const browser = new Browser(app);
  await browser.get('/');
  const marking = browser.get('/mark');
  await inHandler.passed;
  await browser.post('/write');
  goOn.open();
  expect((await marking).status).toBe(200);
  expect((await browser.get('/all')).json).toEqual({ visits: 1, written: 1, seen: 1 });
  expect(lines.filter((line) => line.level === 'warn')).toEqual([]);
});

/** Loads on a shared route, lets a POST change `written`, then changes it too. */
async function collide(method: 'GET' | 'POST') {
  const inHandler = gate();
  const goOn = gate();
  const { log, lines } = memoryLog();
  const app = await openApp(
    {
      ...site,
      [`${method} /overwrite`]: {
        mode: 'shared',
        handler: async ({ session }) => {
          void session.written;
          inHandler.open();
          await goOn.passed;
          session.written = 'mine';
        },
      },
      'GET /all': ({ session }) => ({ ...session }),
    },
    { log },
  );
  const browser = new Browser(app);
  await browser.get('/');
  const colliding = browser.send(method, '/overwrite');
  await inHandler.passed;
  await browser.post('/write');
  goOn.open();
  const answer = await colliding;
  return { answer, stored: (await browser.get('/all')).json, lines };
}

test('a safe shared request that changes a key that changed meanwhile wins, and the cure is logged', async () => {
  const { answer, stored, lines } = await collide('GET');
  expect(answer.status).toBe(200);
  expect(stored).toEqual({ visits: 1, written: 'mine' });
  expect(lines.map((line) => line.message)).toContainEqual(expect.stringContaining('route.session("exclusive")'));
});

test('an unsafe shared request that changes a key that changed meanwhile stores nothing and is told so', async () => {
  const { answer, stored } = await collide('POST');
  expect(answer).toMatchObject({ status: 409, json: { error: 'T4_SESSION_CONFLICT' } });
  expect(stored).toEqual({ visits: 1, written: 1 });
});
