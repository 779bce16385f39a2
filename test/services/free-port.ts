import { createServer } from 'node:net';

/** Below the range that systems hand out by themselves, so that no outgoing connection takes the port meanwhile. */
const FIRST = 20_000;
const COUNT = 12_000;
const given = new Set<number>();

/** A port of 127.0.0.1 that nobody listens on; never the same one twice in a process. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port)) continue;
    if (await isFree(port)) {
      given.add(port);
      return port;
    }
  }
  throw new Error('No free port was found on 127.0.0.1 in 200 tries.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
