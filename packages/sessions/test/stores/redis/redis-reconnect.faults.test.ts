/** A site over real HTTP whose Redis or Valkey drops its connections: visitors wait for a moment and are refused nothing. */
import { afterEach, expect, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import { startRedis, startValkey } from '../../../../../test/services/redis.js';
import { closeApps, openApp } from '../../support/apps.js';
import { Browser, type Routes } from '../../support/test-app.js';
import { RedisClients } from './redis-clients.js';

const VISITORS = 20;
const PATIENT_MS = 60_000;

const routes: Routes = {
  'POST /start': ({ session }) => {
    session.items = [];
  },
  'POST /add': ({ session, query }) => {
    session.items.push(Number(query.get('item')));
  },
  'GET /items': ({ session }) => ({ items: session.items }),
};

for (const [name, start] of [
  ['redis', startRedis],
  ['valkey', startValkey],
] as const) {
  describeService(name, () => {
    const clients = new RedisClients();
    afterEach(async () => {
      await closeApps();
      await clients.close();
    });

    test.each(['connections closed', 'server away for 0.3 s'])(
      '%s, three times: no 503, every answered add is kept',
      async (what) => {
        const server = await start({ isDurable: true });
        try {
          const app = await openApp(routes, { store: await clients.store({ url: server.url }) });
          const visitors = await Promise.all(
            Array.from({ length: VISITORS }, async () => {
              const browser = new Browser(app);
              await browser.post('/start');
              return { browser, added: [] as number[] };
            }),
          );
          const statuses = new Map<number, number>();
          let isOpen = true;
          const shop = async ({ browser, added }: (typeof visitors)[number]): Promise<void> => {
            for (let item = 0; isOpen; item++) {
              const [read, add] = await Promise.all([browser.get('/items'), browser.post(`/add?item=${item}`)]);
              for (const { status } of [read, add]) statuses.set(status, (statuses.get(status) ?? 0) + 1);
              if (add.status === 200) added.push(item);
            }
          };
          const shopping = visitors.map(shop);
          const raw = clients.raw(server.url);
          for (let round = 0; round < 3; round++) {
            await answers(statuses, 100);
            if (what === 'connections closed') await raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
            else {
              await server.kill();
              await new Promise((resolve) => setTimeout(resolve, 300));
              await server.restart();
            }
          }
          await answers(statuses, 100);
          isOpen = false;
          await Promise.all(shopping);

          expect([...statuses.keys()]).toEqual([200]);
          for (const { browser, added } of visitors) {
            expect((await browser.get('/items')).json).toEqual({ items: added });
          }
        } finally {
          await closeApps();
          await server.stop();
        }
      },
      PATIENT_MS,
    );
  });
}

/** Resolves when so many more requests were answered, with whatever status. */
async function answers(statuses: ReadonlyMap<number, number>, more: number): Promise<void> {
  const total = () => [...statuses.values()].reduce((sum, count) => sum + count, 0);
  const enough = total() + more;
  const end = performance.now() + 30_000;
  while (total() < enough) {
    if (performance.now() > end) throw new Error('the site does not answer any more');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
