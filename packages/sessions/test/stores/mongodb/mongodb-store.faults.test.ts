import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startMongodb } from '../../../../../test/services/index.js';
import { findMongodbProgram, type MongodbServer } from '../../../../../test/services/mongodb.js';
import type { SessionStore } from '../../../src/session-store.js';
import { connectMongodb } from '../../../src/stores/mongodb/mongodb-connection.js';
import { openMongodbStore } from '../../../src/stores/mongodb/mongodb-store.js';
import { expectHeldLeaseIsReturned, expectLateLeaseIsReturned } from '../late-lease.js';
import { startTcpProxy } from '../tcp-proxy.js';

const TIMEOUT_MS = 1000;
const LATE_MS = 4000;
const newKey = () => createHash('sha256').update(randomBytes(16)).digest('hex');
const write = (text: string) => ({ text, expiresAt: Date.now() + 3_600_000 });
const found = findMongodbProgram();
const describeFound = found === undefined ? describe.skip : describe;

async function expectUnavailable(call: () => unknown): Promise<void> {
  const start = performance.now();
  await expect(Promise.resolve().then(call)).rejects.toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
  expect(performance.now() - start).toBeLessThan(LATE_MS);
}

async function recovered(store: SessionStore, key: string): Promise<string | undefined> {
  const end = performance.now() + 15_000;
  for (;;) {
    try {
      return (await store.read(key))?.text;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describeFound(`mongodb (${found?.kind ?? 'skipped: no server is installed'})`, () => {
  let server: MongodbServer;
  let store: SessionStore;

  beforeAll(async () => {
    server = await startMongodb();
    store = await openMongodbStore({ backend: 'mongodb', url: server.url, timeoutMs: TIMEOUT_MS });
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });

  test('a server that stops answering costs a deadline, and nothing once it goes on', async () => {
    const key = newKey();
    const version = (await store.create(key, write('kept'))) ?? '';

    server.pause();
    try {
      await expectUnavailable(() => store.update(key, write('lost or not'), version));
      await expectUnavailable(() => store.read(key));
      await Promise.all(Array.from({ length: 20 }, () => expectUnavailable(() => store.read(key))));
    } finally {
      server.resume();
    }

    expect(['kept', 'lost or not']).toContain(await recovered(store, key));
  });

  test('a lease that the server grants after its request gave up keeps nobody waiting', async () => {
    const other = await openMongodbStore({ backend: 'mongodb', url: server.url, timeoutMs: TIMEOUT_MS });
    await expectLateLeaseIsReturned({ store: other, pause: () => server.pause(), resume: () => server.resume() });
  });

  test('a session that a request held when its server stood still is free again soon after it goes on', async () => {
    const other = await openMongodbStore({ backend: 'mongodb', url: server.url, timeoutMs: TIMEOUT_MS });
    await expectHeldLeaseIsReturned({ store: other, pause: () => server.pause(), resume: () => server.resume() });
  });

  test('a server that is killed and started again still has what it acknowledged', async () => {
    const keys = Array.from({ length: 20 }, newKey);
    for (const key of keys) await store.create(key, write(key));

    await server.kill();
    await expectUnavailable(() => store.read(keys[0] ?? ''));
    await server.restart();

    expect(await recovered(store, keys[0] ?? '')).toBe(keys[0]);
    for (const key of keys) expect((await store.read(key))?.text).toBe(key);
  });

  test('a server that lets us only read serves sessions and refuses to store', async () => {
    const args: string[] = [];
    const guarded = await startMongodb({ args });
    const settings = { backend: 'mongodb', database: 'shop', timeoutMs: 5000 } as const;
    try {
      const { client } = await connectMongodb({ ...settings, url: guarded.url });
      await client.db('admin').command({ createUser: 'anna', pwd: 'hunter2', roles: [{ role: 'read', db: 'shop' }] });
      await client.close();
      const writer = await openMongodbStore({ ...settings, url: guarded.url });
      const key = newKey();
      const version = (await writer.create(key, write('kept'))) ?? '';
      await writer.close();
      args.push('--auth');
      await guarded.restart();

      const url = `mongodb://anna:hunter2@127.0.0.1:${guarded.port}/?authSource=admin`;
      const reader = await openMongodbStore({ ...settings, url });
      const lease = { owner: 'o'.repeat(22), label: 'POST /cart', durationMs: 5000 };
      for (const refused of [
        () => reader.lock(key, lease),
        () => reader.create(newKey(), write('new')),
        () => reader.update(key, write('new'), version),
      ]) {
        await expect(refused()).rejects.toMatchObject({ code: 'T4_STORE_REFUSED' });
      }
      expect(await reader.read(key)).toMatchObject({ text: 'kept', version });
      await reader.close();
    } finally {
      await guarded.stop();
    }
  }, 60_000);

  test('a commit whose answer is lost is found by the next one as its own', async () => {
    const proxy = await startTcpProxy(server.port);
    const url = server.url.replace(/:\d+\//, `:${proxy.port}/`);
    const cut = await openMongodbStore({ backend: 'mongodb', url, timeoutMs: TIMEOUT_MS });
    try {
      const key = newKey();
      const version = (await cut.create(key, write('before'))) ?? '';

      proxy.cutAnswerTo('written-and-unheard');
      await expectUnavailable(() => cut.update(key, write('written-and-unheard'), version));
      proxy.heal();
      const text = await recovered(cut, key);
      const again = await cut.update(key, write('written-and-unheard'), version);

      expect(text).toBe('written-and-unheard');
      expect(again).toMatchObject({ outcome: 'conflict', current: { text: 'written-and-unheard' } });
    } finally {
      await cut.close();
      await proxy.close();
    }
  });
});
