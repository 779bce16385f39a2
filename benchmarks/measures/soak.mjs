import { parseArgs } from 'node:util';
import { rows } from '../contract/rows.mjs';
import { generateLoad } from '../load/generate-load.mjs';
import { createSessions, Workbench } from '../servers/workbench.mjs';

export const usage =
  'soak [--name=tina4] [--rows=W1,W3,W4,W6] [--requests=2000000]   does memory grow over very many requests?';

const SLICES = 10;
const SECONDS = 5;

/**
 * Sends so many requests to each row in ten slices and prints the heap after a collection at the end of each. The first two
 * slices fill caches and compile; what counts is the trend of the others.
 */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string', default: 'tina4' },
      rows: { type: 'string', default: 'W1,W3,W4,W6' },
      requests: { type: 'string', default: '2000000' },
    },
  });
  for (const row of rows.filter(({ id }) => values.rows.split(',').includes(id))) {
    await Workbench.use((workbench) => soak(workbench, row, values.name, Number(values.requests)));
  }
}

async function soak(workbench, row, name, wanted) {
  const { server } = await workbench.start(name, { app: row.app, store: row.store });
  const cookies = row.app === 'session' ? await createSessions(server.client, 256, row.isFilled) : [];
  const requests = row.requests(cookies);
  const heaps = [];
  let sent = 0;
  for (let slice = 1; slice <= SLICES; slice++) {
    while (sent < (wanted * slice) / SLICES) sent += (await generateLoad(server.port, requests, SECONDS)).requests;
    const { heapUsed, rss } = await server.call('memory');
    heaps.push(heapUsed);
    console.log(`${name} ${row.id} ${sent} requests: heap ${megabytes(heapUsed)} MB, process ${megabytes(rss)} MB`);
  }
  const growth = (heaps.at(-1) - heaps[2]) / (sent * 0.7);
  console.log(`${name} ${row.id}: ${growth.toFixed(3)} bytes of growth a request over the last seven slices`);
}

const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
