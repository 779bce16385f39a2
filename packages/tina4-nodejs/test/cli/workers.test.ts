import { access, mkdir, symlink } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { ServedProject } from './served-project.js';

// Processes are started and ended here; on a machine that does more than that each of them may take seconds.
jest.setTimeout(120_000);

let project: ServedProject;
afterEach(() => project.remove());

const shop = `import { Router } from 'tina4-nodejs';
Router.get('/', async (req, res) => { req.session.visited = true; return res.json({ pid: process.pid }); });
Router.post('/add', async (req, res) => {
  const cart = req.session.cart ?? [];
  await new Promise((resolve) => setImmediate(resolve));
  req.session.cart = [...cart, req.query.item];
  return res.json({ pid: process.pid });
});
Router.get('/cart', async (req, res) => res.json({ cart: req.session.cart ?? [] }));
Router.get('/slow', async (req, res) => {
  console.log('handler runs');
  await new Promise((resolve) => setTimeout(resolve, Number(req.query.ms)));
  return res.json({ done: true });
});
Router.get('/busy', (req, res) => {
  console.log('loop blocked');
  const end = Date.now() + Number(req.query.ms);
  while (Date.now() < end);
  return res.json({});
});
Router.get('/crash', (req, res) => { setImmediate(() => { throw new Error('a defect of the app'); }); return res.json({}); });
Router.get('/quit', (req, res) => { setTimeout(() => process.exit(0), 50); return res.json({}); });
`;

/** What one request got; undefined when its connection was cut, or not answered in time. */
interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly cookie: string | undefined;
}

function send(
  agent: Agent | undefined,
  method: string,
  url: string,
  cookie = '',
  timeoutMs = 3000,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(
      url,
      { method, agent: agent ?? false, headers: cookie === '' ? {} : { cookie } },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        incoming.on('error', () => resolve(undefined));
        incoming.on('end', () => {
          const set = incoming.headers['set-cookie']?.[0]?.split(';')[0];
          resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text), cookie: set });
        });
      },
    );
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy());
    outgoing.on('error', () => resolve(undefined)).end();
  });
}

async function pidsOf(address: string): Promise<Set<number>> {
  // A connection of its own each time: they go round the workers.
  const answers = await Promise.all(Array.from({ length: 12 }, () => send(undefined, 'GET', `${address}/`)));
  return new Set(answers.flatMap((answer) => (answer === undefined ? [] : [answer.body.pid as number])));
}

test('three workers on one port keep all of 200 parallel cart adds of one session in files', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '3'], { TINA4_SESSION_TIMEOUT: '15' });
  expect(project.output).toContain('  Workers: 3\n');
  const agent = new Agent({ keepAlive: true, maxSockets: 12 });
  const cookie = (await send(agent, 'GET', `${address}/`))?.cookie;
  const items = Array.from({ length: 200 }, (_, item) => String(item));
  const answers = await Promise.all(items.map((item) => send(agent, 'POST', `${address}/add?item=${item}`, cookie)));
  const cart = (await send(agent, 'GET', `${address}/cart`, cookie))?.body.cart as string[];
  agent.destroy();
  expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([200]));
  expect(new Set(answers.map((answer) => answer?.body.pid)).size).toBe(3);
  expect([...cart].sort()).toEqual([...items].sort());
});

test('a worker that is killed in the middle loses no answered cart add, frees the session and is replaced', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '3'], { TINA4_SESSION_TIMEOUT: '15' });
  const agent = new Agent({ keepAlive: true, maxSockets: 12 });
  const first = await send(agent, 'GET', `${address}/`);
  const stored: string[] = [];
  let isKilled = false;
  const add = async (item: string): Promise<void> => {
    const answer = await send(agent, 'POST', `${address}/add?item=${item}`, first?.cookie);
    if (answer?.status === 200) stored.push(item);
    if (stored.length < 60 || isKilled) return;
    isKilled = true;
    process.kill(first?.body.pid as number, 'SIGKILL');
  };
  await Promise.all(Array.from({ length: 200 }, (_, item) => add(String(item))));
  const cart = (await send(agent, 'GET', `${address}/cart`, first?.cookie))?.body.cart as string[];
  agent.destroy();
  expect(stored.filter((item) => !cart.includes(item))).toEqual([]);
  // Requests of the two other workers went on, none of them waited for the dead one's lease to run out.
  expect(stored.length).toBeGreaterThan(100);
  await project.until(/ended by SIGKILL; another one takes its place/);
  await expectWorkers(address, 3);
});

test('a worker that crashes is replaced, and the others answer meanwhile', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '2']);
  const before = await pidsOf(address);
  await send(undefined, 'GET', `${address}/crash`);
  await project.until(/ended with exit code \d+; another one takes its place/);
  expect((await pidsOf(address)).size).toBeGreaterThan(0);
  await expectWorkers(address, 2);
  expect(await pidsOf(address)).not.toEqual(before);
});

test('a worker that ends by itself with 0 is not replaced, and the last one takes the primary with it', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '2']);
  await send(undefined, 'GET', `${address}/quit`);
  await expectWorkers(address, 1);
  await send(undefined, 'GET', `${address}/quit`);
  expect((await project.ended()).code).toBe(0);
  expect(project.output).not.toContain('another one');
});

test('SIGTERM lets the running requests of all workers finish and exits with 0', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '2']);
  const answers = [1, 2].map(() => send(undefined, 'GET', `${address}/slow?ms=400`));
  await project.until(/handler runs[\s\S]*handler runs/);
  const ended = project.stop();
  expect((await Promise.all(answers)).map((answer) => answer?.body)).toEqual([{ done: true }, { done: true }]);
  expect((await ended).code).toBe(0);
});

test('a second signal ends primary and workers at once', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '2']);
  const pids = await pidsOf(address);
  const answer = send(undefined, 'GET', `${address}/slow?ms=60000`, '', 60_000);
  await project.until(/handler runs/);
  project.signal('SIGINT');
  await project.untilRefused();
  expect((await project.stop('SIGINT')).code).toBe(130);
  expect(await answer).toBeUndefined();
  await expectGone(pids);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} while other workers still start lets the requests of the first one finish`, async () => {
    project = await ServedProject.create({
      'src/routes/shop.ts': shop,
      'src/routes/late.ts': `import cluster from 'node:cluster';
if (cluster.worker?.id !== 1) {
  console.log('the second one starts');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
`,
    });
    const port = await freePort();
    project.start(['serve', '--port', String(port), '--host', '127.0.0.1', '--workers', '2']);
    const address = `http://127.0.0.1:${port}`;
    await eventually(async () => (await send(undefined, 'GET', `${address}/`))?.status === 200, 'the first answer');
    await project.until(/the second one starts/);
    const answers = Array.from({ length: 20 }, () => send(undefined, 'GET', `${address}/slow?ms=800`, '', 30_000));
    await eventually(async () => project.output.split('handler runs').length === 21, 'all 20 requests');
    const ended = project.stop(signal);
    expect((await Promise.all(answers)).map((answer) => answer?.status)).toEqual(Array(20).fill(200));
    expect((await ended).code).toBe(0);
  });
}

test('a second worker that dies while it starts is replaced', async () => {
  project = await ServedProject.create({
    'src/routes/shop.ts': shop,
    'src/routes/fragile.ts': "import cluster from 'node:cluster';\nif (cluster.worker?.id === 2) process.exit(3);\n",
  });
  const address = await project.serve(['--workers', '2']);
  expect(project.output).toContain('ended with exit code 3 before it answered; another one takes its place');
  await expectWorkers(address, 2);
});

test('a client whose connection was being handed to a worker that is killed hears of it at once', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '2']);
  const [stalled] = [...(await pidsOf(address))];
  process.kill(stalled as number, 'SIGSTOP');
  const asked = Array.from({ length: 6 }, () => send(undefined, 'GET', `${address}/`, '', 60_000));
  const answered = asked.map(async (answer) => (await answer)?.status);
  // All but the one that was handed to the stalled worker: the primary waits for its word and gives the rest to the other.
  let count = 0;
  for (const answer of answered) void answer.then(() => count++);
  await eventually(async () => count === 5, 'the answers of the other worker');
  const start = performance.now();
  process.kill(stalled as number, 'SIGKILL');
  const statuses = await Promise.all(answered);
  expect(performance.now() - start).toBeLessThan(20_000);
  expect(statuses.filter((status) => status === undefined)).toHaveLength(1);
});

test('a stop closes the port before workers are free, and answers the connections that wait for them', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '2']);
  const busy = [1, 2].map(() => send(undefined, 'GET', `${address}/busy?ms=4000`, '', 60_000));
  let isFree = false;
  for (const answer of busy) void answer.then(() => (isFree = true));
  await project.until(/(loop blocked\s+){2}/);
  const agent = new Agent();
  const waiting = Array.from({ length: 40 }, () => send(agent, 'GET', `${address}/`, '', 60_000));
  const isConnected = (): boolean => {
    const sockets = Object.values(agent.sockets).flatMap((list) => list ?? []);
    return sockets.length === waiting.length && sockets.every(({ connecting }) => !connecting);
  };
  await eventually(async () => isConnected(), 'the connections');
  const ended = project.stop();
  await eventually(() => isRefused(address), 'the closed port');
  expect(isFree).toBe(false);
  const statuses = (await Promise.all([...busy, ...waiting])).map((answer) => answer?.status);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  expect((await ended).code).toBe(0);
});

test('a request that outlasts TINA4_SHUTDOWN_TIMEOUT is cut, and primary and workers end with 0', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '2'], { TINA4_SHUTDOWN_TIMEOUT: '0.2' });
  const answer = send(undefined, 'GET', `${address}/slow?ms=20000`, '', 20_000);
  await project.until(/handler runs/);
  expect((await project.stop()).code).toBe(0);
  expect(await answer).toBeUndefined();
});

test('workers of a primary that was killed end too', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const pids = await pidsOf(await project.serve(['--workers', '2']));
  expect(pids.size).toBe(2);
  await project.stop('SIGKILL');
  await expectGone(pids);
});

test('a start that fails is told once, and ends with 1', async () => {
  project = await ServedProject.create({ 'src/routes/bad.ts': "throw new Error('no luck');\n" });
  const { code, output } = await project.start(['serve', '--port', '0', '--workers', '3']).ended();
  expect(code).toBe(1);
  expect(output.match(/no luck/g)?.length).toBeLessThanOrEqual(2);
  expect(output).toMatch(/Error: The server did not start: a worker ended with exit code 1 before it answered\.\n$/);
});

test('replacements that fail at their start again and again end the server with a message', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '2']);
  await project.write({ 'src/routes/bad.ts': "throw new Error('no luck');\n" });
  await send(undefined, 'GET', `${address}/crash`);
  const { code, output } = await project.ended();
  expect(code).toBe(1);
  expect(output).toContain('That happened too often in a row; the server ends.');
});

test('sessions in memory are refused with workers, naming the ways out', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const settings = { TINA4_SESSION_BACKEND: 'memory', TINA4_CLUSTER: 'true', TINA4_CLUSTER_WORKERS: '2' };
  const { code, output } = await project.start(['serve'], settings).ended();
  expect(code).toBe(1);
  expect(output).toMatch(/^Error: 2 workers cannot share sessions .*--workers 1\.\n$/);
});

test('--workers 1 serves in one process, whatever the settings say', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const address = await project.serve(['--workers', '1'], {
    TINA4_SESSION_BACKEND: 'memory',
    TINA4_PRODUCTION: 'true',
  });
  expect((await pidsOf(address)).size).toBe(1);
  expect(project.output).not.toContain('Workers:');
});

test('--workers takes nothing but a number or auto', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  const { code, output } = await project.start(['serve', '--workers', '0']).ended();
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('Use auto or a number from 1 to 999.') });
});

test('in debug mode workers say once that live reload is off, and warnings come once', async () => {
  project = await ServedProject.create({ 'src/routes/shop.ts': shop });
  await project.serve(['--workers', '3'], {
    TINA4_DEBUG: 'true',
    TINA4_SESSION_BACKEND: 'file',
    TINA4_SESSION_HANDLER: 'redis',
  });
  expect(project.output.match(/live reload is off/g)).toHaveLength(1);
  expect(project.output.match(/both name the same setting/g)).toHaveLength(1);
});

test('an app.ts that starts the server runs in the workers only', async () => {
  project = await ServedProject.create({
    'src/routes/shop.ts': shop,
    'app.ts': `import { startServer } from 'tina4-nodejs';
import { writeFileSync } from 'node:fs';
writeFileSync('ran-' + process.pid, '');
await startServer();`,
  });
  const address = await project.serve(['--workers', '2']);
  const pids = [...(await pidsOf(address))];
  expect(pids).toHaveLength(2);
  await Promise.all(pids.map((pid) => access(join(project.folder, `ran-${pid}`))));
});

test('startServer() in plain node serves with workers too, and none of them outlives it', async () => {
  project = await ServedProject.create({
    'package.json': '{ "type": "module" }',
    'app.js': "import { startServer } from 'tina4-nodejs';\nawait startServer();\n",
    'src/routes/shop.ts': shop,
    '.env': 'TINA4_CLUSTER=true\nTINA4_CLUSTER_WORKERS=2\nTINA4_PORT=0\nTINA4_HOST=127.0.0.1\n',
  });
  await mkdir(join(project.folder, 'node_modules'));
  await symlink(join(__dirname, '../..'), join(project.folder, 'node_modules/tina4-nodejs'), 'dir');
  const address = await project.run('app.js');
  expect(project.output).toContain('  Workers: 2\n');
  const pids = await pidsOf(address);
  expect(pids.size).toBe(2);
  expect((await project.stop()).code).toBe(0);
  await expectGone(pids);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until as many workers answer; fails after a minute. */
async function expectWorkers(address: string, count: number): Promise<void> {
  await eventually(async () => (await pidsOf(address)).size === count, `${count} workers`);
}

function isRefused(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}

async function expectGone(pids: Iterable<number>): Promise<void> {
  await eventually(async () => [...pids].every((pid) => !isAlive(pid)), 'the end of all workers');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function eventually(check: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
