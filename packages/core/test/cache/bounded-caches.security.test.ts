import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { clearCache, provideCache } from '../../src/cache/cache.js';
import { FileCache } from '../../src/cache/file-cache.js';
import { MemoryCache } from '../../src/cache/memory-cache.js';
import { MemoryRateLimitStore } from '../../src/middleware/rate-limiter.js';
import { closeApps, startApp } from '../running-app.js';

const MIB = 1024 * 1024;
const LATER = Date.now() + 60_000;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-cache-'));
});
afterEach(async () => {
  await closeApps();
  provideCache({ store: new MemoryCache(), seconds: 60, miss: null });
  await clearCache();
  await rm(folder, { recursive: true });
});

async function bytesIn(directory: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test('200 query variants of a 1 MB answer take no more memory than the cache may have', async () => {
  const store = new MemoryCache({ maxBytes: 8 * MIB });
  provideCache({ store, seconds: 60, miss: null });
  const page = 'x'.repeat(MIB - 1000);
  const { fetch } = await startApp((router) => router.get('/page', (_req, res) => res.text(page)).cache(60));
  for (let variant = 0; variant < 200; variant++) await (await fetch(`/page?v=${variant}`)).arrayBuffer();
  expect(store.bytes).toBeLessThanOrEqual(8 * MIB);
  expect(await store.size()).toBe(8);
  expect((await fetch('/page?v=199')).headers.get('x-cache')).toBe('HIT');
});

test('the memory cache counts characters outside of Latin-1 with the two bytes that they take', async () => {
  const store = new MemoryCache({ maxBytes: 10_000 });
  await store.set('a', 'é'.repeat(4000), LATER);
  await store.set('b', '€'.repeat(4000), LATER);
  expect([await store.get('a'), store.bytes]).toEqual([undefined, expect.any(Number)]);
  expect(store.bytes).toBeGreaterThanOrEqual(8000);
});

test('what is larger than the whole cache is not kept, and drops nothing but its own older value', async () => {
  const store = new MemoryCache({ maxBytes: 1000 });
  await store.set('small', 'x', LATER);
  await store.set('big', 'old', LATER);
  await store.set('big', 'x'.repeat(1001), LATER);
  expect([await store.get('small'), await store.get('big')]).toEqual(['x', undefined]);
});

test('memory that was freed is counted as free', async () => {
  let now = 0;
  const store = new MemoryCache({ maxBytes: 10_000, now: () => now });
  for (const name of ['a', 'b', 'c']) await store.set(name, 'x'.repeat(1000), 10);
  await store.set('a', 'shorter', 10);
  await store.delete('b');
  now = 11;
  await store.get('a');
  await store.deletePrefix('');
  expect([store.bytes, await store.size()]).toEqual([0, 0]);
});

test('a thousand keys of clients leave no more than the entries that the cache may have', async () => {
  const store = new MemoryCache({ maxEntries: 10, maxBytes: MIB });
  for (let index = 0; index < 1000; index++) await store.set(`${'k'.repeat(2000)}${index}`, '', LATER);
  expect([await store.size(), store.bytes < 10 * 4500]).toEqual([10, true]);
});

test('the file cache stays within its bytes, those that expire first go first', async () => {
  const store = new FileCache({ directory: folder, maxBytes: 4 * MIB });
  for (let index = 0; index < 20; index++) await store.set(`k${index}`, 'x'.repeat(MIB / 2), LATER + index);
  expect(await bytesIn(folder)).toBeLessThanOrEqual(4 * MIB);
  expect([await store.get('k0'), await store.get('k19')]).toEqual([undefined, 'x'.repeat(MIB / 2)]);
});

test.each([
  ['a:b', '/c', 'a', 'b:/c'],
  ['a', 'http://h/x', 'a:http', '//h/x'],
])(
  'an answer to the host %p and the path %p is never given for %p and %p',
  async (host, path, otherHost, otherPath) => {
    const { sendRaw } = await startApp((router) => {
      router.get('/{rest:path}', (req, res) => res.json({ host: req.headers.host })).cache(60);
    });
    const ask = (asked: string, target: string): Promise<string> =>
      sendRaw(`GET ${target} HTTP/1.1\r\nHost: ${asked}\r\nConnection: close\r\n\r\n`);
    await ask(host, path);
    expect(await ask(otherHost, otherPath)).not.toContain(`{"host":"${host}"}`);
  },
);

test('a thousand addresses leave no more than the bound in the memory of the rate limiter', () => {
  const store = new MemoryRateLimitStore({ maxAddresses: 100 });
  for (let index = 0; index < 1000; index++) store.hit(`10.0.${index >> 8}.${index & 255}`, 5, 60_000);
  expect(store.size).toBe(100);
});
