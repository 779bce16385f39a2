import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import { storeConformance } from '../../../src/conformance/store-conformance.js';
import { connectMongodb } from '../../../src/stores/mongodb/mongodb-connection.js';
import { openMongodbStore } from '../../../src/stores/mongodb/mongodb-store.js';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.js';
import { isFerretdb, oneAtATime } from './ferretdb.js';

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
      test: (name, run) => test(isFerretdb ? `${name} (FerretDB, one at a time)` : name, run, 60_000),
      skip: (name, reason) => test.skip(`${name} (skipped: ${reason})`, () => undefined),
      async createStore({ space, now }) {
        const store = await openMongodbStore({ ...settingsOf(space), now });
        return isFerretdb ? oneAtATime(store) : store;
      },
      async interrupt() {
        proxy.cut();
        return () => proxy.heal();
      },
      rounds: 200,
      lacks: { damage: 'a document is whole or absent: the server guards its pages itself' },
    });
  });
});
