import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { storeConformance } from '../../../src/conformance/store-conformance.js';
import { openSqlStore } from '../../../src/stores/sql/sql-store.js';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.js';
import type { TestDatabase } from './sql-cases.js';

/**
 * The suite of every store on one engine, a database of its own for each case. `serverUrl` is asked when the server runs;
 * undefined: a file, which nothing can come between.
 */
export function describeSqlConformance(open: () => Promise<TestDatabase>, serverUrl?: () => string): void {
  describe('the suite of every store', () => {
    const databases = new Map<string, Promise<TestDatabase>>();
    let proxy: TcpProxy | undefined;

    beforeAll(async () => {
      if (serverUrl) proxy = await startTcpProxy(Number(new URL(serverUrl().replace(/^[^:]*/, 'http')).port));
    });
    afterAll(async () => proxy?.close());

    storeConformance({
      test: (name, run) => test(name, run, 60_000),
      skip: (name, reason) => test.skip(`${name} (skipped: ${reason})`, () => undefined),
      async createStore({ space, now }) {
        const database = databases.get(space) ?? open();
        databases.set(space, database);
        const { settings } = await database;
        const url = settings.databaseUrl ?? '';
        const databaseUrl = proxy ? url.replace(/:\d+\//, `:${proxy.port}/`) : url;
        return openSqlStore({ ...settings, databaseUrl, now });
      },
      async cleanUp(space) {
        await (await databases.get(space))?.stop();
        databases.delete(space);
      },
      ...(serverUrl
        ? {
            async interrupt() {
              proxy?.cut();
              return () => proxy?.heal();
            },
          }
        : {}),
      rounds: 200,
      lacks: {
        damage: 'a row is whole or absent: databases guard their pages themselves',
        ...(serverUrl ? {} : { outage: 'a local file has no connection to lose' }),
      },
    });
  });
}
