/** The promise, over real HTTP: `tina4 serve` processes on one folder of session files, with no configuration. */
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ServedProject } from './cli/served-project.js';

const ROUTES = `
import { setTimeout as pause } from 'node:timers/promises';
import { Router } from 'tina4-nodejs';

Router.get('/', async (req, res) => {
  req.session.cart = [];
  return res.json({});
});
Router.post('/api/cart/add', async (req, res) => {
  req.session.cart.push(req.body.item);
  return res.json({ items: req.session.cart.length });
});
Router.post('/slow', async (req, res) => {
  const { item } = req.body;
  await pause(20);
  req.session['key_' + item] = item;
  return res.json({ ok: true });
});
Router.get('/visit-counter', async (req, res) => {
  req.session.visit_count = (req.session.visit_count ?? 0) + 1;
  return res.json({ visit_count: req.session.visit_count });
});
Router.post('/half', async (req, res) => {
  req.session.cart.push(req.body.item);
  await pause(1);
  if (req.body.item % 2 === 1) throw new Error('halfway');
  return res.json({ ok: true });
});
Router.get('/all', async (req, res) => res.json(req.session.all()));
`;
const POSTS = 200;
/** What is shown here is not a deadline, and the machine may be busy with other suites. */
const PATIENT = { TINA4_SESSION_TIMEOUT: '15', TINA4_SESSION_LOCK_WAIT: '60' };

const projects: ServedProject[] = [];
let agent: Agent;
let addresses: string[] = [];

afterEach(async () => {
  agent.destroy();
  for (const project of projects.splice(0)) await project.remove();
});

/** Processes that share one folder of sessions, and the cookie of a visitor with an empty cart. */
async function serve(processes: number, connections: number): Promise<string> {
  agent = new Agent({ keepAlive: true, maxSockets: Math.ceil(connections / processes) });
  addresses = [];
  for (let count = 0; count < processes; count++) {
    const project = await ServedProject.create({ 'src/routes/shop.ts': ROUTES });
    projects.push(project);
    const shared = join((projects[0] as ServedProject).folder, 'data/sessions');
    addresses.push(await project.serve([], { TINA4_SESSION_PATH: shared, ...PATIENT }));
  }
  return (await send(0, 'GET', '/')).cookie;
}

interface Answer {
  /** 0: the connection broke before an answer came. */
  readonly status: number;
  readonly cookie: string;
  readonly text: string;
}

/** One request to the process whose turn it is. With `hangsUpAfterMs` the client leaves without waiting for the answer. */
function send(index: number, method: string, path: string, cookie = '', hangsUpAfterMs?: number): Promise<Answer> {
  const body = method === 'POST' ? JSON.stringify({ item: index }) : undefined;
  const headers = {
    cookie,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
  };
  return new Promise((resolve) => {
    const broken = (): void => resolve({ status: 0, cookie: '', text: '' });
    const sent = request(`${addresses[index % addresses.length]}${path}`, { method, agent, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', broken);
      response.on('end', () => {
        const [set = ''] = response.headers['set-cookie'] ?? [];
        resolve({ status: response.statusCode ?? 0, cookie: set.split(';')[0] as string, text });
      });
    });
    sent.on('error', broken);
    if (hangsUpAfterMs !== undefined) sent.on('socket', () => setTimeout(() => sent.destroy(), hangsUpAfterMs));
    sent.end(body);
  });
}

async function storm(method: string, path: string, cookie: string): Promise<number[]> {
  const answers = Array.from({ length: POSTS }, (_, index) => send(index, method, path, cookie));
  return (await Promise.all(answers)).map(({ status }) => status);
}

async function stored(cookie: string): Promise<{ cart: number[]; [key: string]: unknown }> {
  return JSON.parse((await send(0, 'GET', '/all', cookie)).text);
}

const allOf = (status: number): number[] => new Array<number>(POSTS).fill(status);

describe.each([
  [1, 40],
  [1, 200],
  [3, 40],
  [3, 200],
])('%d processes, %d connections', (processes, connections) => {
  test('200 parallel cart adds keep 200 items', async () => {
    const cookie = await serve(processes, connections);
    expect(await storm('POST', '/api/cart/add', cookie)).toEqual(allOf(200));
    expect(new Set((await stored(cookie)).cart).size).toBe(POSTS);
  }, 60_000);

  test('200 parallel visits to fresh processes are all counted', async () => {
    const cookie = await serve(processes, connections);
    expect(await storm('GET', '/visit-counter', cookie)).toEqual(allOf(200));
    expect((await stored(cookie)).visit_count).toBe(POSTS);
  }, 60_000);
});

test('200 slow handlers that write a key each keep 200 keys', async () => {
  const cookie = await serve(1, 40);
  expect(await storm('POST', '/slow', cookie)).toEqual(allOf(200));
  expect(Object.keys(await stored(cookie)).filter((key) => key.startsWith('key_'))).toHaveLength(POSTS);
}, 60_000);

test('what a handler stored before it threw halfway is kept, and nothing beside it is lost', async () => {
  const cookie = await serve(1, 40);
  const statuses = await storm('POST', '/half', cookie);
  expect(statuses.map((status, index) => (index % 2 === 1 ? status === 500 : status === 200)).every(Boolean)).toBe(
    true,
  );
  expect(new Set((await stored(cookie)).cart).size).toBe(POSTS);
}, 60_000);

test('clients that hang up halfway take nothing from those that stay', async () => {
  const cookie = await serve(1, 40);
  const answers = await Promise.all(
    Array.from({ length: POSTS }, (_, index) =>
      send(index, 'POST', '/api/cart/add', cookie, index % 4 === 3 ? Math.floor(index / 20) : undefined),
    ),
  );
  const { cart } = await stored(cookie);
  const answered = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
  expect(answered.filter((item) => !cart.includes(item))).toEqual([]);
  expect(new Set(cart).size).toBe(cart.length);
  expect(answers.every(({ status }, index) => status === 200 || index % 4 === 3)).toBe(true);
}, 60_000);
