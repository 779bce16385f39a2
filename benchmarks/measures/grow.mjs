import { parseArgs } from 'node:util';
import { orderPath, preferences, SHOPS } from '../contract/app.mjs';
import { generateLoad } from '../load/generate-load.mjs';
import { median } from '../numbers/statistics.mjs';
import { createSessions, Workbench } from '../servers/workbench.mjs';

export const usage =
  'grow [--only=floor,tina4] [--what=sessions,routes,bytes] [--rounds=3] [--seconds=1]   cost of a request as an app grows';

/** Fewer than the smallest number of sessions: none of them may wait for another request of its own. */
const CONNECTIONS = 8;

/** Prints processor time per request for each size; a cost without a trend is what one wants to see. */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: 'floor,tina4' },
      what: { type: 'string', default: 'sessions,routes,bytes' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '1' },
    },
  });
  for (const what of values.what.split(',')) {
    for (const name of values.only.split(',')) {
      for await (const [label, cpuUs] of growths[what](name, values)) {
        console.log(`${what.padEnd(8)} ${name.padEnd(8)} ${label.padEnd(28)} ${cpuUs.toFixed(1)} µs`);
      }
    }
  }
}

const growths = {
  async *sessions(name, options) {
    for (const store of ['memory', 'files', 'redis']) {
      for (const count of [10, 1000, 100_000]) {
        const cost = await Workbench.use(async (workbench) => {
          const { server } = await workbench.start(name, { app: 'session', store });
          const cookies = await storeSessions(server.client, count);
          return costOf(
            server,
            cookies.map((cookie) => ({ method: 'GET', path: '/visits', cookie })),
            options,
          );
        });
        yield [`${store}, ${count} stored`, cost];
      }
    }
  },

  async *routes(name, options) {
    for (const shops of [10, SHOPS, 1000]) {
      const cost = await Workbench.use(async (workbench) => {
        const { server } = await workbench.start(name, { app: 'plain', shops });
        const paths = Array.from({ length: shops }, (_, shop) => orderPath(shop, '17', 'o-3'));
        return costOf(
          server,
          paths.map((path) => ({ method: 'GET', path })),
          options,
        );
      });
      yield [`${shops} routes`, cost];
    }
  },

  async *bytes(name, options) {
    for (const store of ['memory', 'files', 'redis']) {
      for (const bytes of [100, 1000, 8000, 64_000]) {
        const cost = await Workbench.use(async (workbench) => {
          const { server } = await workbench.start(name, { app: 'session', store });
          const cookies = await createSessions(server.client, 64);
          // One long text and fifty short keys: size by itself, and size as apps have it.
          const body = JSON.stringify({
            ...(bytes > 4000 ? preferences : {}),
            text: 't'.repeat(bytes - 20 - (bytes > 4000 ? 2700 : 0)),
          });
          for (const cookie of cookies)
            await server.client.send({ method: 'POST', path: '/preferences', cookie, body });
          return costOf(
            server,
            cookies.map((cookie) => ({ method: 'GET', path: '/visits', cookie })),
            options,
          );
        });
        yield [`${store}, sessions of ${bytes} bytes`, cost];
      }
    }
  },
};

/** Returns cookies of a thousand of them at most: the others only lie there. */
async function storeSessions(client, count) {
  const cookies = [];
  for (let made = 0; made < count; made += 250) {
    const batch = await createSessions(client, Math.min(250, count - made));
    if (cookies.length < 1000) cookies.push(...batch);
  }
  return cookies;
}

async function costOf(server, requests, { rounds, seconds }) {
  await generateLoad(server.port, requests, 1, CONNECTIONS);
  const costs = [];
  for (let round = 0; round < Number(rounds); round++) {
    const before = await server.call('cpu');
    const { requests: answered } = await generateLoad(server.port, requests, Number(seconds), CONNECTIONS);
    costs.push(((await server.call('cpu')) - before) / answered);
  }
  return median(costs);
}
