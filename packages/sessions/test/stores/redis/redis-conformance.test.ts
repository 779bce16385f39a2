import { afterAll, afterEach, beforeAll, describe, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import { type RedisClusterServer, startRedisCluster } from '../../../../../test/services/redis-cluster.js';
import type { StoreConformanceOptions } from '../../../src/conformance/store-case.js';
import { storeConformance } from '../../../src/conformance/store-conformance.js';
import { openRedisStore } from '../../../src/stores/redis/redis-store.js';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.js';
import { RedisClients } from './redis-clients.js';

const SWEEP = 'the server removes its keys by itself, a margin after their expiry';

const shared = {
  test: (name: string, run: () => Promise<void>) => test(name, run, 60_000),
  skip: (name: string, reason: string) => test.skip(`${name} (skipped: ${reason})`, () => undefined),
  rounds: 300,
} satisfies Partial<StoreConformanceOptions>;

for (const name of ['redis', 'valkey'] as const) {
  describeService(name, (service) => {
    const clients = new RedisClients();
    let proxy: TcpProxy;
    beforeAll(async () => {
      proxy = await startTcpProxy(Number(new URL(service.url).port || 6379));
    });
    afterEach(() => clients.close());
    afterAll(() => proxy.close());
    const prefixOf = (space: string) => `${service.namespace}:${space}:`;

    storeConformance({
      ...shared,
      createStore: ({ space, now }) => {
        const url = new URL(service.url);
        url.port = String(proxy.port);
        return openRedisStore({ backend: name, url: url.href, prefix: prefixOf(space), timeoutMs: 2000, now });
      },
      cleanUp: async (space) => removeKeys(clients, service.url, prefixOf(space)),
      damage: async (space, key, how) => {
        const raw = clients.raw(service.url);
        const entry = `${prefixOf(space)}{${key}}`;
        const value = String(await raw.get(entry));
        await raw.set(entry, how === 'cut' ? value.slice(0, 12) : 'of another program', 'EX', 600);
      },
      interrupt: () => {
        proxy.cut();
        return () => proxy.heal();
      },
      lacks: { sweep: SWEEP },
    });
  });
}

describeService('cluster', () => {
  const clients = new RedisClients();
  let cluster: RedisClusterServer;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 60_000);
  afterEach(() => clients.close());
  afterAll(() => cluster.stop());

  storeConformance({
    ...shared,
    createStore: ({ space, now }) => {
      const prefix = `${space}:`;
      return openRedisStore({ backend: 'redis', topology: 'cluster', url: cluster.url, prefix, timeoutMs: 2000, now });
    },
    interrupt: () => {
      for (const node of cluster.nodes) node.pause();
      return () => {
        for (const node of cluster.nodes) node.resume();
      };
    },
    lacks: { sweep: SWEEP, damage: 'the layout is the one that a server alone has, where it is tried' },
  });
});

describeService('sentinel', (service) => {
  describe('the suite of every store', () => {
    storeConformance({
      ...shared,
      createStore: ({ space, now }) => {
        const prefix = `${service.namespace}:${space}:`;
        const name = process.env.TEST_REDIS_SENTINEL_NAME ?? 'mymaster';
        const address = { topology: 'sentinel', sentinelName: name, url: service.url } as const;
        return openRedisStore({ backend: 'redis', ...address, prefix, timeoutMs: 2000, now });
      },
      lacks: {
        sweep: SWEEP,
        damage: 'the layout is the one that a server alone has, where it is tried',
        outage: 'a primary that is away is replaced: redis-topologies.faults.test.ts',
      },
    });
  });
});

async function removeKeys(clients: RedisClients, url: string, prefix: string): Promise<void> {
  const raw = clients.raw(url);
  for await (const keys of raw.scanStream({ match: `${prefix}*`, count: 1000 })) {
    if ((keys as string[]).length > 0) await raw.del(...(keys as string[]));
  }
}
