import { afterEach, expect, test } from '@jest/globals';
import { StoreRefusedError, StoreUnavailableError } from '../../src/errors.js';
import type { SessionStore } from '../../src/session-store.js';
import { closeApps, openApp } from '../support/apps.js';
import { type Interceptor, intercept, type Verb } from '../support/intercepted-store.js';
import { gate, memoryLog, until } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';
import { Browser, type Routes } from '../support/test-app.js';

afterEach(closeApps);

const routes: Routes = {
  'GET /': ({ session }) => {
    session.visits = (session.visits ?? 0) + 1;
  },
  'GET /untouched': () => 'page',
  'GET /read': ({ session }) => ({ ...session }),
  'POST /write': ({ session }) => {
    session.written = (session.written ?? 0) + 1;
  },
  'POST /login': ({ request, session }) => {
    request.regenerate();
    session.user = 'ann';
  },
  'POST /logout': ({ session }) => session.destroy(),
};

const hangs: Interceptor = () => new Promise(() => {});
const refuses: Interceptor = async () => {
  throw new StoreUnavailableError('connection refused');
};
const throwsAtOnce: Interceptor = () => {
  throw new Error('not connected');
};

/** A browser with a session, whose store can be switched from healthy to something else. */
async function visitor({ leaseMs = 1_000 } = {}) {
  let interceptor: Interceptor = (_verb, proceed) => proceed();
  const backend = new SharedBackend();
  const store: SessionStore = intercept(backend.connect(), (verb, proceed) => interceptor(verb, proceed));
  const { log, lines } = memoryLog();
  const app = await openApp(routes, { store, timeoutMs: 150, leaseMs, log });
  const browser = new Browser(app);
  await browser.get('/');
  return {
    app,
    backend,
    browser,
    lines,
    become: (next: Interceptor) => {
      interceptor = next;
    },
    heal: () => {
      interceptor = (_verb, proceed) => proceed();
    },
  };
}

test.each([
  ['hangs', hangs],
  ['refuses', refuses],
  ['throws', throwsAtOnce],
])(
  'with a store that %s, only requests that touch the session are answered 503, and it recovers',
  async (_name, fault) => {
    const { browser, become, heal } = await visitor();
    const { cookie } = browser;
    become(fault);
    const startedAt = performance.now();
    expect(await browser.get('/untouched')).toMatchObject({ status: 200, setCookie: undefined });
    expect(await browser.get('/read')).toMatchObject({
      status: 503,
      setCookie: undefined,
      json: { error: 'T4_SESSION_UNAVAILABLE' },
      headers: { 'retry-after': '5' },
    });
    expect(await browser.post('/write')).toMatchObject({ status: 503, setCookie: undefined });
    // Each call's deadline would make this 25 deadlines and more; the breaker does not wait for each of them.
    for (let request = 0; request < 20; request++) await browser.get('/untouched');
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    heal();
    let answer = await browser.get('/read');
    for (let tries = 0; answer.status === 503 && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      answer = await browser.get('/read');
    }
    expect(answer.json).toEqual({ visits: 1 });
    expect(browser.cookie).toBe(cookie);
  },
);

test('a visitor without a cookie is served while the store is away, until something must be stored', async () => {
  const { app, become } = await visitor();
  become(refuses);
  expect((await app.send('GET', '/read')).json).toEqual({});
  expect(await app.send('POST', '/write')).toMatchObject({ status: 503, setCookie: undefined });
});

test('a commit that fails is answered 503 and not with the success of the handler', async () => {
  const { browser, become, heal } = await visitor();
  become((verb, proceed) => (verb === 'update' ? refuses(verb, proceed) : proceed()));
  expect((await browser.post('/write')).status).toBe(503);
  heal();
  expect((await browser.get('/read')).json).toEqual({ visits: 1 });
});

test('one log line says that the store is away, and one that it is back', async () => {
  const { browser, become, heal, lines } = await visitor();
  become(refuses);
  for (let request = 0; request < 10; request++) await browser.get('/untouched');
  heal();
  for (let tries = 0; lines.length < 2 && tries < 100; tries++) {
    await browser.get('/untouched');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(lines.map((line) => [line.level, line.message])).toEqual([
    ['error', 'The shared session store does not answer.'],
    ['info', 'The shared session store answers again.'],
  ]);
});

/** Does the call and loses its reply, once. */
function loseOneReply(lost: Verb): Interceptor {
  let isLost = false;
  return async (verb, proceed) => {
    const reply = await proceed();
    if (verb !== lost || isLost) return reply;
    isLost = true;
    throw new StoreUnavailableError('connection reset');
  };
}

test('a write whose reply was lost has succeeded once, not twice', async () => {
  const { browser, become } = await visitor();
  become(loseOneReply('update'));
  expect((await browser.post('/write')).status).toBe(200);
  expect((await browser.get('/read')).json).toEqual({ visits: 1, written: 1 });
});

test('a creation whose reply was lost has succeeded', async () => {
  const { app, become } = await visitor();
  become(loseOneReply('create'));
  const newcomer = new Browser(app);
  expect((await newcomer.post('/write')).status).toBe(200);
  expect((await newcomer.get('/read')).json).toEqual({ written: 1 });
});

test.each(['create', 'update'] as const)('a login whose %s lost its reply has succeeded', async (verb) => {
  const { app, browser, become } = await visitor();
  const old = browser.cookie;
  become(loseOneReply(verb));
  expect((await browser.post('/login')).status).toBe(200);
  expect((await browser.get('/read')).json).toEqual({ visits: 1, user: 'ann' });
  expect((await app.send('GET', '/read', { cookie: old })).json).toEqual({});
});

test('a logout whose reply was lost has succeeded', async () => {
  const { app, browser, become } = await visitor();
  const old = browser.cookie;
  become(loseOneReply('update'));
  expect(await browser.post('/logout')).toMatchObject({ status: 200, setCookie: expect.stringContaining('Max-Age=0') });
  expect((await app.send('GET', '/read', { cookie: old })).json).toEqual({});
});

test('a lease whose reply was lost or late is given back', async () => {
  const { backend, browser, become, heal } = await visitor();
  become(loseOneReply('lock'));
  expect((await browser.post('/write')).status).toBe(503);
  heal();
  const startedAt = performance.now();
  expect((await browser.post('/write')).status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(900);
  expect(backend.leases.size).toBe(0);
});

test('a lease that is taken after its caller gave up is given back', async () => {
  const { backend, browser, become, heal } = await visitor();
  let isTaken = false;
  become(async (verb, proceed) => {
    if (verb !== 'lock') return proceed();
    await new Promise((resolve) => setTimeout(resolve, 250));
    const taken = await proceed();
    isTaken = backend.leases.size > 0;
    return taken;
  });
  expect((await browser.post('/write')).status).toBe(503);
  await until(() => isTaken);
  heal();
  const startedAt = performance.now();
  await until(() => backend.leases.size === 0);
  expect(performance.now() - startedAt).toBeLessThan(900);
});

/** How long it takes from now until the visitor's next request that holds is served, ms. */
async function untilServed(browser: Browser): Promise<number> {
  const startedAt = performance.now();
  while ((await browser.post('/write')).status !== 200) await new Promise((resolve) => setTimeout(resolve, 10));
  return performance.now() - startedAt;
}

const LONG_LEASE = { leaseMs: 15_000 };

test.each([
  ['stands still', hangs],
  ['refuses connections', refuses],
])('a lease that could not be given back while the store %s is given back when it returns', async (_name, fault) => {
  const { backend, browser, become, heal } = await visitor(LONG_LEASE);
  become((verb, proceed) => (verb === 'lock' ? proceed() : fault(verb, proceed)));
  expect((await browser.post('/write')).status).toBe(503);
  // Longer than the first try to give it back.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(backend.leases.size).toBe(1);
  heal();
  expect(await untilServed(browser)).toBeLessThan(1_000);
  expect(backend.leases.size).toBe(0);
});

test('a lease that another process waits for is given back when the store returns, with no request to say so', async () => {
  const { backend, browser, become, heal } = await visitor(LONG_LEASE);
  become((verb, proceed) => (verb === 'lock' ? proceed() : hangs(verb, proceed)));
  expect((await browser.post('/write')).status).toBe(503);
  become(hangs);
  for (let request = 0; request < 3; request++) await browser.get('/read');
  heal();
  const startedAt = performance.now();
  await until(() => backend.leases.size === 0);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test.each([
  ['is granted', async () => undefined],
  ['fails, nobody knows how,', refuses],
])('a lock that %s late, after the unlock of its caller, is given back', async (_name, end) => {
  const { backend, browser, become, heal } = await visitor(LONG_LEASE);
  const returns = gate();
  let isOver = false;
  become(async (verb, proceed) => {
    if (verb !== 'lock') return proceed();
    await returns.passed;
    const granted = await proceed();
    isOver = true;
    await end(verb, proceed);
    return granted;
  });
  expect((await browser.post('/write')).status).toBe(503);
  await new Promise((resolve) => setTimeout(resolve, 100));
  returns.open();
  await until(() => isOver);
  heal();
  expect(await untilServed(browser)).toBeLessThan(1_000);
  await until(() => backend.leases.size === 0);
});

test('closing waits for a store that is away no longer than for one call', async () => {
  const { app, browser, become } = await visitor(LONG_LEASE);
  become((verb, proceed) => (verb === 'lock' ? proceed() : refuses(verb, proceed)));
  expect((await browser.post('/write')).status).toBe(503);
  const startedAt = performance.now();
  await app.close();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

/** As a server out of memory: it reads, and refuses every command that writes. */
const takesNoWrites: Interceptor = async (verb, proceed) => {
  if (verb === 'read') return proceed();
  throw new StoreRefusedError('out of memory');
};

test('a store that takes no writes is read from all the same, and writes are answered 503', async () => {
  const { app, browser, become, heal } = await visitor();
  const { cookie } = browser;
  become(takesNoWrites);
  // Holding routes included: '/read' has not shown yet that it sets nothing.
  for (let request = 0; request < 10; request++) {
    expect((await browser.get('/read')).json).toEqual({ visits: 1 });
    expect(await browser.post('/write')).toMatchObject({
      status: 503,
      setCookie: undefined,
      json: { error: 'T4_SESSION_UNAVAILABLE' },
    });
    expect(await browser.get('/')).toMatchObject({
      status: 503,
      json: { message: expect.stringContaining('takes no changes') },
    });
    expect(await app.send('POST', '/write')).toMatchObject({ status: 503, setCookie: undefined });
  }
  heal();
  expect((await browser.post('/write')).status).toBe(200);
  expect((await browser.get('/read')).json).toEqual({ visits: 1, written: 1 });
  expect(browser.cookie).toBe(cookie);
});
