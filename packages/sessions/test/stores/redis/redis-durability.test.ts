import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { describeService } from '../../../../../test/services/describe-service.js';
import type { PrivateServer } from '../../../../../test/services/private-server.js';
import { startRedis, startValkey } from '../../../../../test/services/redis.js';
import { checkStore } from '../../../src/tools/check-store.js';
import { RedisClients } from './redis-clients.js';

const servers = [
  ['redis', startRedis],
  ['valkey', startValkey],
] as const;

for (const [name, start] of servers) {
  // A server of its own: its settings change.
  describeService(name, () => {
    const clients = new RedisClients();
    let server: PrivateServer;
    let raw: Redis;
    beforeAll(async () => {
      server = await start();
    });
    beforeEach(async () => {
      raw = clients.raw(server.url);
      await raw.config('SET', 'save', '3600 1', 'appendonly', 'no', 'maxmemory-policy', 'noeviction');
    });
    afterEach(() => clients.close());
    afterAll(() => server.stop());

    const warnings = () => checkStore({ backend: name, url: server.url });

    test('a server that saves now and then, or writes a log, causes no warning', async () => {
      expect(await warnings()).toEqual([]);
      await raw.config('SET', 'save', '', 'appendonly', 'yes');
      expect(await warnings()).toEqual([]);
    });

    test('a server with neither persistence nor replica is named', async () => {
      await raw.config('SET', 'save', '');
      expect(await warnings()).toEqual([
        expect.stringContaining(`The ${name} server writes nothing to disk and has no`),
      ]);
    });

    test('a replica makes up for persistence', async () => {
      await raw.config('SET', 'save', '');
      const replica = await start();
      const follower = clients.raw(replica.url);
      try {
        const { hostname, port } = new URL(server.url);
        await follower.call('REPLICAOF', hostname, port);
        const deadline = Date.now() + 10_000;
        while (!/connected_slaves:1/.test(await raw.info('replication')) && Date.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        expect(await warnings()).toEqual([]);
      } finally {
        follower.disconnect();
        await replica.stop();
      }
    });

    test('a policy that evicts living sessions is named', async () => {
      await raw.config('SET', 'maxmemory-policy', 'volatile-lru');
      expect(await warnings()).toEqual([expect.stringContaining('(maxmemory-policy volatile-lru)')]);
    });

    test('a server that forbids CONFIG is asked about, not accused', async () => {
      await raw.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-config');
      const url = server.url.replace('://', '://app:secret@');
      expect(await checkStore({ backend: name, url })).toEqual([
        expect.stringContaining('does not tell whether it saves'),
      ]);
    });
  });
}
