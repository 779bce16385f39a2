import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { describeService } from '../../../../test/services/describe-service.js';
import { findMongodbProgram } from '../../../../test/services/mongodb.js';
import { storeConformance } from '../../src/conformance/store-conformance.js';
import type { SessionStore } from '../../src/session-store.js';
import { connectMongodb } from '../../src/stores/mongodb-connection.js';
import { openMongodbStore } from '../../src/stores/mongodb-store.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

const isFerretdb = !process.env.TEST_MONGODB_URL && findMongodbProgram()?.kind === 'FerretDB';

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

let turn: Promise<unknown> = Promise.resolve();

/**
 * Sends the verbs of all clients one after the other. FerretDB 1.24 reads, decides and writes in separate steps, so that
 * several of the writers that meet may win, which MongoDB rules out: with it, what is shown here is that each command does
 * what it should, and on a mongod that they also do when they meet.
 */
function oneAtATime(store: SessionStore): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...parameters: unknown[]) => unknown;
      if (name === 'close') return call;
      return (...parameters: unknown[]) => {
        const result = turn.then(() => call(...parameters));
        turn = result.catch(() => undefined);
        return result;
      };
    },
  });
}
