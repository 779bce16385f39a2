import { afterEach, expect, test } from '@jest/globals';
import type { Middleware, Router } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

const start = (middleware: Middleware[], log: string[] = []) =>
  startApp((router: Router) => {
    router.get(
      '/',
      async (_req, res) => {
        log.push('handler');
        return res.json('handler');
      },
      middleware,
    );
  });

test('layers run in order on the way in and in reverse on the way out', async () => {
  const log: string[] = [];
  const layer =
    (name: string): Middleware =>
    async (req, res, next) => {
      log.push(`${name}: before`);
      const result = await next(req, res);
      log.push(`${name}: after`);
      return result;
    };
  const { fetch } = await start([layer('A'), layer('B'), layer('C')], log);
  await fetch('/');
  expect(log).toEqual(['A: before', 'B: before', 'C: before', 'handler', 'C: after', 'B: after', 'A: after']);
});

test('a bare next() that is not awaited goes on, and the answer waits for the handler', async () => {
  const { fetch } = await start([(_req, _res, next) => void next()]);
  expect(await (await fetch('/')).json()).toBe('handler');
});

test('next() called later from a callback goes on', async () => {
  const { fetch } = await start([(_req, _res, next) => void setImmediate(() => next())]);
  expect(await (await fetch('/')).json()).toBe('handler');
});

test('a layer that answers without next() ends the chain', async () => {
  const log: string[] = [];
  const { fetch } = await start([async (_req, res) => res.status(401).json({ error: 'no' })], log);
  expect([(await fetch('/')).status, log]).toEqual([401, []]);
});

test('a layer that answers and returns nothing ends the chain too', async () => {
  const log: string[] = [];
  const { fetch } = await start([(_req, res) => void res.status(403).json({ error: 'no' })], log);
  expect([(await fetch('/')).status, log]).toEqual([403, []]);
});

test('an async layer that neither goes on nor answers is a 500 that names it', async () => {
  const forgetful: Middleware = async function forgetful() {};
  const { fetch, logged } = await start([forgetful]);
  expect((await fetch('/')).status).toBe(500);
  expect(logged.join()).toContain('"forgetful" neither called next() nor answered');
});

test('calling next() twice is a 500 and runs the handler once', async () => {
  const log: string[] = [];
  const { fetch } = await start(
    [
      async (_req, _res, next) => {
        await next();
        return await next();
      },
    ],
    log,
  );
  expect([(await fetch('/')).status, log]).toEqual([500, ['handler']]);
});

test('a failure inside reaches a layer that awaits next()', async () => {
  const { fetch } = await start([
    async (_req, res, next) => {
      try {
        return await next();
      } catch {
        return res.status(503).json('caught');
      }
    },
    async () => {
      throw new Error('inner');
    },
  ]);
  expect((await fetch('/')).status).toBe(503);
});
