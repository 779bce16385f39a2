import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Response as Answer, createApp, type RequestSession, type SessionEngine } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

/** An engine whose sessions are stored 30 ms after they are asked to be, or not at all. */
function slowEngine(failure?: Error): { engine: SessionEngine; stored: string[] } {
  const stored: string[] = [];
  const begin = (): RequestSession => ({
    isExclusive: false,
    load: () => undefined,
    data: {},
    replace: () => {},
    id: 'id',
    regenerate: () => 'id',
    destroy: () => {},
    commit: () => undefined,
    release: async () => {
      await pause(30);
      if (failure !== undefined) throw failure;
      stored.push('released');
    },
    setCookie: 'session=x; Path=/',
    wasUsed: true,
  });
  return { engine: { begin, close: async () => {} }, stored };
}

const writing: Record<string, (res: Answer) => unknown> = {
  'writeHead with an object': (res) => res.raw.writeHead(201, { 'X-Own': '1', 'set-cookie': 'own=1' }).end('raw'),
  'writeHead with a list': (res) => res.raw.writeHead(201, ['X-Own', '1', 'Set-Cookie', 'own=1']).end('raw'),
  'writeHead with a reason': (res) =>
    res.raw.writeHead(201, 'Made', { 'X-Own': '1', 'Set-Cookie': ['own=1'] }).end('raw'),
  'headers set before, and end alone': (res) => {
    res.raw.statusCode = 201;
    res.raw.setHeader('X-Own', '1').appendHeader('Set-Cookie', 'own=1');
    res.raw.end('raw');
  },
  'write after write': (res) => {
    res.raw.statusCode = 201;
    res.raw.setHeader('X-Own', '1').setHeader('Set-Cookie', 'own=1');
    res.raw.write('r');
    res.raw.write('a');
    res.raw.end('w');
  },
  'a stream that is piped, and awaited': async (res) => {
    res.raw.statusCode = 201;
    res.raw.setHeader('X-Own', '1').setHeader('Set-Cookie', 'own=1');
    await pipeline(Readable.from(['r', 'a', 'w']), res.raw);
  },
  'an answer after the handler is over': (res) => {
    setTimeout(() => res.raw.writeHead(201, { 'X-Own': '1', 'Set-Cookie': 'own=1' }).end('raw'), 10);
  },
};

describe('an answer written to the raw response leaves when the session is stored, with the cookies', () => {
  for (const [what, write] of Object.entries(writing)) {
    test(what, async () => {
      const { engine, stored } = slowEngine();
      const { fetch, logged } = await startApp(
        (router) => {
          router.get('/x', (_req, res) => {
            res.cookie('login', 1).header('X-Rate', 5);
            return write(res) instanceof Promise ? pause(60) : undefined;
          });
        },
        { sessions: engine },
      );
      const response = await fetch('/x');
      expect(stored).toEqual(['released']);
      expect([response.status, await response.text(), response.headers.get('x-own')]).toEqual([201, 'raw', '1']);
      expect(new Set(response.headers.getSetCookie())).toEqual(
        new Set(['own=1', 'login=1; Path=/', 'session=x; Path=/']),
      );
      expect([response.headers.get('x-rate'), response.headers.get('cache-control')]).toEqual([
        '5',
        'private, no-cache',
      ]);
      expect(logged).toEqual([]);
    });
  }

  test('without a session it leaves at once', async () => {
    let isSent = false;
    const { fetch } = await startApp((router) => {
      router.get('/x', (_req, res) => {
        res.cookie('a', 1).raw.end('raw');
        isSent = res.raw.headersSent;
      });
    });
    expect((await fetch('/x')).headers.get('set-cookie')).toBe('a=1; Path=/');
    expect(isSent).toBe(true);
  });
});

describe('when the session cannot be stored', () => {
  const away = Object.assign(new Error('away'), { status: 503, code: 'T4_SESSION_UNAVAILABLE' });
  for (const [what, write] of Object.entries(writing)) {
    test(`${what} is answered with the error, and nothing of the answer`, async () => {
      const { engine } = slowEngine(away);
      const { fetch } = await startApp(
        (router) => {
          router.get('/x', (_req, res) => write(res.cookie('login', 1)));
        },
        { sessions: engine },
      );
      const response = await fetch('/x');
      expect([response.status, response.headers.getSetCookie()]).toEqual([503, ['session=x; Path=/']]);
      expect(await response.json()).toMatchObject({ code: 'T4_SESSION_UNAVAILABLE' });
    });
  }
});

test('looking at the raw response changes nothing for an answer of the framework', async () => {
  const { engine } = slowEngine();
  const { fetch } = await startApp(
    (router) => {
      router.get('/x', (_req, res) => {
        res.raw.setHeader('X-Own', 'kept');
        return res.cookie('a', 1).json({ isSent: res.raw.headersSent });
      });
    },
    { sessions: engine },
  );
  const response = await fetch('/x');
  expect([response.headers.get('x-own'), response.headers.getSetCookie(), await response.json()]).toEqual([
    'kept',
    ['a=1; Path=/', 'session=x; Path=/'],
    { isSent: false },
  ]);
});

test('a handler that throws in the middle of its own answer cuts it', async () => {
  const { fetch, logged } = await startApp((router) => {
    router.get('/x', async (_req, res) => {
      res.raw.write('half');
      throw new Error('no luck');
    });
  });
  await expect(fetch('/x').then((response) => response.text())).rejects.toThrow();
  expect(logged.join()).toContain('no luck');
});

test('a response that a server in front has answered is warned of, naming the route and what was not sent', async () => {
  const { createServer } = await import('node:http');
  const warnings: string[] = [];
  const log = { debug: () => {}, info: () => {}, error: () => {}, warn: (line: string) => warnings.push(line) };
  const app = createApp({ log, sessions: slowEngine().engine });
  app.router.get('/x', (_req, res) => res.cookie('a', 1).json({}));
  const server = createServer((raw, rawResponse) => {
    rawResponse.end('from the server in front');
    void app.handle(raw, rawResponse);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  expect(await (await fetch(`http://127.0.0.1:${port}/x`)).text()).toBe('from the server in front');
  server.close();
  expect(warnings).toEqual([
    'GET /x was answered past the framework, so the session cookie and the cookies of res.cookie() were not sent.',
  ]);
});
