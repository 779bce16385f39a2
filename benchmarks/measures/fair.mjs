import { parseArgs } from 'node:util';
import { quantile } from '../numbers/statistics.mjs';
import { HttpClient } from '../servers/http-client.mjs';
import { createSessions, Workbench } from '../servers/workbench.mjs';

export const usage =
  'fair [--only=tina4] [--store=redis] [--sessions=50] [--seconds=5]   eight connections on each session beside one';

/**
 * Every connection counts visits of its session as fast as it is answered. Prints the times of answers, and how evenly the
 * sessions were served: visits of the one served least over those of the one served most. Says how many visits were lost.
 */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: 'tina4' },
      store: { type: 'string', default: 'redis' },
      sessions: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '5' },
    },
  });
  for (const name of values.only.split(',')) {
    for (const connections of [1, 8]) {
      await Workbench.use((workbench) => contend(workbench, name, connections, values));
    }
  }
}

async function contend(workbench, name, connections, { store, sessions, seconds }) {
  const { server } = await workbench.start(name, { app: 'session', store });
  const cookies = await createSessions(server.client, Number(sessions));
  const client = new HttpClient(server.port, cookies.length * connections);
  // So many connections at once overflow a listening queue: they are opened before anything is timed.
  await Promise.all(Array.from({ length: cookies.length * connections }, () => client.send({ path: '/unused' })));
  const times = [];
  const counts = cookies.map(() => 0);
  const end = performance.now() + Number(seconds) * 1000;
  const visit = async (index) => {
    while (performance.now() < end) {
      const start = performance.now();
      const { status, body } = await client.send({ path: '/visits', cookie: cookies[index] });
      if (status !== 200) throw new Error(`${name}: ${status} ${body}`);
      times.push(performance.now() - start);
      counts[index]++;
    }
  };
  await Promise.all(cookies.flatMap((_, index) => Array.from({ length: connections }, () => visit(index))));
  const lost = await countLost(client, cookies, counts);
  client.close();
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(times, share).toFixed(1));
  const evenness = (Math.min(...counts) / Math.max(...counts)).toFixed(2);
  console.log(
    `${name} ${store}, ${cookies.length} sessions with ${connections} connection(s): ${times.length} answers, ` +
      `p50 ${p50} ms, p99 ${p99} ms, longest ${quantile(times, 1).toFixed(1)} ms; least served / most served ${evenness}; ${lost} lost`,
  );
}

async function countLost(client, cookies, counts) {
  const answers = await Promise.all(cookies.map((cookie) => client.send({ path: '/visits', cookie })));
  // Less the visit that made the session and this one.
  const kept = answers.map(({ body }) => JSON.parse(body).visits - 2);
  return counts.reduce((sum, count, index) => sum + count - kept[index], 0);
}
