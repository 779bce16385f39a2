import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { type ShopProcesses, ShopProgram } from '../shop-processes.js';

const root = mkdtempSync(join(tmpdir(), 'tina4-file-shop-'));
const program = new ShopProgram();
let shops: ShopProcesses | undefined;

afterEach(() => shops?.close());

afterAll(() => {
  program.remove();
  rmSync(root, { recursive: true, force: true });
});

async function openShops(count: number): Promise<{ shops: ShopProcesses; cookie: string }> {
  const opened = await program.open(
    { backend: 'file', path: join(root, randomBytes(4).toString('hex')), timeoutMs: 15_000 },
    count,
  );
  shops = opened.shops;
  return opened;
}

test.each([1, 3])(
  '200 parallel cart adds in %d processes on one folder keep 200 items',
  async (processes) => {
    const { shops, cookie } = await openShops(processes);
    expect(await shops.storm(cookie, 'POST', '/api/cart/add')).toEqual([]);
    expect((await shops.stored(1, cookie)).cart).toHaveLength(200);
  },
  60_000,
);

test('200 slow handlers in three processes that write a key each keep 200 keys', async () => {
  const { shops, cookie } = await openShops(3);
  expect(await shops.storm(cookie, 'POST', '/slow')).toEqual([]);
  const keys = Object.keys(await shops.stored(0, cookie)).filter((key) => key.startsWith('key_'));
  expect(keys).toHaveLength(200);
}, 60_000);

test('200 parallel visits to three fresh processes on one folder are all counted', async () => {
  const { shops, cookie } = await openShops(3);
  expect(await shops.storm(cookie, 'GET', '/visit-counter')).toEqual([]);
  expect((await shops.stored(2, cookie)).visit_count).toBe(200);
}, 60_000);

test('when one of three processes is killed in the middle, every add that was answered is kept and the others go on', async () => {
  const { shops, cookie } = await openShops(3);
  let answered = 0;
  const adds = Array.from({ length: 200 }, async (_, index) => {
    const { status } = await shops.send(index, 'POST', `/api/cart/add?item=${index}`, cookie);
    answered += 1;
    if (answered === 50) shops.kill(1);
    return { item: String(index), status };
  });
  const results = await Promise.all(adds);
  const { cart } = (await shops.stored(0, cookie)) as { cart: string[] };
  const missing = results.filter(({ item, status }) => status === 200 && !cart.includes(item));
  expect(missing).toEqual([]);
  expect(results.filter(({ status }, index) => index % 3 !== 1 && status !== 200)).toEqual([]);
  expect(results.some(({ status }) => status === 0)).toBe(true);
  expect(new Set(cart).size).toBe(cart.length);
}, 60_000);
