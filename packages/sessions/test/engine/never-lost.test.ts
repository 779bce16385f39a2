import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { closeApps, openApp } from '../support/apps.js';
import { gate, until } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';
import { type Answer, Browser, type Routes, type TestApp } from '../support/test-app.js';

afterEach(closeApps);

const shop: Routes = {
  'GET /': ({ session }) => {
    session.visits = (session.visits ?? 0) + 1;
  },
  'GET /visit-counter': async ({ session }) => {
    const count = session.visit_count ?? 0;
    await new Promise((resolve) => setImmediate(resolve));
    session.visit_count = count + 1;
  },
  'POST /api/cart/add': async ({ session, query }) => {
    const cart = session.cart ?? [];
    await new Promise((resolve) => setImmediate(resolve));
    cart.push(query.get('item'));
    session.cart = cart;
  },
  'POST /slow': async ({ session, query }) => {
    const all = { ...session };
    await pause(20);
    session[`key_${query.get('item')}`] = Object.keys(all).length;
  },
  'POST /throws': async ({ session }) => {
    session.attempts = (session.attempts ?? 0) + 1;
    await pause(1);
    throw Object.assign(new Error('halfway'), { status: 500 });
  },
  'GET /all': ({ session }) => ({ ...session }),
};

/** 200 requests over 40 connections, spread over the apps. */
async function storm(
  apps: readonly TestApp[],
  cookie: string | undefined,
  method: string,
  path: string,
  connections = 40,
) {
  const agent = new Agent({ keepAlive: true, maxSockets: Math.ceil(connections / apps.length) });
  const requests = Array.from({ length: 200 }, (_, index) => {
    const app = apps[index % apps.length] as TestApp;
    return app.send(method, `${path}?item=${index}`, { cookie, agent });
  });
  const answers = await Promise.all(requests);
  agent.destroy();
  return answers;
}

async function stored(app: TestApp, cookie: string | undefined): Promise<Record<string, unknown>> {
  return (await app.send('GET', '/all', { cookie })).json as Record<string, unknown>;
}

function succeeded(answers: readonly Answer[]): number {
  return answers.filter((answer) => answer.status === 200).length;
}

async function twoProcesses(): Promise<[TestApp, TestApp]> {
  const backend = new SharedBackend();
  return [await openApp(shop, { store: backend.connect() }), await openApp(shop, { store: backend.connect() })];
}

async function visit(app: TestApp): Promise<string | undefined> {
  const browser = new Browser(app);
  await browser.get('/');
  return browser.cookie;
}

test('200 parallel cart adds over 40 connections keep 200 items', async () => {
  const app = await openApp(shop);
  const cookie = await visit(app);
  const answers = await storm([app], cookie, 'POST', '/api/cart/add');
  expect(succeeded(answers)).toBe(200);
  expect((await stored(app, cookie)).cart).toHaveLength(200);
});

test('200 parallel cart adds over 200 connections keep 200 items', async () => {
  const app = await openApp(shop);
  const cookie = await visit(app);
  const answers = await storm([app], cookie, 'POST', '/api/cart/add', 200);
  expect(succeeded(answers)).toBe(200);
  expect((await stored(app, cookie)).cart).toHaveLength(200);
});

test('200 parallel cart adds over two engines on one store keep 200 items', async () => {
  const apps = await twoProcesses();
  const cookie = await visit(apps[0]);
  const answers = await storm(apps, cookie, 'POST', '/api/cart/add');
  expect(succeeded(answers)).toBe(200);
  expect((await stored(apps[1], cookie)).cart).toHaveLength(200);
});

test('200 slow handlers that write a key each keep 200 keys over two engines', async () => {
  const apps = await twoProcesses();
  const cookie = await visit(apps[0]);
  const answers = await storm(apps, cookie, 'POST', '/slow');
  expect(succeeded(answers)).toBe(200);
  const keys = Object.keys(await stored(apps[0], cookie)).filter((key) => key.startsWith('key_'));
  expect(keys).toHaveLength(200);
});

test('200 parallel visits are all counted from the first request of a fresh server on', async () => {
  const app = await openApp(shop);
  const cookie = await visit(app);
  await storm([app], cookie, 'GET', '/visit-counter');
  expect((await stored(app, cookie)).visit_count).toBe(200);
});

test('200 parallel visits are all counted by two engines that have learned nothing yet', async () => {
  const apps = await twoProcesses();
  const cookie = await visit(apps[0]);
  await storm(apps, cookie, 'GET', '/visit-counter');
  expect((await stored(apps[0], cookie)).visit_count).toBe(200);
});

test('what was set before a throw is kept, and the next request is not kept waiting', async () => {
  const app = await openApp(shop);
  const cookie = await visit(app);
  const answers = await storm([app], cookie, 'POST', '/throws');
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([500]));
  expect((await stored(app, cookie)).attempts).toBe(200);
});

test('a client that hangs up while its handler runs does not lose the update', async () => {
  const entered = gate();
  const goOn = gate();
  const app = await openApp({
    ...shop,
    'POST /slow': async ({ session }) => {
      entered.open();
      await goOn.passed;
      session.slow = 'stored';
    },
  });
  const cookie = await visit(app);
  const abort = new AbortController();
  const hungUp = app.send('POST', '/slow', { cookie, signal: abort.signal }).catch((error: Error) => error.name);
  await entered.passed;
  abort.abort();
  expect(await hungUp).toBe('AbortError');
  goOn.open();
  const answers = await storm([app], cookie, 'POST', '/api/cart/add');
  expect(succeeded(answers)).toBe(200);
  expect(await stored(app, cookie)).toMatchObject({ slow: 'stored' });
});

test('a waiter whose client hung up leaves the queue and its handler does not run', async () => {
  const entered = gate();
  const goOn = gate();
  const ran: (string | null)[] = [];
  const app = await openApp({
    ...shop,
    'POST /slow': async ({ query }) => {
      ran.push(query.get('item'));
      entered.open();
      await goOn.passed;
    },
  });
  const cookie = await visit(app);
  const first = app.send('POST', '/slow?item=first', { cookie });
  await entered.passed;
  const abort = new AbortController();
  const waiter = app
    .send('POST', '/slow?item=gone', { cookie, signal: abort.signal })
    .catch((error: Error) => error.name);
  await pause(20);
  abort.abort();
  expect(await waiter).toBe('AbortError');
  const last = app.send('POST', '/slow?item=last', { cookie });
  await pause(20);
  goOn.open();
  await Promise.all([first, last]);
  expect(ran).toEqual(['first', 'last']);
});

test('a holder that died blocks its session for its lease and no longer', async () => {
  const backend = new SharedBackend();
  const crashed = await openApp(
    { ...shop, 'POST /hangs': () => new Promise(() => {}) },
    { store: backend.connect(), leaseMs: 200, lockHoldMs: 1 },
  );
  const other = await openApp(shop, { store: backend.connect(), leaseMs: 200 });
  const cookie = await visit(other);
  void crashed.send('POST', '/hangs', { cookie }).catch(() => 'the connection ends with the test');
  await until(() => backend.leases.size > 0);
  const answer = await other.send('POST', '/api/cart/add?item=1', { cookie });
  expect(answer.status).toBe(200);
  expect((await stored(other, cookie)).cart).toEqual(['1']);
});

test('a holder that lost its lease stores nothing over a key that another request changed meanwhile', async () => {
  const backend = new SharedBackend();
  const goOn = gate();
  const slow = await openApp(
    {
      'POST /count': async ({ session }) => {
        const count = session.count ?? 0;
        await goOn.passed;
        session.count = count + 1;
      },
    },
    { store: backend.connect(), leaseMs: 60, lockHoldMs: 1 },
  );
  const quick = await openApp(
    {
      ...shop,
      'POST /count': ({ session }) => {
        session.count = (session.count ?? 0) + 1;
      },
    },
    { store: backend.connect() },
  );
  const cookie = await visit(quick);
  const straggler = slow.send('POST', '/count', { cookie });
  await until(() => backend.leases.size > 0);
  expect((await quick.send('POST', '/count', { cookie })).status).toBe(200);
  goOn.open();
  // Both counted to 1: equal values, but two increments.
  expect(await straggler).toMatchObject({ status: 409, json: { error: 'T4_SESSION_CONFLICT' } });
  expect((await stored(quick, cookie)).count).toBe(1);
});

test('a holder that lost its lease keeps its own key beside what others stored', async () => {
  const backend = new SharedBackend();
  const goOn = gate();
  const slow = await openApp(
    {
      'POST /note': async ({ session }) => {
        await goOn.passed;
        session.note = 'late';
      },
    },
    { store: backend.connect(), leaseMs: 60, lockHoldMs: 1 },
  );
  const quick = await openApp(shop, { store: backend.connect() });
  const cookie = await visit(quick);
  const straggler = slow.send('POST', '/note', { cookie });
  await until(() => backend.leases.size > 0);
  await quick.send('POST', '/api/cart/add?item=1', { cookie });
  goOn.open();
  expect((await straggler).status).toBe(200);
  expect(await stored(quick, cookie)).toEqual({ visits: 1, cart: ['1'], note: 'late' });
});

test('a lease is renewed for as long as its handler runs', async () => {
  const backend = new SharedBackend();
  const slow = await openApp(
    {
      'POST /count': async ({ session }) => {
        const count = session.count ?? 0;
        await pause(900);
        session.count = count + 1;
      },
      ...shop,
    },
    { store: backend.connect(), leaseMs: 600 },
  );
  const cookie = await visit(slow);
  const other = await openApp(
    {
      'POST /count': ({ session }) => {
        session.count = (session.count ?? 0) + 1;
      },
      ...shop,
    },
    { store: backend.connect(), leaseMs: 600 },
  );
  const first = slow.send('POST', '/count', { cookie });
  await until(() => backend.leases.size > 0);
  const second = await other.send('POST', '/count', { cookie });
  expect([(await first).status, second.status]).toEqual([200, 200]);
  expect((await stored(other, cookie)).count).toBe(2);
});

test('a waiter gives up with 503, Retry-After and the name of the route that holds', async () => {
  const goOn = gate();
  const entered = gate();
  const app = await openApp(
    {
      ...shop,
      'POST /slow': async () => {
        entered.open();
        await goOn.passed;
      },
    },
    { lockWaitMs: 50 },
  );
  const cookie = await visit(app);
  const holder = app.send('POST', '/slow', { cookie });
  await entered.passed;
  const waiter = await app.send('POST', '/api/cart/add', { cookie });
  goOn.open();
  await holder;
  expect(waiter).toMatchObject({
    status: 503,
    json: { error: 'T4_SESSION_BUSY', message: expect.stringContaining('POST /slow') },
    headers: { 'retry-after': '1' },
  });
});

test('one waiter more than allowed is refused at once', async () => {
  const goOn = gate();
  const entered = gate();
  const app = await openApp(
    {
      ...shop,
      'POST /slow': async () => {
        entered.open();
        await goOn.passed;
      },
    },
    { maxWaiters: 1 },
  );
  const cookie = await visit(app);
  const holder = app.send('POST', '/slow', { cookie });
  await entered.passed;
  const waits = [app.send('POST', '/api/cart/add', { cookie }), app.send('POST', '/api/cart/add', { cookie })];
  const refused = await Promise.race(waits);
  goOn.open();
  await Promise.all([holder, ...waits]);
  expect(refused).toMatchObject({ status: 503, json: { error: 'T4_SESSION_BUSY' } });
});
