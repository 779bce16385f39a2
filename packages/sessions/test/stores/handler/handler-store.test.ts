import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { storeConformance } from '../../../src/conformance/store-conformance.js';
import { HandlerStore, type SessionHandler } from '../../../src/stores/handler/handler-store.js';

/** A handler as an app would write it, over JSON text, a turn of the event loop slow. */
class JsonHandler implements SessionHandler {
  readonly written = new Map<string, string>();
  lastTtl = 0;

  async read(id: string): Promise<unknown> {
    await turn();
    const text = this.written.get(id);
    return text === undefined ? null : JSON.parse(text);
  }

  async write(id: string, data: unknown, ttl: number): Promise<void> {
    await turn();
    this.lastTtl = ttl;
    this.written.set(id, JSON.stringify(data));
  }

  async destroy(id: string): Promise<void> {
    this.written.delete(id);
  }
}

const spaces = new Map<string, HandlerStore>();

storeConformance({
  test,
  createStore({ space, now }) {
    const store = spaces.get(space) ?? new HandlerStore(new JsonHandler(), now);
    spaces.set(space, store);
    return store;
  },
  lacks: {
    leases: 'it belongs to one process, whose queue is enough',
    clients: 'there is one object, with one clock and one end',
    damage: 'the handler decides what its bytes are',
    outage: 'it is never away',
    sweep: 'the handler removes by itself',
    listing: 'a handler cannot list what it holds',
  },
});

test('the handler is told a lifetime in seconds that ends after the session does', async () => {
  const handler = new JsonHandler();
  const store = new HandlerStore(handler, () => 0);
  await store.create('a'.repeat(64), { text: 'x', expiresAt: 3_600_000 });
  expect(handler.lastTtl).toBe(3660);
});

test('a handler that fails is a store that is away, and what it knew is not repeated', async () => {
  const store = new HandlerStore({
    read: () => {
      throw new Error('password is 1234');
    },
    write: () => {},
    destroy: () => {},
  });
  const failure = await store.read('a'.repeat(64)).catch((error: Error) => error);
  expect(failure).toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
  expect((failure as Error).message).not.toContain('1234');
});

test('a handler that gives back something else than was written has no session', async () => {
  const store = new HandlerStore({ read: () => ({ user: 1 }), write: () => {}, destroy: () => {} });
  expect(await store.read('a'.repeat(64))).toBeUndefined();
});
