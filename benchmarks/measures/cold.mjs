import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { adapterNames } from '../adapters/index.mjs';
import { median } from '../numbers/statistics.mjs';
import { installSize } from '../prepare/install-size.mjs';
import { buildProject, startCommand, tina4Commands } from '../servers/tina4-command.mjs';
import { Workbench } from '../servers/workbench.mjs';

export const usage =
  'cold [--only=tina4,fastify] [--starts=7] [--no-size]   process start to first answer, idle memory, install size';

/**
 * For both apps (sessions in Redis): the median time from the start of the process to its first answer, the frameworks in turn,
 * and its memory a second later. Ours is also started by its command, from the sources and built. Then packages and megabytes of
 * a fresh install.
 */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      starts: { type: 'string', default: '7' },
      'no-size': { type: 'boolean', default: false },
    },
  });
  const names = values.only?.split(',') ?? adapterNames;
  for (const context of [{ app: 'plain' }, { app: 'session', store: 'redis' }]) {
    const commands = names.includes('tina4') ? Object.entries(tina4Commands) : [];
    if (commands.length > 0) await buildProject(context.app);
    const starters = [
      ...names.map((name) => [name, (workbench) => workbench.start(name, context)]),
      ...commands.map(([name, args]) => [name, (workbench) => startCommand(workbench, args, context)]),
    ];
    await Workbench.use((workbench) => timeStarts(workbench, starters, context.app, Number(values.starts)));
  }
  if (values['no-size']) return;
  for (const name of names) console.log(`${name.padEnd(9)} installed: ${await installSize(name)}`);
}

async function timeStarts(workbench, starters, app, count) {
  const times = new Map(starters.map(([name]) => [name, []]));
  const memory = new Map();
  // One more: the first start finds its files on the disk only, and tells the memory instead.
  for (let round = 0; round <= count; round++) {
    for (const [name, start] of starters) {
      const { server } = await start(workbench);
      const { status } = await server.client.send({ path: app === 'plain' ? '/hello' : '/visits' });
      const ms = performance.now() - server.startedAt;
      if (status !== 200) throw new Error(`${name} answered ${status}.`);
      if (round > 0) times.get(name).push(ms);
      else memory.set(name, await idleMegabytes(server.pid));
      await workbench.stop(server);
    }
  }
  for (const [name, all] of times) {
    const range = `${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`;
    console.log(
      `${app.padEnd(8)} ${name.padEnd(20)} ${median(all).toFixed(0)} ms (${range}), idle ${memory.get(name).toFixed(0)} MB`,
    );
  }
}

async function idleMegabytes(pid) {
  await wait(1000);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}
