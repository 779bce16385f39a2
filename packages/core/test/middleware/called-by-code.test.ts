import { afterEach, expect, test } from '@jest/globals';
import {
  type Response as Answer,
  cors,
  MIDDLEWARE_DEFAULTS,
  type Next,
  provideRateLimit,
  RateLimiterMiddleware,
  type Request,
  responseCache,
} from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(async () => {
  provideRateLimit(MIDDLEWARE_DEFAULTS.rateLimit);
  await closeApps();
});

test('cors() works when middleware of the app calls it, with the settings of the app', async () => {
  const wrapped = async (req: Request, res: Answer, next: Next) => cors()(req, res, next);
  const settings = { ...MIDDLEWARE_DEFAULTS.cors, origins: ['https://shop.example'], maxAgeSeconds: 5 };
  const { fetch } = await startApp((router) => router.use(wrapped).get('/x', (_req, res) => res.json({})), {
    middleware: { cors: settings },
  });
  const allowed = await fetch('/x', { headers: { origin: 'https://shop.example' } });
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'https://shop.example']);
  const other = await fetch('/x', { headers: { origin: 'https://evil.example' } });
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
  const headers = { origin: 'https://shop.example', 'access-control-request-method': 'GET' };
  const preflight = await fetch('/x', { method: 'OPTIONS', headers });
  expect([preflight.status, preflight.headers.get('access-control-max-age')]).toEqual([204, '5']);
});

test('cors() with options of its own, and other middleware made by a call, work so too', async () => {
  const corsHere = cors({ origins: ['https://a.example'] });
  const cacheHere = responseCache({ ttl: 5 });
  const { fetch } = await startApp((router) => {
    router.get(
      '/c',
      (_req, res) => res.json({}),
      (req, res, next) => corsHere(req, res, next),
    );
    router.get(
      '/r',
      (_req, res) => res.json({}),
      (req, res, next) => cacheHere(req, res, next),
    );
  });
  const answer = await fetch('/c', { headers: { origin: 'https://a.example' } });
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.example');
  await fetch('/r');
  expect((await fetch('/r')).headers.get('x-cache')).toBe('HIT');
});

test('RateLimiterMiddleware.check counts an address against the limit of the app', () => {
  provideRateLimit({ limit: 2, windowSeconds: 60 });
  const now = Math.floor(Date.now() / 1000);
  expect(RateLimiterMiddleware.check('198.51.100.1')).toMatchObject({ allowed: true, limit: 2, remaining: 1 });
  expect(RateLimiterMiddleware.check('198.51.100.1')).toMatchObject({ allowed: true, limit: 2, remaining: 0 });
  const refused = RateLimiterMiddleware.check('198.51.100.1');
  expect(refused).toMatchObject({ allowed: false, limit: 2, remaining: 0 });
  expect(refused.reset).toBeGreaterThanOrEqual(now + 60);
  expect(refused.reset).toBeLessThanOrEqual(now + 62);
  expect(RateLimiterMiddleware.check('198.51.100.2').allowed).toBe(true);
});

test('what check() gives is an object and a pair, and JSON shows its four fields', () => {
  const check = RateLimiterMiddleware.check('198.51.100.3');
  const [allowed, state] = check;
  expect([allowed, state]).toEqual([true, check]);
  expect(Object.keys(JSON.parse(JSON.stringify(check)))).toEqual(['allowed', 'limit', 'remaining', 'reset']);
});

test('check() counts for 60 requests where no limit is set, and for none where the limit is 0', () => {
  expect(RateLimiterMiddleware.check('198.51.100.4').limit).toBe(60);
  provideRateLimit({ limit: 0, windowSeconds: 60 });
  const checks = Array.from({ length: 100 }, () => RateLimiterMiddleware.check('198.51.100.4').allowed);
  expect(checks).not.toContain(false);
});
