import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { run } from '../../scripts/setup.mjs';
import { environmentOf } from '../adapters/tina4.mjs';
import { LIFETIME_SECONDS } from '../contract/app.mjs';
import { projectFolder, tina4Command } from '../prepare/tina4.mjs';
import { onCore, SERVER_CORE } from './cores.mjs';
import { HttpClient } from './http-client.mjs';

/** Arguments of node for the two ways in which users start a project, by the names of the table. */
export const tina4Commands = {
  'tina4 serve': [tina4Command(), 'serve', '--port', '0'],
  'node dist/app.js': ['dist/app.js'],
};

/** Compiles the project of an app to dist/. */
export async function buildProject(app) {
  const options = { cwd: projectFolder(app), stdio: ['ignore', 'ignore', 'inherit'] };
  await run(process.execPath, [tina4Command(), 'build'], options);
}

/** Starts a project as its user would; the rest as Workbench.start. The banner tells where it listens. */
export async function startCommand(workbench, args, context) {
  const redis = await workbench.redisFor('tina4', context);
  const settings = environmentOf({ ...context, redis, lifetimeSeconds: LIFETIME_SECONDS });
  const env = { ...process.env, NODE_ENV: 'production', ...settings, TINA4_SUPPRESS: 'false', PORT: '0' };
  const [command, all] = onCore(SERVER_CORE, process.execPath, args);
  const startedAt = performance.now();
  const child = spawn(command, all, { cwd: projectFolder(context.app), env, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await portInBanner(child);
  const server = {
    pid: child.pid,
    port,
    client: new HttpClient(port),
    startedAt,
    stop: () => stop(server.client, child),
  };
  workbench.add(server);
  return { server };
}

async function portInBanner(child) {
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    output += chunk;
    const address = /running at http:\/\/[^\s]*:(\d+)/.exec(output);
    if (address !== null) return Number(address[1]);
  }
  throw new Error(`The server ended before it answered.\n${output}`);
}

async function stop(client, child) {
  client.close();
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
