import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { LOAD_CORE, onCore } from '../servers/cores.mjs';

/** Load by autocannon, in a process of its own on the other core. See generate-load.mjs. */
export async function loadWithAutocannon(port, requests, options) {
  const [command, args] = onCore(LOAD_CORE, process.execPath, [fileURLToPath(import.meta.url)]);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ port, requests, options });
  const result = once(child, 'message');
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`autocannon ended with ${code}.`);
  return (await result)[0];
}

async function work({ port, requests, options: { seconds, connections } }) {
  const { default: autocannon } = await import('autocannon');
  let connected = 0;
  const run = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: seconds,
    // Each connection walks through a list of its own: no session is in flight twice.
    setupClient: (client) => client.setRequests(shareOf(requests, connected++, connections).map(requestFor)),
  });
  const failed = run.non2xx + run.errors + run.timeouts;
  return { requests: run.requests.total, failed, seconds: run.duration, p50: run.latency.p50, p99: run.latency.p99 };
}

function shareOf(requests, index, connections) {
  const share = requests.filter((_, position) => position % connections === index);
  return share.length > 0 ? share : requests;
}

function requestFor({ method, path, cookie, body }) {
  const headers = {
    ...(cookie ? { cookie } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return { method, path, headers, body };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', async (message) => {
    process.send(await work(message), () => process.exit());
  });
}
