import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import type { PrivateServer } from '../../../../../test/services/private-server.js';
import { startRedis, startValkey } from '../../../../../test/services/redis.js';
import { REDIS_SCRIPT } from '../../../src/stores/redis/redis-script.js';
import { runStoreProcesses } from '../store-processes.js';
import { commandCounts, inAnHour, newKey, newLease, RedisClients } from './redis-clients.js';

const servers = [
  ['redis', startRedis],
  ['valkey', startValkey],
] as const;

for (const [name, start] of servers) {
  // A server of its own: these tests count commands and flush scripts.
  describeService(name, () => {
    const clients = new RedisClients();
    let server: PrivateServer;
    beforeAll(async () => {
      server = await start();
    });
    afterEach(() => clients.close());
    afterAll(() => server.stop());

    test('a request that writes costs one command to load and one to commit', async () => {
      const store = await clients.store({ url: server.url });
      const raw = clients.raw(server.url);
      const key = newKey();
      const version = await store.create(key, { text: 'a', expiresAt: inAnHour() });
      const before = await commandCounts(raw);
      const lease = newLease();
      await store.lock(key, lease);
      await store.update(key, { text: 'b', expiresAt: inAnHour() }, String(version), { owner: lease.owner });
      const after = await commandCounts(raw);
      expect(difference(before, after, ['evalsha', 'eval', 'mget', 'multi', 'script'])).toEqual({ evalsha: 2 });
    });

    test('a request that only reads costs one command', async () => {
      const store = await clients.store({ url: server.url });
      const raw = clients.raw(server.url);
      const key = newKey();
      await store.create(key, { text: 'a', expiresAt: inAnHour() });
      const before = await commandCounts(raw);
      await store.read(key);
      expect(difference(before, await commandCounts(raw), ['evalsha', 'eval', 'mget', 'get'])).toEqual({ mget: 1 });
    });

    test('what many requests ask for in one turn of the event loop travels as one command', async () => {
      const store = await clients.store({ url: server.url });
      const raw = clients.raw(server.url);
      const keys = Array.from({ length: 60 }, newKey);
      await Promise.all(keys.map((key) => store.create(key, { text: key, expiresAt: inAnHour() })));
      const before = await commandCounts(raw);
      const [read, held] = await Promise.all([
        Promise.all(keys.map((key) => store.read(key))),
        Promise.all(keys.map((key) => store.lock(key, newLease()))),
      ]);
      const calls = difference(before, await commandCounts(raw), ['evalsha', 'eval', 'mget']);
      expect(calls).toEqual({ evalsha: 1, mget: 1 });
      expect(read.map((session) => session?.text)).toEqual(keys);
      expect(held.map((result) => result.outcome === 'held' && result.session.text)).toEqual(keys);
    });

    test('a lease that was just given back, without waiting, can be taken in the same turn', async () => {
      const store = await clients.store({ url: server.url });
      const key = newKey();
      await store.create(key, { text: 'a', expiresAt: inAnHour() });
      const [first, second] = [newLease(), newLease()];
      await store.lock(key, first);
      const returned = store.unlock(key, first.owner);
      const taken = await store.lock(key, second);
      await returned;
      expect(taken.outcome).toBe('held');
    });

    test('a key that the server refuses fails alone, and the rest of its turn is done', async () => {
      const store = await clients.store({ url: server.url });
      const raw = clients.raw(server.url);
      const [spoiled, good] = [newKey(), newKey()];
      await raw.hset(`tina4:session:{${spoiled}}`, 'field', 'of another program');
      const [refused, done] = await Promise.allSettled([
        store.create(spoiled, { text: 'a', expiresAt: inAnHour() }),
        store.create(good, { text: 'b', expiresAt: inAnHour() }),
      ]);
      expect(done.status).toBe('fulfilled');
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'T4_STORE_UNAVAILABLE' } });
      expect(String(refused.status === 'rejected' && refused.reason)).toContain('WRONGTYPE');
      expect((await store.read(good))?.text).toBe('b');
    });

    test('a flushed script cache is filled again by the next request', async () => {
      const store = await clients.store({ url: server.url });
      const raw = clients.raw(server.url);
      const key = newKey();
      await store.create(key, { text: 'a', expiresAt: inAnHour() });
      await raw.script('FLUSH');
      expect((await store.lock(key, newLease())).outcome).toBe('held');
    });

    test('an update whose reply was lost is found done when it is sent again, and lets go of the lease', async () => {
      const store = await clients.store({ url: server.url });
      const raw = clients.raw(server.url);
      const key = newKey();
      const entry = `tina4:session:{${key}}`;
      const version = String(await store.create(key, { text: 'a', expiresAt: inAnHour() }));
      const lease = newLease();
      await store.lock(key, lease);
      const item = ['w', `1 mine ${inAnHour()} b`, '100000', version, lease.owner, ''];
      const send = () => raw.eval(REDIS_SCRIPT, 2, entry, `${entry}:lease`, Date.now(), ...item);
      expect(await send()).toEqual([1]);
      expect(await send()).toEqual([1]);
      expect((await store.read(key))?.text).toBe('b');
      expect(await raw.exists(`${entry}:lease`)).toBe(0);
    });

    test('the server keeps a session longer than it lives, and not for ever', async () => {
      const store = await clients.store({ url: server.url });
      const raw = clients.raw(server.url);
      const key = newKey();
      const expiresAt = Date.now() + 600_000;
      await store.create(key, { text: 'a', expiresAt });
      const atFirst = await raw.pttl(`tina4:session:{${key}}`);
      await store.touch(key, expiresAt, expiresAt + 3_600_000);
      const extended = await raw.pttl(`tina4:session:{${key}}`);
      expect(atFirst).toBeGreaterThan(1_100_000);
      expect(atFirst).toBeLessThanOrEqual(1_200_000);
      expect(extended).toBeGreaterThan(2 * 4_100_000);
      expect(extended).toBeLessThanOrEqual(2 * 4_200_000);
    });

    test('a lease that claims to last longer than its full length counts as that length', async () => {
      const store = await clients.store({ url: server.url });
      const raw = clients.raw(server.url);
      const key = newKey();
      await store.create(key, { text: 'a', expiresAt: inAnHour() });
      await store.lock(key, newLease(5000));
      await raw.persist(`tina4:session:{${key}}:lease`);
      expect(await store.lock(key, newLease())).toMatchObject({ outcome: 'busy', remainingMs: 5000 });
      expect(await raw.pttl(`tina4:session:{${key}}:lease`)).toBeGreaterThan(4000);
    });

    test('database number and prefix say where sessions lie', async () => {
      const store = await clients.store({ url: `${server.url}/3`, prefix: 'shop*:' });
      const key = newKey();
      await store.create(key, { text: 'a', expiresAt: inAnHour() });
      const raw = clients.raw(`${server.url}/3`);
      expect(await raw.keys('*')).toEqual([`shop*:{${key}}`]);
      expect((await store.entries(undefined, 10)).entries).toMatchObject([{ key, bytes: 1 }]);
    });

    test('a user with only the documented rights is enough', async () => {
      const raw = clients.raw(server.url);
      const rights = ['~tina4:session:*', '+evalsha', '+eval', '+mget', '+get', '+set', '+del', '+pttl', '+pexpire'];
      await raw.acl(
        'SETUSER',
        'shop',
        'on',
        '>secret word',
        ...rights,
        '+strlen',
        '+getrange',
        '+scan',
        '+info',
        '+select',
      );
      const url = server.url.replace('//', '//shop:secret%20word@');
      const store = await clients.store({ url, database: '1' });
      const key = newKey();
      const lease = newLease();
      const version = String(await store.create(key, { text: 'a', expiresAt: inAnHour() }));
      expect((await store.lock(key, lease)).outcome).toBe('held');
      expect(await store.renew(key, lease)).toBe(true);
      const write = { text: 'b', expiresAt: inAnHour() };
      expect((await store.update(key, write, version, { owner: lease.owner })).outcome).toBe('updated');
      expect(await store.touch(key, write.expiresAt, write.expiresAt + 1)).toBe(true);
      expect((await store.entries(undefined, 10)).entries).toHaveLength(1);
      await store.remove(key);
      expect(await store.read(key)).toBeUndefined();
    });

    test('200 additions by two processes whose clocks differ by an hour all count', async () => {
      const settings = { backend: name, url: server.url, prefix: 'two:' } as const;
      const store = await clients.store(settings);
      const key = createHash('sha256').update('shared').digest('hex');
      await store.create(key, { text: '0', expiresAt: Date.now() + 1e8 });
      await runStoreProcesses('redis', settings, [
        { task: 'add', count: 100 },
        { task: 'add', count: 100, clockOffsetMs: 3_600_000 },
      ]);
      expect((await store.read(key))?.text).toBe('200');
    });

    test('closing finishes what is under way, twice is safe, and afterwards every call is refused', async () => {
      const store = await clients.store({ url: server.url });
      const key = newKey();
      const creating = store.create(key, { text: 'a', expiresAt: inAnHour() });
      await store.close();
      await store.close();
      expect(typeof (await creating)).toBe('string');
      await expect(store.read(key)).rejects.toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
    });
  });
}

/** How much the named counts grew; those that did not are left out. */
function difference(before: Record<string, number>, after: Record<string, number>, names: readonly string[]) {
  const growth = names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)] as const);
  return Object.fromEntries(growth.filter(([, count]) => count > 0));
}
