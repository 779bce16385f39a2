import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { compileChild } from './compiled-sources.js';

interface Shop {
  readonly process: ChildProcess;
  readonly port: number;
}

const root = mkdtempSync(join(tmpdir(), 't4-file-shop-'));
let childPath: string;
let directory: string;
let shops: Shop[] = [];
let agent: Agent;

beforeAll(() => {
  childPath = compileChild(join(root, 'compiled'), 'test/stores/file-shop-child.ts');
});

beforeEach(() => {
  directory = join(root, randomBytes(4).toString('hex'));
  agent = new Agent({ keepAlive: true, maxSockets: 40 });
});

afterEach(() => {
  agent.destroy();
  for (const shop of shops) shop.process.kill('SIGKILL');
  shops = [];
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function openShops(count: number): Promise<string> {
  shops = await Promise.all(
    Array.from({ length: count }, async () => {
      const child = fork(childPath, [directory], { stdio: 'inherit', execArgv: [] });
      const [{ port }] = (await once(child, 'message')) as [{ port: number }];
      return { process: child, port };
    }),
  );
  return (await send(0, 'GET', '/')).cookie;
}

/** Status 0: the connection broke before an answer came. */
function send(
  index: number,
  method: string,
  path: string,
  cookie = '',
): Promise<{ status: number; cookie: string; text: string }> {
  const { port } = shops[index % shops.length] as Shop;
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, agent, headers: { cookie } }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', () => resolve({ status: 0, cookie: '', text }));
      response.on('end', () => {
        const set = response.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
        resolve({ status: response.statusCode ?? 0, cookie: set, text });
      });
    });
    outgoing.on('error', () => resolve({ status: 0, cookie: '', text: '' }));
    outgoing.end();
  });
}

async function storm(cookie: string, method: string, path: string): Promise<readonly number[]> {
  const answers = Array.from({ length: 200 }, (_, index) => send(index, method, `${path}?item=${index}`, cookie));
  return (await Promise.all(answers)).map(({ status }) => status);
}

async function stored(index: number, cookie: string): Promise<Record<string, unknown>> {
  return JSON.parse((await send(index, 'GET', '/all', cookie)).text);
}

test.each([1, 3])(
  '200 parallel cart adds in %d processes on one folder keep 200 items',
  async (processes) => {
    const cookie = await openShops(processes);
    expect(new Set(await storm(cookie, 'POST', '/api/cart/add'))).toEqual(new Set([200]));
    expect((await stored(1, cookie)).cart).toHaveLength(200);
  },
  60_000,
);

test.each([1, 3])(
  '200 slow handlers in %d processes that write a key each keep 200 keys',
  async (processes) => {
    const cookie = await openShops(processes);
    expect(new Set(await storm(cookie, 'POST', '/slow'))).toEqual(new Set([200]));
    const keys = Object.keys(await stored(0, cookie)).filter((key) => key.startsWith('key_'));
    expect(keys).toHaveLength(200);
  },
  60_000,
);

test('200 parallel visits to three fresh processes on one folder are all counted', async () => {
  const cookie = await openShops(3);
  expect(new Set(await storm(cookie, 'GET', '/visit-counter'))).toEqual(new Set([200]));
  expect((await stored(2, cookie)).visit_count).toBe(200);
}, 60_000);

test('when one of three processes is killed in the middle, every add that was answered is kept and the others go on', async () => {
  const cookie = await openShops(3);
  let answered = 0;
  const adds = Array.from({ length: 200 }, async (_, index) => {
    const { status } = await send(index, 'POST', `/api/cart/add?item=${index}`, cookie);
    answered += 1;
    if (answered === 50) shops[1]?.process.kill('SIGKILL');
    return { item: String(index), status };
  });
  const results = await Promise.all(adds);
  const { cart } = (await stored(0, cookie)) as { cart: string[] };
  const missing = results.filter(({ item, status }) => status === 200 && !cart.includes(item));
  expect(missing).toEqual([]);
  expect(results.filter(({ status }, index) => index % 3 !== 1 && status !== 200)).toEqual([]);
  expect(results.some(({ status }) => status === 0)).toBe(true);
  expect(new Set(cart).size).toBe(cart.length);
}, 60_000);
