/**
 * The Dockerfile's command as process 1 of a process namespace of its own, where signals without a listener do nothing: what a
 * container engine does with it, without one. Needs unshare of util-linux and the right to use it.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Ended, ServedProject } from './served-project.js';

const namespace = [
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--mount-proc', '--kill-child'],
];
const probe = spawnSync('unshare', [...namespace, 'true']);
const isPossible = probe.status === 0;
if (!isPossible) console.warn(`Skipped: unshare gives no process namespace (${probe.error ?? probe.stderr}).`);

let project: ServedProject;
let container: Container | undefined;

beforeEach(async () => {
  project = await ServedProject.create({
    'src/routes/slow.ts': `import { Router } from 'tina4-nodejs';
Router.get('/slow', async (req, res) => {
  console.log('handler runs in process ' + process.pid);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  req.session.done = true;
  return res.json({ done: true });
});
`,
  });
  execFileSync(process.execPath, [project.command, 'init', '.'], { cwd: project.folder });
  await mkdir(join(project.folder, 'node_modules'));
  await symlink(join(__dirname, '../..'), join(project.folder, 'node_modules/tina4-nodejs'), 'dir');
});
afterEach(async () => {
  await container?.end();
  container = undefined;
  await project.remove();
});

/** The words of an instruction such as `CMD ["node", "app.js"]`. */
async function instruction(name: string): Promise<string[]> {
  const text = await readFile(join(project.folder, 'Dockerfile'), 'utf8');
  return JSON.parse(new RegExp(`^${name} (\\[.*\\])`, 'm').exec(text.replaceAll('\\\n', ''))?.[1] ?? '[]') as string[];
}

class Container {
  output = '';
  readonly #child;
  readonly #ended: Promise<Ended>;

  constructor(command: readonly string[], cwd: string) {
    const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'production' };
    this.#child = spawn('unshare', [...namespace, ...command], { cwd, env });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code) => resolve({ code, output: this.output }));
    });
  }

  async until(pattern: RegExp): Promise<string> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found[1] ?? found[0];
      if (Date.now() > deadline || this.#child.exitCode !== null) throw new Error(`never ${pattern}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** As the engine does it: from outside, to process 1 alone. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const { pid } = this.#child;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    process.kill(Number(children.trim().split(' ')[0]), signal);
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

async function start(): Promise<Container> {
  container = new Container([...(await instruction('CMD')), '--host', '127.0.0.1', '--port', '0'], project.folder);
  return container;
}

(isPossible ? describe : describe.skip)('as process 1', () => {
  test('SIGTERM lets a request in flight finish, stores its session, and ends with 0', async () => {
    const served = await start();
    const address = await served.until(/running at (\S+)/);
    const answer = fetch(`${address}/slow`);
    // The command itself serves: no shell, npm or npx in between.
    await served.until(/handler runs in process 1\n/);
    await served.signal('SIGTERM');
    const response = await answer;
    expect([response.status, await response.json()]).toEqual([200, { done: true }]);
    expect(response.headers.get('set-cookie')).toMatch(/^tina4_session=/);
    expect((await served.ended()).code).toBe(0);
  }, 60_000);

  test('SIGTERM while it is still starting ends it at once', async () => {
    await project.write({
      'src/routes/aaa.ts':
        "console.log('still starting');\nawait new Promise((resolve) => setTimeout(resolve, 60_000));\n",
    });
    const served = await start();
    await served.until(/still starting/);
    const before = performance.now();
    await served.signal('SIGTERM');
    expect((await served.ended()).code).toBe(143);
    expect(performance.now() - before).toBeLessThan(5000);
  }, 60_000);

  test('the health check tells a server that answers from one that is gone', async () => {
    const served = await start();
    const { port } = new URL(await served.until(/running at (\S+)/));
    const [command = '', ...args] = await instruction('HEALTHCHECK .*?CMD');
    const check = (): number | null => spawnSync(command, args, { env: { ...process.env, TINA4_PORT: port } }).status;
    expect(check()).toBe(0);
    await served.signal('SIGTERM');
    await served.ended();
    expect(check()).toBe(1);
  }, 60_000);
});

test('npm start hands SIGTERM on: a request in flight is finished, and no server is left behind', async () => {
  const served = ServedProject.at(project.folder, project.command);
  const address = await served.npmStart(['--workers', '1', '--port', '0', '--host', '127.0.0.1']);
  const answer = fetch(`${address}/slow`);
  await served.until(/handler runs/);
  expect((await served.stop()).code).toBe(0);
  expect(await (await answer).json()).toEqual({ done: true });
  await expect(fetch(`${address}/health`)).rejects.toThrow();
}, 60_000);
