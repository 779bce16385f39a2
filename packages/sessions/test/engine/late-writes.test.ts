import { expect, test } from '@jest/globals';
import { createSessionEngine } from '../../src/engine/engine.js';
import type { SessionStore } from '../../src/session-store.js';
import type { RequestSession } from '../../src/session-types.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';
import { beginRequest, idOfCookie } from '../support/direct-request.js';
import { gate, memoryLog } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';

const LOADED = { cart: [{ id: 1, tags: ['a'] }], name: 'ann', _flash_note: { text: 'hi' } };

/** An engine, the id of a session with LOADED in it, and what it logs. */
async function shop(store: SessionStore = new MemoryStore()) {
  const { log, lines } = memoryLog();
  const engine = createSessionEngine({ store, log, sweepEveryMs: 0 });
  const first = beginRequest(engine, 'POST', []);
  await first.load();
  Object.assign(first.session.data, structuredClone(LOADED));
  await first.commit();
  const id = idOfCookie(first.session.setCookie) ?? '';
  const open = async (method = 'POST') => {
    const request = beginRequest(engine, method, [id]);
    await request.load();
    return request;
  };
  const stored = async () => ({ ...(await open('GET')).session.data });
  return { open, stored, lines };
}

const writes: readonly [name: string, write: (session: RequestSession) => unknown][] = [
  [
    'a new key',
    ({ data }) => {
      data.late = 1;
    },
  ],
  [
    'another value',
    ({ data }) => {
      data.name = 'bob';
    },
  ],
  ['a push', ({ data }) => data.cart.push(2)],
  ['a push to what get() gave', ({ data }) => data.get('cart').push(2)],
  ['a push to what this request put in', ({ data }) => data.fresh.push(2)],
  ['a push to what was found in a list', ({ data }) => data.cart.find(Boolean).tags.push('b')],
  ['a splice', ({ data }) => data.cart.splice(0, 1)],
  [
    'a value deep down',
    ({ data }) => {
      data.cart[0].tags[0] = 'b';
    },
  ],
  ['Object.assign', ({ data }) => Object.assign(data, { late: 1 })],
  ['defineProperty', ({ data }) => Object.defineProperty(data, 'late', { value: 1 })],
  ['delete', ({ data }) => delete data.name],
  ['set()', ({ data }) => data.set('late', 1)],
  ['delete()', ({ data }) => data.delete('name')],
  ['clear()', ({ data }) => data.clear()],
  ['flash() with a value', ({ data }) => data.flash('late', 1)],
  ['flash() that takes', ({ data }) => data.flash('note')],
  ['getFlash()', ({ data }) => data.getFlash('note')],
  ['regenerate()', ({ data }) => data.regenerate()],
  ['destroy()', ({ data }) => data.destroy()],
  ['req.session = {}', (session) => session.replace({})],
  ['req.sessionRegenerate()', (session) => session.regenerate()],
];

describeLate('after the answer was recorded', async (request) => void (await request.commit()));
describeLate('after release()', async (request) => request.session.release());

function describeLate(
  when: string,
  end: (request: Awaited<ReturnType<Awaited<ReturnType<typeof shop>>['open']>>) => Promise<void>,
) {
  test.each(writes)(`${when}, %s throws, is logged with the route, and changes nothing`, async (_name, write) => {
    const { open, stored, lines } = await shop();
    const request = await open();
    request.session.data.fresh = [1];
    await end(request);
    expect(() => write(request.session)).toThrow(/T4_SESSION_WRITE_AFTER_RELEASE: POST/);
    expect(lines).toEqual([
      { level: 'error', message: expect.stringContaining('POST'), context: { route: expect.stringContaining('POST') } },
    ]);
    expect(await stored()).toEqual({ ...LOADED, fresh: [1] });
  });
}

test.each(writes.filter(([name]) => !name.includes('this request')))(
  'where nobody touched the session before the answer, %s throws all the same',
  async (_name, write) => {
    const { open, stored, lines } = await shop();
    const request = await open();
    await request.commit();
    expect(() => write(request.session)).toThrow(/T4_SESSION_WRITE_AFTER_RELEASE/);
    expect(lines).toHaveLength(1);
    expect(await stored()).toEqual(LOADED);
  },
);

test('a visitor without a session hears of a late write, too', async () => {
  const { log, lines } = memoryLog();
  const engine = createSessionEngine({ store: new MemoryStore(), log, sweepEveryMs: 0 });
  const request = beginRequest(engine, 'GET', []);
  await request.load();
  await request.commit();
  expect(() => request.session.data.set('late', 1)).toThrow(/WRITE_AFTER_RELEASE/);
  expect(lines).toHaveLength(1);
});

test('a late write is refused while the store is still working on the commit', async () => {
  const working = gate();
  const backend = new SharedBackend().connect();
  const { open, stored } = await shop({
    ...backend,
    update: async (...values: Parameters<typeof backend.update>) => {
      await working.passed;
      return backend.update(...values);
    },
  });
  const request = await open();
  request.session.data.name = 'bob';
  const committing = request.commit();
  expect(() => request.session.data.cart.push(2)).toThrow(/WRITE_AFTER_RELEASE/);
  working.open();
  expect(await committing).toBe(200);
  expect(await stored()).toEqual({ ...LOADED, name: 'bob' });
});

test('a variable that held the session or its lists before throws where it writes', async () => {
  const { open, stored } = await shop();
  const request = await open();
  const { data } = request.session;
  const { cart } = data;
  await request.commit();
  for (const write of [
    () => {
      data.late = 1;
    },
    () => {
      data.name = 'bob';
    },
    () => delete data.name,
    () => cart.push(2),
    () => cart[0].tags.push('b'),
  ]) {
    expect(write).toThrow(TypeError);
  }
  expect(() => data.set('late', 1)).toThrow(/WRITE_AFTER_RELEASE/);
  expect(await stored()).toEqual(LOADED);
});

test("what the app put into the session stays the app's to change", async () => {
  const { open, stored } = await shop();
  const user = { name: 'bob', visits: 1 };
  const product = { id: 2, tags: [] as string[] };
  const request = await open();
  request.session.data.user = user;
  request.session.data.cart.push(product);
  await request.commit();
  user.visits += 1;
  product.tags.push('new');
  expect(await stored()).toMatchObject({ user: { visits: 1 }, cart: [{ id: 1 }, { id: 2, tags: [] }] });
});

test('reading goes on as before, also for the first time', async () => {
  for (const isTouched of [true, false]) {
    const { open, lines } = await shop();
    const request = await open();
    const id = isTouched ? request.session.data.id : undefined;
    await request.commit();
    const { data } = request.session;
    expect({ ...data }).toEqual(LOADED);
    expect(JSON.parse(JSON.stringify(data))).toEqual(LOADED);
    expect([data.get('name'), data.has('cart'), data.has('no'), data.get('no', 5)]).toEqual(['ann', true, false, 5]);
    expect(data.all()).toEqual({ cart: LOADED.cart, name: 'ann' });
    expect(Array.isArray(data.cart)).toBe(true);
    expect(data.cart.map((item: { id: number }) => item.id)).toEqual([1]);
    expect([...data.cart[0].tags]).toEqual(['a']);
    expect('name' in data).toBe(true);
    if (isTouched) expect(data.id).toBe(id);
    expect(request.session.data).toBe(data);
    expect(data.getFlash('no', 'none')).toBe('none');
    expect(lines).toEqual([]);
  }
});

test('a late save() of what is stored already has nothing to do', async () => {
  const { open } = await shop();
  const request = await open();
  request.session.data.name = 'bob';
  await request.commit();
  await expect(request.session.data.save()).resolves.toBeUndefined();
});
