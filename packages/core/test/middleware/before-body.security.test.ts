import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import { provideAuthSettings } from '../../src/auth/auth-defaults.js';
import { AUTH_DEFAULTS } from '../../src/auth/auth-settings.js';
import { formTokenOf } from '../../src/auth/request-form-token.js';
import {
  type AppOptions,
  Auth,
  CsrfMiddleware,
  MIDDLEWARE_DEFAULTS,
  type Middleware,
  RateLimiterMiddleware,
  RequestLogger,
  type Router,
  SecurityHeadersMiddleware,
} from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

let uploadDirectory: string;
const sockets: Socket[] = [];

beforeEach(async () => {
  uploadDirectory = await mkdtemp(join(tmpdir(), 'tina4-uploads-'));
  provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: 'tests', apiKey: 'the-key' });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeApps();
  await rm(uploadDirectory, { recursive: true, force: true });
});

const MIB = 1024 * 1024;
const FORM = 'multipart/form-data; boundary=b';
const NO_LIMIT = { limits: { maxBodyBytes: 50 * MIB, maxUploadBytes: 50 * MIB } };

function register(router: Router): void {
  const read = (req: { body: unknown; user?: unknown }, res: { json(data: unknown): unknown }) =>
    res.json({ user: req.user, body: req.body });
  router.get('/token', (req, res) => res.json({ token: formTokenOf(req) }));
  router.post('/login', (req, res) => {
    req.session.token = Auth.getToken({ user_id: 7 });
    return res.json({});
  });
  router.post('/write', read);
  router.post('/limited-once', read, 'RateLimiter:1');
  router.post('/secure', read).secure();
  router.post('/checked', read, CsrfMiddleware);
  router.get('/read', read);
}

function start(options: AppOptions = {}, first: (router: Router) => unknown = () => {}): Promise<RunningApp> {
  const limits = { ...NO_LIMIT.limits, uploadDirectory };
  return startApp(
    (router) => {
      first(router);
      register(router);
    },
    { sessions: createSessionEngine({ store: new MemoryStore() }), limits, ...options },
  );
}

/** Sends the head of a request whose body is never sent, and resolves to the answer, or to undefined when none comes in `ms`. */
function answerToHead(
  app: RunningApp,
  line: string,
  headers: Record<string, string>,
  ms = 3000,
): Promise<string | undefined> {
  const lines = Object.entries({ Host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return answerToBytes(app, `${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, ms);
}

function answerToBytes(app: RunningApp, bytes: string, ms = 3000): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(app.port, '127.0.0.1', () => socket.write(bytes));
    sockets.push(socket);
    const timer = setTimeout(() => resolve(undefined), ms);
    let received = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (!received.includes('\r\n\r\n')) return;
      clearTimeout(timer);
      resolve(received);
    });
  });
}

const statusOf = (answer: string | undefined): string | undefined => answer?.split(' ')[1];
const LONG = { 'Content-Type': FORM, 'Content-Length': String(9 * MIB) };

test.each<[string, string, Record<string, string>, string]>([
  ['a client over the limit of a route', 'POST /limited-once', LONG, '429'],
  [
    'a client over its limit that sends in chunks',
    'POST /limited-once',
    { 'Content-Type': FORM, 'Transfer-Encoding': 'chunked' },
    '429',
  ],
  ['a client without a token', 'POST /secure', LONG, '401'],
  ['a client with a wrong token', 'POST /secure', { ...LONG, Authorization: 'Bearer wrong' }, '401'],
  [
    'a client without a token that sends plain bytes',
    'POST /secure',
    { 'Content-Type': 'application/octet-stream', 'Content-Length': '10' },
    '401',
  ],
  ['a write from another site', 'POST /checked', { ...LONG, Origin: 'https://evil.example' }, '403'],
  ['a form token in the URL', 'POST /checked?formToken=x', LONG, '403'],
  ['the wrong method', 'PUT /write', LONG, '405'],
  ['the wrong path', 'POST /nowhere', LONG, '404'],
])('%s is refused before any of its body is read', async (_name, line, headers, status) => {
  const app = await start();
  await app.fetch('/limited-once', { method: 'POST' });
  const answer = await answerToHead(app, line, headers);
  expect(statusOf(answer)).toBe(status);
  expect(answer?.toLowerCase()).toContain(
    line.endsWith('secure') && headers['Content-Length'] === '10' ? '' : 'connection: close',
  );
  expect(await readdir(uploadDirectory)).toEqual([]);
});

test('the limit of the whole app refuses uploads before anything is written, static files and unknown paths included', async () => {
  const app = await start({
    middleware: { rateLimit: { limit: 1, windowSeconds: 60 } },
    limits: { ...NO_LIMIT.limits, uploadDirectory },
  });
  await app.fetch('/nowhere');
  const part = `--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n${'x'.repeat(300_000)}`;
  for (const path of ['/write', '/nowhere']) {
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: ${9 * MIB}\r\n\r\n`;
    expect(statusOf(await answerToBytes(app, head + part))).toBe('429');
    expect(await readdir(uploadDirectory)).toEqual([]);
  }
});

test('a client over its limit does not wait for its session, which another request holds', async () => {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let isHeld = (): void => {};
  const holding = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  const app = await start({}, (router) => {
    router.post('/hold', async (req, res) => {
      req.session.held = true;
      isHeld();
      await held;
      return res.json({});
    });
    router.post('/count', (req, res) => res.json({ count: req.session.count }), 'RateLimiter:1');
  });
  const cookie = ((await app.post('/login', '{}', 'application/json')).headers.get('set-cookie') ?? '').split(
    ';',
  )[0] as string;
  const slow = app.fetch('/hold', { method: 'POST', headers: { cookie } });
  await holding;
  await app.fetch('/count', { method: 'POST' });
  const answer = await app.fetch('/count', { method: 'POST', headers: { cookie } });
  expect(answer.status).toBe(429);
  letGo();
  expect((await slow).status).toBe(200);
});

test('a stranger may send a token in a small body, and not more than that', async () => {
  const app = await start();
  const token = Auth.getToken({ user_id: 7 });
  const small = await app.post(
    '/secure',
    JSON.stringify({ formToken: token, text: 'x'.repeat(60_000) }),
    'application/json',
  );
  expect([small.status, ((await small.json()) as { user: { user_id: number } }).user.user_id]).toEqual([200, 7]);
  const multipart = `--b\r\nContent-Disposition: form-data; name="formToken"\r\n\r\n${token}\r\n--b--\r\n`;
  expect((await app.post('/secure', multipart, FORM)).status).toBe(200);
  const large = await app.post(
    '/secure',
    JSON.stringify({ formToken: token, text: 'x'.repeat(70_000) }),
    'application/json',
  );
  expect([large.status, await large.json(), large.headers.get('www-authenticate')]).toEqual([
    401,
    { error: 'Unauthorized' },
    'Bearer',
  ]);
});

test('a stranger who sends in chunks is refused after 64 KiB, on memory and on disk', async () => {
  const app = await start();
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  const fileHead = '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n';
  for (const [type, text] of [
    ['application/json', '"'],
    [FORM, fileHead],
  ] as const) {
    const head = `POST /secure HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await answerToBytes(app, head + chunk(text) + chunk('x'.repeat(0x4000)).repeat(6));
    expect(statusOf(answer)).toBe('401');
    expect(answer).toContain('{"error":"Unauthorized"}');
    expect(answer?.toLowerCase()).toContain('connection: close');
    expect(await readdir(uploadDirectory)).toEqual([]);
  }
});

test.each<[string, () => Record<string, string>]>([
  ['a token', () => ({ authorization: `Bearer ${Auth.getToken({ user_id: 7 })}` })],
  ['the API key', () => ({ authorization: 'Bearer the-key' })],
  ['a token in X-Form-Token', () => ({ 'x-form-token': Auth.getToken({ user_id: 7 }) })],
])('a client that shows %s in the head may send up to the limits', async (_name, headers) => {
  const app = await start();
  const body = JSON.stringify({ text: 'x'.repeat(MIB) });
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers() } };
  expect((await app.fetch('/secure', init)).status).toBe(200);
});

test('a visitor who has logged in, and a form of one who has not, may upload with the cookie alone', async () => {
  const app = await start({ middleware: { auth: { securesWrites: true, csrf: false } } }, (router) =>
    router
      .post('/login', (req, res) => {
        req.session.token = Auth.getToken({ user_id: 7 });
        return res.json({});
      })
      .noAuth(),
  );
  const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] as string;
  const upload = (cookie: string, fields: Record<string, string>, path: string): Promise<Response> => {
    const form = new FormData();
    form.set('file', new Blob(['x'.repeat(MIB)]), 'f');
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return app.fetch(path, { method: 'POST', body: form, headers: { cookie } });
  };
  const login = cookieOf(await app.post('/login', '{}', 'application/json'));
  expect((await upload(login, {}, '/secure')).status).toBe(200);
  const page = await app.fetch('/token');
  const { token } = (await page.json()) as { token: string };
  expect((await upload(cookieOf(page), { formToken: token }, '/write')).status).toBe(200);
  expect((await upload(cookieOf(page), { formToken: 'wrong' }, '/write')).status).toBe(401);
});

test("middleware of the app's own may find a token elsewhere; then the gate waits for it", async () => {
  const fromQuery: Middleware = (req, _res, next) => {
    req.headers.authorization = `Bearer ${req.query.token}`;
    return next();
  };
  const app = await start({}, (router) => router.use(fromQuery));
  const path = `/secure?token=${Auth.getToken({ user_id: 7 })}`;
  expect((await app.post(path, 'bytes', 'application/octet-stream')).status).toBe(200);
  expect((await app.post('/secure', 'bytes', 'application/octet-stream')).status).toBe(401);
});

test('what is refused by its head has security headers and a line in the log, and no other middleware sees it', async () => {
  const seen: string[] = [];
  const own: Middleware = (req, _res, next) => {
    seen.push(req.path);
    return next();
  };
  const app = await start(
    { middleware: { ...MIDDLEWARE_DEFAULTS, rateLimit: { limit: 1, windowSeconds: 60 } } },
    (router) => router.use(own, RateLimiterMiddleware, SecurityHeadersMiddleware, RequestLogger),
  );
  await app.fetch('/read?first');
  const refused = await app.fetch('/read');
  expect([refused.status, refused.headers.get('x-frame-options'), seen]).toEqual([429, 'DENY', ['/read']]);
  expect(
    app.logged.filter((line) => /^info: {3}\d+ GET \/read \d+ms$/.test(line)).map((line) => line.slice(8, 11)),
  ).toEqual(['200', '429']);
});

test('a request log that cannot be written leaves the answer as it is, and no upload behind', async () => {
  const failing = () => {
    throw new Error('disk full');
  };
  const errors: string[] = [];
  const log = { debug() {}, warn() {}, info: failing, error: (line: string) => void errors.push(line) };
  const app = await start({ log }, (router) => router.use(RequestLogger));
  const form = new FormData();
  form.set('file', new Blob(['text']), 'f');
  expect((await app.fetch('/write', { method: 'POST', body: form })).status).toBe(200);
  while (errors.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect([errors, await readdir(uploadDirectory)]).toEqual([['What was to be done after POST /write failed.'], []]);
});

test('a refused request with a short body keeps its connection', async () => {
  const app = await start();
  const request = 'POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello';
  const last = 'GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const received = await app.sendRaw(request + last);
  expect(received.match(/HTTP\/1\.1 404/g)).toHaveLength(2);
});

test('a client that sends all of a long body that nobody wants still gets its answer', async () => {
  const app = await start();
  await app.fetch('/limited-once', { method: 'POST' });
  const answer = await app.post('/limited-once', Buffer.alloc(2 * MIB), 'application/octet-stream');
  expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([429, 'Too Many Requests']);
});

test('a limiter that cannot count is a 500, not an open door', async () => {
  const store = { hit: () => Promise.reject(new Error('away')) };
  const app = await start({ middleware: { rateLimit: { limit: 1, windowSeconds: 60, store } } });
  expect((await app.fetch('/read')).status).toBe(500);
});
