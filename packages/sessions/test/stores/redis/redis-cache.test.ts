import { afterEach, expect, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import type { PrivateServer } from '../../../../../test/services/private-server.js';
import { startRedis } from '../../../../../test/services/redis.js';
import { openSharedCache } from '../../../src/open-store.js';
import type { SharedCache, SharedCacheSettings } from '../../../src/stores/redis/redis-cache.js';
import { memoryLog } from '../../support/observe.js';
import { RedisClients } from './redis-clients.js';

const { log, lines } = memoryLog();
const clients = new RedisClients();
const caches: SharedCache[] = [];
let server: PrivateServer | undefined;

afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close();
  await clients.close();
  await server?.stop();
  server = undefined;
  lines.length = 0;
});

async function open(settings: SharedCacheSettings): Promise<SharedCache> {
  const cache = await openSharedCache(settings, log);
  caches.push(cache);
  return cache;
}

const inAMinute = (): number => Date.now() + 60_000;

for (const name of ['redis', 'valkey'] as const) {
  describeService(name, (service) => {
    const settings = (): SharedCacheSettings => ({
      backend: name,
      url: service.url,
      prefix: `${service.namespace}:cache:`,
    });

    test('what one process keeps another one finds, whatever the text, until it is removed', async () => {
      const [one, other] = [await open(settings()), await open(settings())];
      const text = '{"name":"Ω","list":[1,"\\u0000"]}';
      await one.set('value:a', text, inAMinute());
      expect(await other.get('value:a')).toBe(text);
      await other.delete('value:a');
      expect(await one.get('value:a')).toBeUndefined();
      expect(one.backend).toBe(name);
    });

    test('a value goes at its time by the clock of the server, and one that is over is not kept', async () => {
      const cache = await open(settings());
      const raw = clients.raw(service.url);
      await cache.set('soon', 'x', Date.now() + 60_000);
      const left = await raw.pttl(`${service.namespace}:cache:soon`);
      expect(left).toBeGreaterThan(30_000);
      expect(left).toBeLessThanOrEqual(60_000);
      await cache.set('soon', 'y', Date.now() - 1);
      expect(await cache.get('soon')).toBeUndefined();
      await cache.set('short', 'z', Date.now() + 50);
      const end = performance.now() + 5000;
      while ((await cache.get('short')) !== undefined && performance.now() < end);
      expect(await cache.get('short')).toBeUndefined();
    });

    test('removing by prefix takes patterns literally, and emptying leaves what is not of the cache', async () => {
      const cache = await open(settings());
      const raw = clients.raw(service.url);
      const session = `${service.namespace}:session:1`;
      await raw.set(session, 'cart', 'PX', 60_000);
      await Promise.all(
        ['a*b:1', 'a*b:2', 'axb:1', ...Array.from({ length: 1500 }, (_, index) => `many:${index}`)].map((key) =>
          cache.set(key, key, inAMinute()),
        ),
      );
      expect(await cache.size()).toBe(1503);
      await cache.deletePrefix('a*b:');
      expect([await cache.get('a*b:1'), await cache.get('axb:1')]).toEqual([undefined, 'axb:1']);
      await cache.deletePrefix('');
      expect(await cache.size()).toBe(0);
      expect(await raw.get(session)).toBe('cart');
      await raw.del(session);
    });
  });
}

describeService('redis', () => {
  test('while the server is away there is nothing in the cache, removing says so, and it recovers', async () => {
    const redis = await startRedis();
    server = redis;
    const cache = await open({ backend: 'redis', url: redis.url, prefix: 'c:' });
    await cache.set('a', 'kept', inAMinute());

    redis.pause();
    const start = performance.now();
    for (let asked = 0; asked < 20; asked++) expect(await cache.get('a')).toBeUndefined();
    await cache.set('b', 'lost', inAMinute());
    expect(performance.now() - start).toBeLessThan(1900);
    await expect(cache.delete('a')).rejects.toThrow('T4_STORE_UNAVAILABLE');
    await expect(cache.deletePrefix('')).rejects.toThrow('T4_STORE_UNAVAILABLE');
    expect(lines.map(({ level }) => level)).toEqual(['error']);

    redis.resume();
    const end = performance.now() + 10_000;
    while ((await cache.get('a')) === undefined && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await cache.get('a')).toBe('kept');
    expect(lines.map(({ level }) => level)).toEqual(['error', 'info']);
  });
});
