import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOAD_CORE, onCore } from '../servers/cores.mjs';
import { rawRequest } from './raw-request.mjs';

/** Load by wrk (github.com/wg/wrk), one thread. See generate-load.mjs. */
export async function loadWithWrk(port, requests, { seconds, connections }) {
  const folder = await mkdtemp(join(tmpdir(), 'tina4-bench-wrk-'));
  try {
    const script = join(folder, 'requests.lua');
    await writeFile(script, scriptFor(requests.map(rawRequest)));
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}/`];
    const child = spawn(...onCore(LOAD_CORE, 'wrk', args), { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child, 'close');
    const summary = /^summary (.*)$/m.exec(output);
    if (summary === null) throw new Error(`wrk did not get to its end:\n${output}`);
    const [answered, failed, us, p50, p99] = summary[1].split(' ').map(Number);
    return { requests: answered, failed, seconds: us / 1e6, p50: p50 / 1000, p99: p99 / 1000 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** wrk's one thread asks `request` for each request: all connections walk through the list together. */
const scriptFor = (texts) => `
local requests = { ${texts.map(luaText).join(',\n')} }
local last = 0
request = function()
  last = last % #requests + 1
  return requests[last]
end
done = function(summary, latency)
  local e = summary.errors
  print(string.format("summary %d %d %d %d %d", summary.requests, e.status + e.connect + e.read + e.write + e.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99)))
end
`;

/** Every byte by number, which is a number with three digits in Lua too: no quoting to get wrong. */
const luaText = (text) => `"${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
