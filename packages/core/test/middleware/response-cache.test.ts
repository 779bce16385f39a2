import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import { cacheDelete, cacheGet, cacheSet, cacheStats, clearCache, provideCache } from '../../src/cache/cache.js';
import { FileCache } from '../../src/cache/file-cache.js';
import { MemoryCache } from '../../src/cache/memory-cache.js';
import type { Response as Answer, Next, Request } from '../../src/index.js';
import { responseCache } from '../../src/middleware/response-cache.js';
import { closeApps, startApp } from '../running-app.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-cache-'));
  provideCache({ store: new MemoryCache(), seconds: 60, miss: null });
  await clearCache();
});
afterEach(async () => {
  await closeApps();
  await rm(folder, { recursive: true });
});

test('a cached route runs once, and later answers come from the cache with the time left', async () => {
  let runs = 0;
  const { fetch } = await startApp((router) => {
    router.get('/x', (_req, res) => res.header('X-Own', 'kept').json({ runs: ++runs })).cache(300);
  });
  const first = await fetch('/x?a=1');
  expect([first.headers.get('x-cache'), first.headers.get('x-cache-ttl')]).toEqual(['MISS', '300']);
  expect(first.headers.get('cache-control')).toBe('public, max-age=300');
  const second = await fetch('/x?a=1');
  expect([second.headers.get('x-cache'), await second.json()]).toEqual(['HIT', { runs: 1 }]);
  expect([second.headers.get('x-own'), second.headers.get('content-type')]).toEqual(['kept', 'application/json']);
  expect(await (await fetch('/x?a=2')).json()).toEqual({ runs: 2 });
});

test.each([['ResponseCache:5'], [responseCache({ ttl: 5 })]])('the middleware %p caches too', async (middleware) => {
  let runs = 0;
  const { fetch } = await startApp((router) => {
    router.get('/x', (_req, res) => res.html(`<p>${++runs}</p>`), middleware);
  });
  await fetch('/x');
  const hit = await fetch('/x');
  expect([await hit.text(), hit.headers.get('x-cache-ttl')]).toEqual(['<p>1</p>', '5']);
});

test('an answer made from a session is never given to anyone else', async () => {
  const { fetch } = await startApp(
    (router) => {
      router.post('/login', (req, res) => {
        req.session.user = req.body.user;
        return res.json({});
      });
      router.get('/me', (req, res) => res.json({ user: req.session.user ?? null })).cache(300);
    },
    { sessions: createSessionEngine({ store: new MemoryStore() }) },
  );
  const login = async (user: string): Promise<string> => {
    const answer = await fetch('/login', {
      method: 'POST',
      body: JSON.stringify({ user }),
      headers: { 'content-type': 'application/json' },
    });
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] as string;
  };
  const [ada, bob] = [await login('ada'), await login('bob')];
  for (const [cookie, user] of [
    [ada, 'ada'],
    [bob, 'bob'],
    ['', null],
    [ada, 'ada'],
  ] as const) {
    const answer = await fetch('/me', { headers: { cookie } });
    expect(await answer.json()).toEqual({ user });
    expect(answer.headers.get('cache-control')).not.toContain('public');
  }
});

test.each<[string, (req: Request, res: Answer) => unknown]>([
  ['sets a cookie', (_req, res) => res.cookie('a', 'b').json({})],
  ['reads a cookie', (req, res) => res.json({ language: req.cookies.language ?? 'en' })],
  ['failed', (_req, res) => res.json({}, 404)],
  ['is private', (_req, res) => res.header('Cache-Control', 'private').json({})],
  ['varies', (_req, res) => res.header('Vary', 'Accept-Language').json({})],
  [
    'knows a user',
    (req, res) => {
      req.user = { id: 1 };
      return res.json({});
    },
  ],
])('an answer that %s is not cached', async (_what, handler) => {
  const { fetch } = await startApp((router) => router.get('/x', handler).cache(300));
  await fetch('/x');
  expect((await fetch('/x')).headers.get('x-cache')).toBe('MISS');
});

test('access checks named after the cache still run for cached answers', async () => {
  const requireKey = async (req: Request, res: Answer, next: Next) =>
    req.header('x-secret') === 'right' ? next() : res.json({ error: 'no' }, 401);
  const { fetch } = await startApp((router) => {
    router.get('/x', (_req, res) => res.json({ secret: 1 }), ['ResponseCache:300', requireKey]);
  });
  expect((await fetch('/x', { headers: { 'x-secret': 'right' } })).status).toBe(200);
  expect((await fetch('/x', { headers: { 'x-secret': 'right' } })).headers.get('x-cache')).toBe('HIT');
  expect((await fetch('/x')).status).toBe(401);
});

test('a request with an Authorization header goes past the cache', async () => {
  const { fetch } = await startApp((router) => router.get('/x', (_req, res) => res.json({})).cache(300));
  await fetch('/x');
  expect((await fetch('/x', { headers: { authorization: 'Bearer x' } })).headers.get('x-cache')).toBeNull();
});

test.each(['memory', 'file'])('values in the %s cache are copies that expire and can be removed', async (backend) => {
  let now = Date.now();
  const store =
    backend === 'file' ? new FileCache({ directory: folder, now: () => now }) : new MemoryCache({ now: () => now });
  provideCache({ store, seconds: 60, miss: null });
  const value = { list: [1] };
  await cacheSet('store:products:1', value);
  await cacheSet('store:products:2', 2, 10);
  await cacheSet('store:other', 3);
  value.list.push(2);
  expect(await cacheGet('store:products:1')).toEqual({ list: [1] });
  expect(await cacheGet('absent')).toBeNull();
  now += 11_000;
  expect(await cacheGet('store:products:2')).toBeNull();
  await cacheDelete('store:products:*');
  expect(await cacheGet('store:products:1')).toBeNull();
  expect(await cacheGet('store:other')).toBe(3);
  expect(await cacheStats()).toEqual({ hits: 2, misses: 3, size: 1, backend });
  await clearCache();
  expect(await cacheStats()).toEqual({ hits: 0, misses: 0, size: 0, backend });
});

test('the memory cache drops the longest unused entry', async () => {
  const store = new MemoryCache({ maxEntries: 2 });
  const later = Date.now() + 1000;
  await store.set('a', '1', later);
  await store.set('b', '2', later);
  await store.get('a');
  await store.set('c', '3', later);
  expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual(['1', undefined, '3']);
});

test('a miss is undefined where the app says so', async () => {
  provideCache({ store: new MemoryCache(), seconds: 60, miss: undefined });
  expect(await cacheGet('absent')).toBeUndefined();
});
