/** Attacks on sessions, each with the code of the line it answers in the list of attacks that this project keeps. */
import { afterEach, expect, test } from '@jest/globals';
import { createRandomPool, keyOfSessionId, newSessionId } from '../../src/data/session-id.js';
import { createSessionEngine } from '../../src/engine/engine.js';
import { findSessionIds } from '../../src/engine/session-cookie.js';
import type { SessionCookieOptions, SessionEngineOptions } from '../../src/session-options.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';
import { closeApps, openApp } from '../support/apps.js';
import { type Interceptor, intercept, recordCalls } from '../support/intercepted-store.js';
import { gate, memoryLog } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';
import { Browser, type Routes } from '../support/test-app.js';

afterEach(closeApps);

const unknownId = newSessionId(createRandomPool());

const routes: Routes = {
  'GET /count': ({ session }) => {
    session.count = (session.count ?? 0) + 1;
    return { count: session.count };
  },
  'GET /read': ({ session }) => ({ ...session }),
  'GET /untouched': () => 'untouched',
  'POST /write': ({ session, body }) => {
    for (const [key, value] of Object.entries(JSON.parse(body))) session[key] = value;
  },
  'POST /login': ({ request, session }) => {
    request.regenerate();
    session.user = 'ann';
  },
  'POST /logout': ({ session }) => session.destroy(),
};

/** What creating an engine with this cookie says. */
function cookieProblem(cookie: SessionCookieOptions, options: Partial<SessionEngineOptions> = {}): string | undefined {
  try {
    createSessionEngine({ store: new MemoryStore(), sweepEveryMs: 0, cookie, ...options });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test('S01: 10,000 ids have 32 bytes each, are unique, and no byte value is preferred', () => {
  const pool = createRandomPool();
  const counts = new Array<number>(256).fill(0);
  const ids = new Set<string>();
  for (let made = 0; made < 10_000; made++) {
    const id = newSessionId(pool);
    ids.add(id);
    const bytes = Buffer.from(id, 'base64url');
    expect(bytes).toHaveLength(32);
    for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  }
  expect(ids.size).toBe(10_000);
  // 320,000 bytes: 1,250 of each value expected, standard deviation 35. Eight of those would be a bias.
  expect(Math.min(...counts)).toBeGreaterThan(1_250 - 8 * 35);
  expect(Math.max(...counts)).toBeLessThan(1_250 + 8 * 35);
});

test('S03: a dump of the store holds no cookie value, only digests', async () => {
  const backend = new SharedBackend();
  const browser = new Browser(await openApp(routes, { store: backend.connect() }));
  await browser.get('/count');
  const before = browser.cookie?.split('=')[1] as string;
  await browser.post('/login');
  const after = browser.cookie?.split('=')[1] as string;
  const dump = JSON.stringify([...backend.entries, ...backend.leases]);
  expect(dump).toContain(keyOfSessionId(after));
  expect(dump).not.toContain(before);
  expect(dump).not.toContain(after);
});

test('S04: no log line and no error names a session id', async () => {
  const { log, lines } = memoryLog();
  const refuses: Interceptor = async (verb, proceed) => {
    if (verb === 'update') throw new Error('refused');
    return proceed();
  };
  const store = intercept(new SharedBackend().connect(), refuses);
  const app = await openApp(routes, { store, log, isDebug: true, lockWaitMs: 1 });
  const browser = new Browser(app);
  await browser.get('/count');
  const id = browser.cookie?.split('=')[1] as string;
  const answers = [
    await browser.post('/login'),
    await browser.post('/logout'),
    await browser.post('/write', { body: '{"get":1}' }),
    await app.send('GET', '/read', { cookie: `tina4_session=${unknownId}` }),
  ];
  const said = JSON.stringify([lines, answers.map((answer) => answer.text)]);
  expect(lines.length).toBeGreaterThan(0);
  expect(said).not.toContain(id);
  expect(said).not.toContain(unknownId);
  expect(said).not.toContain(keyOfSessionId(unknownId));
});

test('S05: an unknown id is never adopted: a write gets a fresh one, and an event counts the offer', async () => {
  const { log, lines } = memoryLog();
  const backend = new SharedBackend();
  const app = await openApp(routes, { store: backend.connect(), log });
  const answer = await app.send('GET', '/count', { cookie: `tina4_session=${unknownId}` });
  expect(answer.setCookie).not.toContain(unknownId);
  expect([...backend.entries.keys()]).not.toContain(keyOfSessionId(unknownId));
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'debug', message: expect.stringContaining('unknown') }),
  );
});

const malformedIds = [
  'short',
  'A'.repeat(42),
  'A'.repeat(44),
  'A'.repeat(10_000),
  `${'A'.repeat(42)}B`,
  `${'A'.repeat(42)}=`,
  `${'A'.repeat(42)}%`,
  `${'A'.repeat(20)} ${'A'.repeat(22)}`,
  `"${'A'.repeat(43)}"`,
  `${'../'.repeat(14)}x`,
  `..%2f${'A'.repeat(38)}`,
  `CON${'.'.repeat(40)}`,
  'é'.repeat(43),
];

test.each(malformedIds)('S06: the malformed id %s causes no store call and the request is anonymous', async (id) => {
  const { store, calls } = recordCalls(new MemoryStore());
  const app = await openApp(routes, { store });
  const answer = await app.send('GET', '/read', { cookie: `tina4_session=${Buffer.from(id).toString('latin1')}` });
  expect(answer).toMatchObject({ status: 200, json: {} });
  expect(calls).toEqual([]);
});

test('S07, S08, S09: after a login the old id is dead on every node at once, and never shows the logged-in session', async () => {
  const backend = new SharedBackend();
  const [one, other] = [
    await openApp(routes, { store: backend.connect() }),
    await openApp(routes, { store: backend.connect() }),
  ];
  const browser = new Browser(one);
  await browser.get('/count');
  const old = browser.cookie;
  await browser.post('/login');
  expect((await other.send('GET', '/read', { cookie: old })).json).toEqual({});
  expect((await one.send('GET', '/read', { cookie: old })).json).toEqual({});
  expect((await other.send('GET', '/read', { cookie: browser.cookie })).json).toEqual({ count: 1, user: 'ann' });
});

test('S10: after a logout the old cookie is anonymous from any client and the data is gone', async () => {
  const backend = new SharedBackend();
  const app = await openApp(routes, { store: backend.connect() });
  const browser = new Browser(app);
  await browser.post('/login');
  const old = browser.cookie;
  await browser.post('/logout');
  expect((await app.send('GET', '/read', { cookie: old })).json).toEqual({});
  expect(JSON.stringify([...backend.entries.values()])).not.toContain('ann');
});

test('S11: a slow request from before a logout revives nothing and sets no cookie', async () => {
  const loaded = gate();
  const goOn = gate();
  const app = await openApp({
    ...routes,
    'POST /slow': {
      mode: 'shared',
      handler: async ({ session }) => {
        void session.count;
        loaded.open();
        await goOn.passed;
        session.count = 99;
      },
    },
  });
  const browser = new Browser(app);
  await browser.get('/count');
  const cookie = browser.cookie;
  const slow = app.send('POST', '/slow', { cookie });
  await loaded.passed;
  await browser.post('/logout');
  goOn.open();
  expect(await slow).toMatchObject({ status: 409, setCookie: undefined });
  expect((await app.send('GET', '/read', { cookie })).json).toEqual({});
});

test('S12: a logout expires the cookie with the name, path and domain it was set with', async () => {
  const cookie = { name: 'shop', path: '/app', domain: 'example.org', secure: true };
  const browser = new Browser(await openApp(routes, { cookie }));
  const set = (await browser.get('/count')).setCookie as string;
  const expired = (await browser.post('/logout')).setCookie as string;
  expect(set).toMatch(/^shop=[\w-]{43}; Path=\/app; Domain=example.org; HttpOnly; SameSite=Lax; Max-Age=3600; Secure$/);
  expect(expired).toBe(
    'shop=; Path=/app; Domain=example.org; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure',
  );
});

test('S18: an idle session is refused although its entry still exists', async () => {
  let time = 1_000_000;
  const backend = new SharedBackend(() => 0);
  const browser = new Browser(
    await openApp(routes, { store: backend.connect(), now: () => time, lifetimeSeconds: 60 }),
  );
  await browser.get('/count');
  time += 60_000;
  expect((await browser.get('/read')).json).toEqual({});
  expect(backend.entries.size).toBe(1);
});

test('S19: constant activity does not outlive the absolute timeout', async () => {
  let time = 1_000_000;
  const now = () => time;
  const browser = new Browser(
    await openApp(routes, { store: new MemoryStore({ now }), now, lifetimeSeconds: 60, absoluteLifetimeSeconds: 300 }),
  );
  await browser.get('/count');
  for (let minute = 0; minute < 9; minute++) {
    time += 30_000;
    await browser.get('/count');
  }
  time += 29_999;
  expect((await browser.get('/count')).json).toEqual({ count: 11 });
  time += 1;
  expect((await browser.get('/count')).json).toEqual({ count: 1 });
});

test('S20: a Max-Age or Expires that the client holds or sends changes nothing', async () => {
  let time = 1_000_000;
  const now = () => time;
  const app = await openApp(routes, { store: new MemoryStore({ now }), now, lifetimeSeconds: 60 });
  const browser = new Browser(app);
  await browser.get('/count');
  time += 60_000;
  const cookie = `${browser.cookie}; Max-Age=999999; Expires=Fri, 01 Jan 2100 00:00:00 GMT`;
  expect((await app.send('GET', '/read', { cookie })).json).toEqual({});
});

test('S21: over HTTPS the cookie is Secure, HttpOnly, SameSite, Path=/ and has no Domain', async () => {
  const app = await openApp(routes);
  const answer = await app.send('GET', '/count', { headers: { 'x-test-https': 'yes' } });
  expect(answer.setCookie).toMatch(/^tina4_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=3600; Secure$/);
});

test.each<[SessionCookieOptions]>([
  [{ name: '__Host-sid', domain: 'example.org', secure: true }],
  [{ name: '__Host-sid', path: '/app', secure: true }],
  [{ name: '__Host-sid', secure: false }],
  [{ name: '__host-sid', secure: false }],
  [{ name: '__HOST-sid', path: '/app' }],
  [{ name: '__Secure-sid', secure: false }],
])('S22: the cookie %j stops the start and names the rule', (cookie) => {
  expect(cookieProblem(cookie)).toMatch(/T4_SESSION_COOKIE_INVALID.*(prefix)/);
});

test('S22: a __Host- name that keeps its rules starts, and its cookie is Secure', async () => {
  const app = await openApp(routes, { cookie: { name: '__Host-sid' } });
  expect((await app.send('GET', '/count')).setCookie).toMatch(/^__Host-sid=.*; Path=\/; .*; Secure$/);
});

test('S23: SameSite=None without Secure stops the start; where Secure is unset it is added', async () => {
  expect(cookieProblem({ sameSite: 'None', secure: false })).toContain('SameSite=None');
  const app = await openApp(routes, { cookie: { sameSite: 'None' } });
  expect((await app.send('GET', '/count')).setCookie).toMatch(/SameSite=None; Max-Age=3600; Secure$/);
});

test('S24: a Secure cookie over plain HTTP is warned about once, with the setting to look at', async () => {
  const { log, lines } = memoryLog();
  const app = await openApp(routes, { cookie: { secure: true }, log });
  await app.send('GET', '/count');
  await app.send('GET', '/count');
  const warnings = lines.filter((line) => line.level === 'warn').map((line) => line.message);
  expect(warnings).toEqual([expect.stringContaining('TINA4_TRUST_PROXY')]);
});

test('S25: a name or an attribute that browsers would refuse for its length stops the start', () => {
  expect(cookieProblem({ name: 'n'.repeat(4_054) })).toContain('4096');
  expect(cookieProblem({ path: `/${'p'.repeat(1_024)}` })).toContain('1024');
  expect(cookieProblem({ name: 'n'.repeat(4_053), path: `/${'p'.repeat(1_023)}` })).toBeUndefined();
});

const hostileCharacters = ['\r', '\n', '\0', ';', ',', '"', ' ', 'é', '\x7f'];

test.each(hostileCharacters)('S26: %j in the name, path or domain of the cookie stops the start', (character) => {
  const messages = [
    cookieProblem({ name: `a${character}b` }),
    cookieProblem({ path: `/a${character}b` }),
    cookieProblem({ domain: `a${character}b` }),
  ];
  expect(messages).toEqual(messages.map(() => expect.stringContaining('T4_SESSION_COOKIE_INVALID')));
});

test.each(hostileCharacters)('S26: %j in a name given to cookieHeader throws', async (character) => {
  const app = await openApp({ 'GET /': ({ session }) => session.cookieHeader(`a${character}b`) });
  expect((await app.send('GET', '/')).json).toMatchObject({ error: 'T4_SESSION_COOKIE_INVALID' });
});

test('S27: an answer has one Set-Cookie of the session however often the handler changed its mind', async () => {
  const app = await openApp({
    ...routes,
    'POST /often': async ({ session, request }) => {
      session.a = 1;
      await session.save();
      request.regenerate();
      await session.save();
      session.destroy();
      session.b = 2;
      request.regenerate();
    },
  });
  const browser = new Browser(app);
  await browser.get('/count');
  const answer = await browser.post('/often');
  expect(answer.headers['set-cookie']).toHaveLength(1);
  expect((await browser.get('/read')).json).toEqual({ b: 2 });
});

test('S28: a lifetime over 400 days is capped in the cookie, with a warning', async () => {
  const { log, lines } = memoryLog();
  const app = await openApp(routes, { lifetimeSeconds: 500 * 86_400, log });
  expect((await app.send('GET', '/count')).setCookie).toContain(`Max-Age=${400 * 86_400}`);
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringContaining('400 days') }),
  );
});

test('S29: a planted cookie of the same name hides nothing, wherever it stands; only eight are tried', async () => {
  const { store, calls } = recordCalls(new MemoryStore());
  const app = await openApp(routes, { store });
  const browser = new Browser(app);
  await browser.get('/count');
  const pool = createRandomPool();
  const planted = () => `tina4_session=${newSessionId(pool)}`;
  const before = `${planted()}; ${planted()}; ${browser.cookie}`;
  const after = `${browser.cookie}; ${planted()}`;
  expect((await app.send('GET', '/read', { cookie: before })).json).toEqual({ count: 1 });
  expect((await app.send('GET', '/read', { cookie: after })).json).toEqual({ count: 1 });
  calls.length = 0;
  const flood = Array.from({ length: 50 }, planted).join('; ');
  expect((await app.send('GET', '/read', { cookie: flood })).json).toEqual({});
  expect(calls).toEqual(Array.from({ length: 8 }, () => 'read'));
});

test.each(['GET /read', 'POST /add'])(
  'S29: seven planted and dead cookies before the live one lock nobody out (%s)',
  async (request) => {
    let now = Date.now();
    const withAdd: Routes = {
      ...routes,
      'POST /add': ({ session }) => {
        session.count += 1;
      },
    };
    const app = await openApp(withAdd, { now: () => now, lifetimeSeconds: 60 });
    const expired = new Browser(app);
    await expired.get('/count');
    now += 120_000;
    const replaced = new Browser(app);
    await replaced.get('/count');
    const { cookie: tombstone } = replaced;
    await replaced.post('/login');
    const browser = new Browser(app);
    await browser.get('/count');
    const pool = createRandomPool();
    const unknown = () => `tina4_session=${newSessionId(pool)}`;
    const dead = [unknown(), tombstone, expired.cookie, unknown(), unknown(), tombstone, unknown(), unknown()];
    const malformed = ['tina4_session=', 'tina4_session=x', `tina4_session=${'A'.repeat(200)}`];
    const cookie = [...malformed, ...dead, ...malformed, browser.cookie].join('; ');
    const [method, path] = request.split(' ') as [string, string];
    const answer = await app.send(method, path, { cookie });
    expect(answer.status).toBe(200);
    expect((await browser.get('/read')).json).toEqual({ count: method === 'POST' ? 2 : 1 });
    expect((await app.send('GET', '/read', { cookie })).json).toEqual({ count: method === 'POST' ? 2 : 1 });
  },
);

test('S29: a planted tombstone beside the live cookie hides nothing', async () => {
  const app = await openApp(routes);
  const browser = new Browser(app);
  await browser.get('/count');
  const dead = browser.cookie;
  await browser.post('/login');
  expect((await app.send('GET', '/read', { cookie: `${dead}; ${browser.cookie}` })).json).toMatchObject({
    user: 'ann',
  });
});

test('S30: beside a __Host- cookie the unprefixed one of a sibling host is not read', async () => {
  const store = new MemoryStore();
  const plain = new Browser(await openApp(routes, { store }));
  await plain.get('/count');
  const prefixed = await openApp(routes, { store, cookie: { name: '__Host-tina4_session' } });
  expect((await prefixed.send('GET', '/read', { cookie: plain.cookie })).json).toEqual({});
});

test('S31: a Cookie header of 16 KB or 500 cookies costs time in proportion to its length', () => {
  const hostile = [
    'tina4_session='.repeat(1_170),
    `${' '.repeat(16_000)}tina4_session=x`,
    Array.from({ length: 500 }, (_, index) => `tina4_session=${index}`).join('; '),
    `tina4_session=${'A'.repeat(16_000)}`,
    ' ;tina4_session'.repeat(1_000),
  ];
  const startedAt = performance.now();
  for (let round = 0; round < 200; round++)
    for (const header of hostile) expectNone(findSessionIds(header, 'tina4_session'));
  // 1,000 parses of 16 KB: some 30 ms here, minutes if the cost were quadratic.
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

function expectNone(ids: readonly string[]): void {
  if (ids.length > 0) throw new Error('An id was found where there is none.');
}

test('S32: an id in the query, the body or another header is ignored', async () => {
  const { store, calls } = recordCalls(new MemoryStore());
  const app = await openApp(routes, { store });
  const browser = new Browser(app);
  await browser.get('/count');
  calls.length = 0;
  const pair = browser.cookie as string;
  const answer = await app.send('GET', `/read?${pair}`, { headers: { 'X-Session-Id': pair, Authorization: pair } });
  expect(answer.json).toEqual({});
  expect(calls).toEqual([]);
});

test('S37, S38: keys that could reach a prototype are plain data at any depth, through store and merge', async () => {
  const inHandler = gate();
  const goOn = gate();
  const app = await openApp({
    ...routes,
    'GET /mark': {
      mode: 'shared',
      handler: async ({ session }) => {
        void session.count;
        inHandler.open();
        await goOn.passed;
        session.mark = { constructor: { prototype: { polluted: 1 } } };
      },
    },
  });
  const browser = new Browser(app);
  await browser.get('/count');
  const marking = browser.get('/mark');
  await inHandler.passed;
  const body =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":2,"deep":{"__proto__":{"polluted":1}}}';
  expect((await browser.post('/write', { body })).status).toBe(200);
  goOn.open();
  await marking;
  expect((await browser.get('/read')).text).toBe(
    '{"count":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":2,"deep":{"__proto__":{"polluted":1}},"mark":{"constructor":{"prototype":{"polluted":1}}}}',
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('S41: keys with dots, dollars and SQL are data', async () => {
  const browser = new Browser(await openApp(routes));
  const data = { 'a.b': 1, $set: { x: 1 }, "'; DROP TABLE tina4_session; --": 2, '': 3 };
  await browser.post('/write', { body: JSON.stringify(data) });
  expect((await browser.get('/read')).json).toEqual(data);
});

test.each([
  '',
  '{',
  't4s1;d;1;w;{"count":',
  't4s1;d;1;w;{"count":}',
  't4s1;d;1;w;[1]',
  't4s1;d;x;w;{}',
  't4s9;d;1;w;{"count":5}',
  't4s1;x;sideways;w',
  '{"count":5}',
  '\u0000\u0001\u0002',
])('S42: the damaged or foreign payload %j is an absent session, logged, and nothing throws', async (text) => {
  const { log, lines } = memoryLog();
  const backend = new SharedBackend();
  const app = await openApp(routes, { store: backend.connect(), log });
  const expiresAt = Date.now() + 60_000;
  backend.entries.set(keyOfSessionId(unknownId), { text, version: '1', expiresAt });
  const cookie = `tina4_session=${unknownId}`;
  expect(await app.send('GET', '/read', { cookie })).toMatchObject({ status: 200, json: {} });
  const write = await app.send('GET', '/count', { cookie });
  expect(write.json).toEqual({ count: 1 });
  expect(write.setCookie).not.toContain(unknownId);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', message: expect.stringContaining('absent') }));
  expect(backend.entries.get(keyOfSessionId(unknownId))?.text).toBe(text);
});

test('S43: a session over the limit is a typed error that names the largest key, and nothing is stored', async () => {
  const browser = new Browser(await openApp(routes, { maxBytes: 1_000 }));
  await browser.get('/count');
  const answer = await browser.post('/write', { body: JSON.stringify({ small: 1, big: 'ä'.repeat(500) }) });
  expect(answer).toMatchObject({
    status: 500,
    setCookie: undefined,
    json: { error: 'T4_SESSION_TOO_LARGE', message: expect.stringContaining('"big"') },
  });
  expect((await browser.get('/read')).json).toEqual({ count: 1 });
});

test.each([
  [
    'a cycle',
    () => {
      const cycle: Record<string, unknown> = {};
      cycle.self = cycle;
      return cycle;
    },
  ],
  ['a BigInt', () => ({ amount: 10n })],
])('a value with %s is a typed error that names the key, and the session is free again', async (_name, make) => {
  const browser = new Browser(
    await openApp({
      ...routes,
      'POST /bad': ({ session }) => {
        session.fine = 1;
        session.bad = make();
      },
    }),
  );
  await browser.get('/count');
  expect(await browser.post('/bad')).toMatchObject({
    status: 500,
    json: { error: 'T4_SESSION_NOT_SERIALIZABLE', message: expect.stringContaining('"bad"') },
  });
  expect((await browser.get('/count')).json).toEqual({ count: 2 });
});

test('S44: the engine says which answers depend on a session, and those that do not touch it do not', async () => {
  const browser = new Browser(await openApp(routes));
  const first = await browser.get('/count');
  const answers = [await browser.get('/untouched'), await browser.get('/read'), await browser.get('/nowhere')];
  expect(first.headers['x-session-used']).toBe('yes');
  expect(answers.map((answer) => answer.headers['x-session-used'])).toEqual([undefined, 'yes', undefined]);
});

test('S45: with the store down a protected page answers 503, nobody is logged in, and the cookie stays', async () => {
  let isDown = false;
  const store = intercept(new SharedBackend().connect(), async (_verb, proceed) => {
    if (isDown) throw new Error('down');
    return proceed();
  });
  const app = await openApp(
    {
      ...routes,
      'GET /account': (context) => {
        if (context.session.user === undefined) context.status = 401;
        return { user: context.session.user };
      },
    },
    { store },
  );
  const browser = new Browser(app);
  await browser.post('/login');
  isDown = true;
  expect(await browser.get('/account')).toMatchObject({ status: 503, setCookie: undefined });
  isDown = false;
  expect((await browser.get('/account')).json).toEqual({ user: 'ann' });
});
