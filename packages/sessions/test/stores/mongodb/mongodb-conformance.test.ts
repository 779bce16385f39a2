import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import { storeConformance } from '../../../src/conformance/store-conformance.js';
import { connectMongodb } from '../../../src/stores/mongodb/mongodb-connection.js';
import { openMongodbStore } from '../../../src/stores/mongodb/mongodb-store.js';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.js';

describeService('mongodb', (service) => {
  describe('the suite of every store', () => {
    let proxy: TcpProxy;
    const settingsOf = (space: string) => {
      const url = service.url.replace(/:\d+\//, `:${proxy.port}/`);
      return { backend: 'mongodb', url, database: service.namespace, collection: space, timeoutMs: 4000 } as const;
    };

    beforeAll(async () => {
      proxy = await startTcpProxy(Number(new URL(service.url.replace(/^[^:]*/, 'http')).port));
    });
    afterAll(async () => {
      const { client } = await connectMongodb(settingsOf('any'));
      await client.db(service.namespace).dropDatabase();
      await client.close();
      await proxy.close();
    });

    storeConformance({
      test: (name, run) => test(name, run, 60_000),
      skip: (name, reason) => test.skip(`${name} (skipped: ${reason})`, () => undefined),
      createStore: ({ space, now }) => openMongodbStore({ ...settingsOf(space), now }),
      async interrupt() {
        proxy.cut();
        return () => proxy.heal();
      },
      rounds: 200,
      lacks: { damage: 'a document is whole or absent: the server guards its pages itself' },
    });
  });
});
