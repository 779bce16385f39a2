import { afterEach, expect, test } from '@jest/globals';
import {
  CorsMiddleware,
  cors,
  HttpError,
  MIDDLEWARE_DEFAULTS,
  RateLimiterMiddleware,
  RequestLogger,
  type Router,
  SecurityHeadersMiddleware,
} from '../../src/index.js';
import { addressKey, MemoryRateLimitStore } from '../../src/middleware/rate-limiter.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

function register(router: Router): void {
  router.get('/x', (_req, res) => res.json({}));
  router.get('/broken', () => {
    throw new HttpError(418, 'T4_TEST', 'no');
  });
}
const A = { origin: 'https://a.example' };

test('a preflight is answered with 204 and what is allowed', async () => {
  const { fetch } = await startApp(register, { middleware: { isCorsAutomatic: true } });
  const answer = await fetch('/x', { method: 'OPTIONS', headers: A });
  expect(answer.status).toBe(204);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
    'access-control-allow-headers': 'Content-Type,Authorization',
    'access-control-max-age': '86400',
  });
});

test.each([[cors({ origins: 'https://a.example, https://c.example', credentials: true })], [CorsMiddleware]])(
  'a listed origin is echoed, others get nothing, and caches are told',
  async (middleware) => {
    const settings = { ...MIDDLEWARE_DEFAULTS.cors, origins: ['https://a.example'], credentials: true };
    const { fetch } = await startApp((router) => register(router.use(middleware)), {
      middleware: { cors: settings, isCorsAutomatic: true },
    });
    const listed = await fetch('/x', { headers: A });
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://a.example');
    expect(listed.headers.get('access-control-allow-credentials')).toBe('true');
    expect(listed.headers.get('vary')).toBe('Origin');
    const other = await fetch('/x', { headers: { origin: 'https://b.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('vary')).toBe('Origin');
  },
);

test('credentials are never allowed together with every origin', async () => {
  const { fetch } = await startApp((router) => register(router.use(cors({ credentials: true }))));
  const answer = await fetch('/x', { headers: A });
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
});

test('a route with stricter origins than the app takes back what the app allows', async () => {
  const { fetch } = await startApp(
    (router) => router.get('/strict', (_req, res) => res.json({}), cors({ origins: 'https://b.example' })),
    { middleware: { isCorsAutomatic: true } },
  );
  expect((await fetch('/strict', { headers: A })).headers.get('access-control-allow-origin')).toBeNull();
});

test('the answer to an error carries the CORS headers too', async () => {
  const { fetch } = await startApp(register, { middleware: { isCorsAutomatic: true } });
  const answer = await fetch('/broken', { headers: A });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([418, '*']);
});

test('an app made by hand sends no CORS headers unless asked', async () => {
  const { fetch } = await startApp(register);
  expect((await fetch('/x', { headers: A })).headers.get('access-control-allow-origin')).toBeNull();
});

test.each(['RateLimiter:2', 'RateLimiterMiddleware:2', RateLimiterMiddleware])(
  'the limiter %p lets two requests through and answers the third with 429',
  async (limiter) => {
    const { fetch } = await startApp((router) => router.get('/x', (_req, res) => res.json({}), limiter), {
      middleware: typeof limiter === 'string' ? {} : { rateLimit: { limit: 2, windowSeconds: 60 } },
    });
    // As a global limit the setting counts as well: one window for each place that has a limiter.
    const first = await fetch('/x');
    expect([first.status, first.headers.get('x-ratelimit-limit'), first.headers.get('x-ratelimit-remaining')]).toEqual([
      200,
      '2',
      '1',
    ]);
    await fetch('/x');
    const third = await fetch('/x');
    expect(third.status).toBe(429);
    const seconds = Number(third.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(50);
    expect(await third.json()).toEqual({
      error: 'Too Many Requests',
      statusCode: 429,
      message: `Rate limit exceeded. Try again in ${seconds} seconds.`,
    });
    expect(Number(third.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000);
  },
);

test('a limit in the settings holds for everything but health checks', async () => {
  const { fetch } = await startApp((router) => router.get('/health', (_req, res) => res.json({})), {
    middleware: { rateLimit: { limit: 1, windowSeconds: 60 } },
  });
  expect([(await fetch('/a')).status, (await fetch('/b')).status]).toEqual([404, 429]);
  expect([(await fetch('/health')).status, (await fetch('/health')).status]).toEqual([200, 200]);
});

test('a limiter with a word for a number stops the start', async () => {
  await expect(startApp((router) => router.get('/x', (_req, res) => res.json({}), 'RateLimiter:many'))).rejects.toThrow(
    'T4_MIDDLEWARE_ARGUMENT',
  );
});

test('the window slides: each request counts until it is one window old, and refused ones do not count', () => {
  let now = 0;
  const store = new MemoryRateLimitStore({ now: () => now });
  const hit = () => store.hit('a', 2, 1000);
  hit();
  now = 600;
  hit();
  expect(hit()).toEqual({ allowed: false, limit: 2, remaining: 0, resetAt: 1000 });
  now = 1001;
  expect(hit().allowed).toBe(true);
  expect(hit().allowed).toBe(false);
  now = 1601;
  expect(hit().allowed).toBe(true);
});

test('the addresses that a limiter remembers are bounded', () => {
  const store = new MemoryRateLimitStore({ maxAddresses: 2, now: () => 0 });
  for (const address of ['a', 'b', 'c']) store.hit(address, 1, 1000);
  expect(store.hit('c', 1, 1000).allowed).toBe(false);
  expect(store.hit('a', 1, 1000).allowed).toBe(true);
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
])('the limiter counts %s as %s', (ip, key) => {
  expect(addressKey(ip)).toBe(key);
});

test('security headers are sent when registered, on errors too, and HSTS only over HTTPS', async () => {
  const securityHeaders = { ...MIDDLEWARE_DEFAULTS.securityHeaders, strictTransportSecurity: '31536000' };
  const { fetch } = await startApp((router) => register(router.use(SecurityHeadersMiddleware)), {
    middleware: { securityHeaders },
  });
  const answer = await fetch('/broken');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'x-frame-options': 'DENY',
    'content-security-policy': "default-src 'self'",
    'referrer-policy': 'strict-origin-when-cross-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'x-content-type-options': 'nosniff',
    'x-xss-protection': '0',
  });
  expect(answer.headers.get('strict-transport-security')).toBeNull();
  const https = await fetch('/x', { headers: { 'x-forwarded-proto': 'https' } });
  expect(https.headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
});

test('the request logger writes status, method, path and time, without the query', async () => {
  const lines: string[] = [];
  const ignore = () => {};
  const log = { debug: ignore, warn: ignore, error: ignore, info: (line: string) => void lines.push(line) };
  const { fetch } = await startApp((router) => register(router.use(RequestLogger)), { log });
  await fetch('/x?secret=1');
  await fetch('/broken');
  expect(lines[0]).toMatch(/^ {2}200 GET \/x \d+ms$/);
  expect(lines[1]).toMatch(/^ {2}418 GET \/broken \d+ms$/);
});
