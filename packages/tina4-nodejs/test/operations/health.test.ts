import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Router } from '@tina4/core';
import { closeApps, type RunningApp, startApp } from '../../../core/test/running-app.js';
import { Health, type HealthOptions, registerHealth } from '../../src/operations/health.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-health-'));
});
afterEach(async () => {
  await closeApps();
  Health.unregister('mail');
  await rm(folder, { recursive: true });
});

function start(
  options: Partial<HealthOptions> = {},
  register: (router: Router) => void = () => {},
): Promise<RunningApp> {
  return startApp((router) => {
    register(router);
    const fixed = { version: '1.2.3', brokenFile: join(folder, '.broken'), timeoutMs: 50 };
    registerHealth(router, { ...fixed, ...options }, '/__health');
  });
}

test.each(['/health', '/__health'])('%s tells that all is well, in the fields of every edition', async (path) => {
  const { fetch } = await start({ database: async () => true });
  const answer = await fetch(path);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    status: 'ok',
    database: 'connected',
    uptime_seconds: expect.any(Number),
    uptime: expect.any(Number),
    timestamp: expect.stringMatching(/Z$/),
    version: '1.2.3',
    framework: 'tina4-nodejs',
  });
});

test('a database that does not answer makes it degraded', async () => {
  const { fetch } = await start({ database: () => Promise.reject(new Error('no')) });
  const answer = await fetch('/health');
  expect([answer.status, await answer.json()]).toEqual([
    503,
    expect.objectContaining({ status: 'degraded', database: 'disconnected' }),
  ]);
});

test.each<[string, () => unknown]>([
  ['rejects', () => Promise.reject(new Error('smtp://secret'))],
  [
    'throws',
    () => {
      throw new Error('smtp://secret');
    },
  ],
  ['is false', () => false],
  ['never answers', () => new Promise(() => {})],
])('a registered check that %s answers 503 without telling why', async (_what, check) => {
  Health.register('mail', check);
  const { fetch } = await start();
  const answer = await fetch('/health');
  const text = await answer.text();
  expect([answer.status, JSON.parse(text).checks]).toEqual([503, { mail: 'failed' }]);
  expect(text).not.toContain('secret');
});

test('a registered check that passes is listed', async () => {
  Health.register('mail', async () => {});
  const { fetch } = await start();
  expect(await (await fetch('/health')).json()).toMatchObject({ status: 'ok', checks: { mail: 'ok' } });
});

test('the file .broken takes the app out of service until it is removed', async () => {
  const { fetch } = await start();
  await writeFile(join(folder, '.broken'), '');
  const answer = await fetch('/health');
  expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([503, 'broken']);
  await rm(join(folder, '.broken'));
  expect((await fetch('/health')).status).toBe(200);
});

test("the app's own /health wins", async () => {
  const { fetch } = await start({}, (router) => router.get('/health', (_req, res) => res.json({ mine: true })));
  expect(await (await fetch('/health')).json()).toEqual({ mine: true });
  expect((await fetch('/__health')).status).toBe(200);
});
