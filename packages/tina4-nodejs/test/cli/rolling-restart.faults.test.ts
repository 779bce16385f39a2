import { Agent, request } from 'node:http';
import { afterEach, expect, jest, test } from '@jest/globals';
import { findFreePort } from '../../../../test/services/free-port.js';
import { proxyNames, type RunningProxy, startProxy } from '../../../../test/services/proxy.js';
import { waitFor } from '../../../../test/services/wait-for.js';
import { ServedProject } from './served-project.js';

jest.setTimeout(180_000);

const shop = `import cluster from 'node:cluster';
import { Router } from 'tina4-nodejs';
const by = { pid: process.pid, server: cluster.isWorker ? process.ppid : process.pid };
Router.post('/add', async (req, res) => {
  req.session.cart = [...(req.session.cart ?? []), req.query.item];
  await new Promise((resolve) => setTimeout(resolve, Number(req.query.item) % 20));
  return res.json(by);
});
Router.get('/cart', async (req, res) => res.json({ cart: req.session.cart ?? [], ...by }));
`;

const CLIENTS = 8;
const ROUNDS = 3;

interface Answer {
  readonly status: number | string;
  readonly body: { readonly cart?: readonly string[]; readonly pid?: number; readonly server?: number };
  readonly cookie: string | undefined;
}

let projects: ServedProject[] = [];
let proxy: RunningProxy | undefined;
let agent: Agent;

afterEach(async () => {
  agent.destroy();
  await proxy?.stop();
  for (const project of projects.toReversed()) await project.remove();
});

function send(method: string, url: string, cookie: string | undefined): Promise<Answer> {
  return new Promise((resolve) => {
    const headers = cookie === undefined ? {} : { cookie };
    const failed = (error: NodeJS.ErrnoException): void =>
      resolve({ status: error.code ?? error.message, body: {}, cookie: undefined });
    const outgoing = request(url, { method, agent, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.on('error', failed);
      incoming.on('end', () => {
        const status = incoming.statusCode ?? 0;
        const set = incoming.headers['set-cookie']?.[0]?.split(';')[0];
        resolve({ status, body: status === 200 ? JSON.parse(text) : {}, cookie: set ?? cookie });
      });
    });
    outgoing.on('error', failed).end();
  });
}

async function serve(project: ServedProject, port: number, args: readonly string[]): Promise<void> {
  project.output = '';
  project.start(['serve', '--port', String(port), '--host', '127.0.0.1', ...args], { TINA4_PRODUCTION: 'true' });
  await project.until(/Press Ctrl\+C/);
}

const cases = proxyNames.flatMap((name) => [1, 2].map((workers) => ({ name, workers })));

test.each(cases)(
  'a rolling restart of two servers with --workers $workers behind $name fails no request and loses no item',
  async ({ name, workers }) => {
    const first = await ServedProject.create({ 'src/routes/shop.ts': shop });
    projects = [first, ServedProject.at(first.folder, first.command)];
    const ports = [await findFreePort(), await findFreePort()];
    const args = ['--workers', String(workers)];
    for (const [index, project] of projects.entries()) await serve(project, ports[index] as number, args);
    agent = new Agent({ keepAlive: true });
    proxy = await startProxy(name, ports);
    const { url } = proxy;

    let isOver = false;
    let item = 0;
    const failures: unknown[] = [];
    const pids = new Set<number | undefined>();
    const servers = new Set<number | undefined>();
    const shopper = async (): Promise<{ added: string[]; cookie: string | undefined }> => {
      const added: string[] = [];
      let cookie: string | undefined;
      while (!isOver) {
        const own = String(item++);
        const answer = await send('POST', `${url}/add?item=${own}`, cookie);
        if (answer.status === 200) added.push(own);
        else failures.push(['POST', answer.status]);
        cookie = answer.cookie ?? cookie;
        const read = await send('GET', `${url}/cart`, cookie);
        if (read.status !== 200) failures.push(['GET', read.status]);
        for (const { body } of [answer, read].filter(({ status }) => status === 200)) {
          pids.add(body.pid);
          servers.add(body.server);
        }
      }
      return { added, cookie };
    };
    const shopping = Promise.all(Array.from({ length: CLIENTS }, shopper));

    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, project] of projects.entries()) {
        const known = servers.size;
        const ended = await project.stop();
        expect(ended.code).toBe(0);
        await serve(project, ports[index] as number, args);
        // The proxy has found it again when it answers; requests go on meanwhile.
        const before = item;
        await waitFor('answers of the new server', async () => servers.size > known && item > before + 50, 60_000);
      }
    }
    isOver = true;
    const carts = await shopping;

    expect(failures).toEqual([]);
    for (const { added, cookie } of carts) {
      expect((await send('GET', `${url}/cart`, cookie)).body.cart).toEqual(added);
    }
    expect(carts.flatMap(({ added }) => added).length).toBeGreaterThan(300);
    if (workers > 1) expect(pids.size).toBeGreaterThan(servers.size);
  },
);
