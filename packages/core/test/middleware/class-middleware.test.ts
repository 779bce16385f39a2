import { afterEach, expect, test } from '@jest/globals';
import type { Response as Answer, Request } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

type Hook = (req: Request, res: Answer) => unknown;

/** A class with one hook on each side that note their turn. */
function noting(name: string, turns: string[]) {
  return class {
    static beforeIt(): void {
      turns.push(`${name}: before`);
    }
    static afterIt(): void {
      turns.push(`${name}: after`);
    }
  };
}

test('hooks of global, group and route classes unwind in reverse', async () => {
  const turns: string[] = [];
  const { fetch } = await startApp((router) => {
    router.use(noting('A', turns));
    router.group(
      '/api',
      () =>
        router.get(
          '/x',
          (_req, res) => {
            turns.push('Handler');
            return res.json({});
          },
          [noting('C', turns)],
        ),
      [noting('B', turns)],
    );
  });
  await fetch('/api/x');
  expect(turns.join(', ')).toBe('A: before, B: before, C: before, Handler, C: after, B: after, A: after');
});

test('inherited hooks run first, those of one class in the order of its source, an overridden one once', async () => {
  const turns: string[] = [];
  class Base {
    static beforeOne(): void {
      turns.push('base one');
    }
    static beforeTwo(): void {
      turns.push('base two');
    }
  }
  class Derived extends Base {
    static beforeThree(): void {
      turns.push('three');
    }
    static override beforeOne(): void {
      turns.push('one');
    }
  }
  const { fetch } = await startApp((router) => router.get('/', (_req, res) => res.json({}), Derived));
  await fetch('/');
  expect(turns).toEqual(['one', 'base two', 'three']);
});

test.each<[string, Hook, number, string]>([
  ['answers', (_req, res) => res.json({ no: 1 }, 401), 401, '{"no":1}'],
  ['answers without returning', (_req, res) => void res.json({ no: 1 }, 401), 401, '{"no":1}'],
  [
    'answers with 200 and returns the pair',
    (req, res) => [req, res.json({ maintenance: true })],
    200,
    '{"maintenance":true}',
  ],
  ['only sets a status from 400 on', (req, res) => [req, res.status(418)], 418, ''],
  ['returns false', () => false, 403, '{"error":"Forbidden","status":403}'],
])(
  'a before hook that %s keeps the handler from running, and after hooks still run',
  async (_what, hook, status, body) => {
    let hasHandlerRun = false;
    class Guard {
      static beforeGuard(req: Request, res: Answer): unknown {
        return hook(req, res);
      }
      static afterGuard(req: Request, res: Answer): unknown {
        return [req, res.header('X-After', 'yes')];
      }
    }
    const { fetch } = await startApp((router) => {
      router.get(
        '/',
        (_req, res) => {
          hasHandlerRun = true;
          return res.json({});
        },
        Guard,
      );
    });
    const answer = await fetch('/');
    expect([answer.status, await answer.text(), answer.headers.get('x-after')]).toEqual([status, body, 'yes']);
    expect(hasHandlerRun).toBe(false);
  },
);

test('a hook that throws is logged and answered with 500, and the after hooks see that status', async () => {
  let seen = 0;
  class Broken {
    static async beforeIt(): Promise<void> {
      throw new Error('broken hook');
    }
    static afterIt(_req: Request, res: Answer): void {
      seen = res.statusCode;
    }
  }
  const { fetch, logged } = await startApp((router) => router.get('/', (_req, res) => res.json({}), Broken));
  const answer = await fetch('/');
  expect([answer.status, await answer.json()]).toEqual([500, { error: 'Internal Server Error', status: 500 }]);
  expect(seen).toBe(500);
  expect(logged.join()).toContain('broken hook');
});

test('a class without hooks stops the start', async () => {
  class Empty {}
  await expect(startApp((router) => router.get('/', (_req, res) => res.json({}), Empty))).rejects.toThrow(
    'T4_MIDDLEWARE_CLASS',
  );
});

test('an unknown name stops the start, naming route and name', async () => {
  await expect(startApp((router) => router.get('/x', (_req, res) => res.json({}), 'requireLogin'))).rejects.toThrow(
    /T4_MIDDLEWARE_UNKNOWN: GET \/x .*"requireLogin"/,
  );
});
