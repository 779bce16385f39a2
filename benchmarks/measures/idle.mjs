import { once } from 'node:events';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { adapterNames } from '../adapters/index.mjs';
import { Workbench } from '../servers/workbench.mjs';

export const usage =
  'idle [--only=floor,tina4] [--connections=1000]   memory of connections that wait for their next request';

const REQUEST = 'GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

/** Each connection has had one answer and stays open. Prints what they cost together, after a collection. */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string' }, connections: { type: 'string', default: '1000' } },
  });
  const count = Number(values.connections);
  for (const name of values.only?.split(',') ?? adapterNames) {
    await Workbench.use(async (workbench) => {
      const { server } = await workbench.start(name, { app: 'plain' });
      await server.client.send({ path: '/hello' });
      // Once before, so that what is loaded and compiled for it does not count.
      await closeAll(await openConnections(server.port, count));
      const before = await server.call('memory');
      const sockets = await openConnections(server.port, count);
      const after = await server.call('memory');
      const heap = (after.heapUsed - before.heapUsed + after.external - before.external) / 2 ** 20;
      const process = (after.rss - before.rss) / 2 ** 20;
      console.log(
        `${name.padEnd(8)} ${count} connections: heap ${heap.toFixed(1)} MB, process ${process.toFixed(1)} MB`,
      );
      await closeAll(sockets);
    });
  }
}

function openConnections(port, count) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.write(REQUEST);
      await once(socket, 'data', { signal: AbortSignal.timeout(30_000) });
      return socket;
    }),
  );
}

async function closeAll(sockets) {
  await Promise.all(
    sockets.map(async (socket) => {
      socket.end();
      socket.resume();
      await once(socket, 'close', { signal: AbortSignal.timeout(30_000) });
    }),
  );
}
