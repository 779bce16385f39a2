import { afterEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore, type SessionStore } from '@tina4/sessions';
import { Tina4Error } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

/** A store that is away. */
function brokenStore(): SessionStore {
  const fail = async (): Promise<never> => {
    throw new Error('connect ECONNREFUSED');
  };
  return Object.assign(new MemoryStore(), { read: fail, lock: fail, create: fail });
}

test('a store that is away costs a line a second, without a stack, and the requests are counted', async () => {
  const contexts: object[] = [];
  const lines: string[] = [];
  const note = (message: string, context: object = {}): void => {
    lines.push(message);
    contexts.push(context);
  };
  const log = { debug: () => {}, info: () => {}, warn: note, error: note };
  const sessions = createSessionEngine({ store: brokenStore(), log });
  const app = await startApp((router) => router.get('/', (req, res) => res.json(req.session.all())), { sessions, log });
  const cookie = `tina4_session=${'A'.repeat(43)}`;
  const startedAt = performance.now();
  let answers = 0;
  while (performance.now() - startedAt < 2200) {
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await app.fetch('/', { headers: { cookie } })).status),
    );
    expect(new Set(statuses)).toEqual(new Set([503]));
    answers += statuses.length;
  }
  const requestLines = lines.filter((line) => line.startsWith('GET / failed with 503'));
  expect(requestLines.length).toBeGreaterThanOrEqual(2);
  expect(requestLines.length).toBeLessThanOrEqual(4);
  expect(lines.join('\n')).not.toMatch(/\n\s+at /);
  const counted = contexts.flatMap((context) =>
    'answersInLastSecond' in context ? [context.answersInLastSecond as number] : [],
  );
  expect(counted.reduce((sum, count) => sum + count, 1)).toBeGreaterThan(answers / 3);
}, 20_000);

test('that a session is held for too long is for the engine to log, and is not logged again', async () => {
  const { fetch, logged } = await startApp((router) => {
    router.get('/busy', () => {
      throw new Tina4Error('T4_SESSION_BUSY', 'Another request held it.', { status: 503 });
    });
  });
  expect((await fetch('/busy')).status).toBe(503);
  expect(logged).toEqual([]);
});

test('a 503 of other code has its stack in the log', async () => {
  const { fetch, logged } = await startApp((router) => {
    router.get('/down', () => {
      throw Object.assign(new Error('the bank does not answer'), { status: 503 });
    });
  });
  await fetch('/down');
  expect(logged.join()).toMatch(/the bank does not answer[\s\S]*\n\s+at .*outages\.test/);
});
