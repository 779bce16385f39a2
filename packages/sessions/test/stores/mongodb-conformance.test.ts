import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { describeService } from '../../../../test/services/describe-service.js';
import { findMongodbProgram } from '../../../../test/services/mongodb.js';
import { storeConformance } from '../../src/conformance/store-conformance.js';
import { connectMongodb } from '../../src/stores/mongodb-connection.js';
import { openMongodbStore } from '../../src/stores/mongodb-store.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

const isFerretdb = !process.env.TEST_MONGODB_URL && findMongodbProgram()?.kind === 'FerretDB';

/** Cases where two writers meet. FerretDB 1.24 reads, decides and writes in separate steps, so several may win. */
const NEEDS_ATOMIC_UPDATES = /\[(T35|T36|T79|T41b)\]/;

describeService('mongodb', (service) => {
  describe('the suite of every store', () => {
    let proxy: TcpProxy;
    const settingsOf = (space: string) => {
      const url = service.url.replace(/:\d+\//, `:${proxy.port}/`);
      return { backend: 'mongodb', url, database: service.namespace, collection: space, timeoutMs: 2000 } as const;
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
      test: (name, run) =>
        isFerretdb && NEEDS_ATOMIC_UPDATES.test(name)
          ? test.skip(`${name} (skipped: FerretDB 1.24 is not atomic)`, run)
          : test(name, run, 60_000),
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
