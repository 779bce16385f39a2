import { afterEach, expect, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import type { PrivateServer } from '../../../../../test/services/private-server.js';
import { startRedis, startValkey } from '../../../../../test/services/redis.js';
import { openSharedRateLimit } from '../../../src/open-store.js';
import type { StoreSettings } from '../../../src/session-options.js';
import type { SharedRateLimit } from '../../../src/stores/redis/rate-limit.js';
import { memoryLog } from '../../support/observe.js';
import { commandCounts, RedisClients } from './redis-clients.js';

const HOUR = 3_600_000;
const { log, lines } = memoryLog();
const clients = new RedisClients();
const limits: SharedRateLimit[] = [];
let server: PrivateServer | undefined;

afterEach(async () => {
  for (const limit of limits.splice(0)) await limit.close();
  await clients.close();
  await server?.stop();
  server = undefined;
  lines.length = 0;
});

async function open(settings: StoreSettings): Promise<SharedRateLimit> {
  const limit = await openSharedRateLimit(settings, log);
  if (limit === undefined) throw new Error('There should be a shared limit.');
  limits.push(limit);
  return limit;
}

/** How many of `count` requests that come one after the other are let through. */
async function allowedOf(limit: SharedRateLimit, key: string, count: number): Promise<number> {
  let allowed = 0;
  for (let done = 0; done < count; done++) {
    const state = await limit.hit(key, 5, 60_000);
    if (state.allowed) allowed += 1;
  }
  return allowed;
}

for (const [name, start] of [
  ['redis', startRedis],
  ['valkey', startValkey],
] as const) {
  describeService(name, ({ namespace }) => {
    // Servers of their own: these tests count commands and stop them.
    test('two processes share one limit, whatever their clocks say', async () => {
      server = await start();
      const settings = { backend: name, url: server.url, prefix: namespace } as const;
      const one = await open({ ...settings, now: () => Date.now() + HOUR });
      const other = await open({ ...settings, now: () => Date.now() - HOUR });

      const results = await Promise.all(
        Array.from({ length: 40 }, (_, index) => (index % 2 ? one : other).hit('10.0.0.1', 25, 60_000)),
      );

      expect(results.filter(({ allowed }) => allowed)).toHaveLength(25);
      const refused = await one.hit('10.0.0.1', 25, 60_000);
      expect(refused).toMatchObject({ allowed: false, limit: 25, remaining: 0 });
      expect(refused.resetAt - (Date.now() + HOUR)).toBeGreaterThan(30_000);
      expect(refused.resetAt - (Date.now() + HOUR)).toBeLessThanOrEqual(60_000);
      expect(await other.hit('10.0.0.2', 25, 60_000)).toMatchObject({ allowed: true, remaining: 24 });
    });

    test('a request costs one command, and a quiet client leaves nothing behind', async () => {
      server = await start();
      const limit = await open({ backend: name, url: server.url, prefix: 'shop:' });
      const raw = clients.raw(server.url);
      await limit.hit('10.0.0.1', 5, 60_000);
      const before = await commandCounts(raw);

      await allowedOf(limit, '10.0.0.1', 10);

      const after = await commandCounts(raw);
      expect((after.evalsha ?? 0) - (before.evalsha ?? 0)).toBe(10);
      expect(after.eval).toBe(before.eval);
      expect(await raw.keys('*')).toEqual(['shop:rate:{10.0.0.1}']);
      expect(await raw.llen('shop:rate:{10.0.0.1}')).toBe(5);
      expect(await raw.pttl('shop:rate:{10.0.0.1}')).toBeGreaterThan(30_000);
    });

    test('the window slides: a request counts until it is one window old, and refused ones do not', async () => {
      server = await start();
      const limit = await open({ backend: name, url: server.url });
      await limit.hit('a', 2, 400);
      await limit.hit('a', 2, 60_000);
      const refused = await limit.hit('a', 2, 60_000);
      expect(refused.allowed).toBe(false);

      // One of the two leaves a window of 400 ms; the other is younger than that when it does or leaves soon after.
      const end = performance.now() + 5000;
      let state = await limit.hit('a', 2, 400);
      while (!state.allowed && performance.now() < end) state = await limit.hit('a', 2, 400);

      expect(state.allowed).toBe(true);
    });
  });
}

describeService('redis', () => {
  test('while the server is away every request passes within the deadline, one line says so, and it recovers', async () => {
    const redis = await startRedis();
    server = redis;
    const limit = await open({ backend: 'redis', url: redis.url });
    expect(await allowedOf(limit, 'a', 7)).toBe(5);

    redis.pause();
    const start = performance.now();
    expect(await allowedOf(limit, 'a', 7)).toBe(7);
    expect(performance.now() - start).toBeLessThan(1900);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'The rate limit lets every request through until its server answers.'],
    ]);

    redis.resume();
    const end = performance.now() + 10_000;
    while ((await limit.hit('a', 5, 60_000)).allowed && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await limit.hit('a', 5, 60_000)).toMatchObject({ allowed: false, remaining: 0 });
    expect(lines.map(({ level }) => level)).toEqual(['error', 'info']);
  });
});

test.each(['file', 'memory', 'mongodb', 'database'] as const)(
  'with sessions on %s each process counts by itself',
  async (backend) => {
    expect(await openSharedRateLimit({ backend }, log)).toBeUndefined();
  },
);
