import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { RequestSession, Session, SessionEngine, SessionOutcome, SessionRoute } from '../src/index.js';
import { closeApps, startApp } from './running-app.js';

afterEach(closeApps);

interface Recording {
  readonly engine: SessionEngine;
  readonly steps: string[];
  readonly outcomes: SessionOutcome[];
}

/** An engine that writes down what the pipeline asks of it. `commit` takes `storeMs` and may fail. */
function recordingEngine(options: { storeMs?: number; isExclusive?: boolean; failure?: Error } = {}): Recording {
  const steps: string[] = [];
  const outcomes: SessionOutcome[] = [];
  const begin = (_request: unknown, route: SessionRoute): RequestSession => {
    steps.push(`begin ${route.label}`);
    return {
      isExclusive: options.isExclusive ?? false,
      load: async () => void steps.push('load'),
      data: {} as Session,
      replace: () => {},
      id: 'id',
      regenerate: () => 'id',
      destroy: () => {},
      commit: async (outcome) => {
        outcomes.push(outcome);
        await pause(options.storeMs ?? 0);
        if (options.failure !== undefined) throw options.failure;
        steps.push('stored');
      },
      release: async () => void steps.push('released'),
      setCookie: 'tina4_session=x; Path=/',
      wasUsed: true,
    };
  };
  return { engine: { begin, close: async () => {} }, steps, outcomes };
}

test('a redirect leaves only after the session is stored, however slow the store is', async () => {
  const { engine, steps } = recordingEngine({ storeMs: 500 });
  const { fetch } = await startApp((router) => void router.post('/login', async (_req, res) => res.redirect('/home')), {
    sessions: engine,
  });
  const response = await fetch('/login', { method: 'POST' });
  expect(response.status).toBe(302);
  expect(steps).toEqual(['begin POST /login', 'load', 'stored']);
  expect(response.headers.getSetCookie()).toEqual(['tina4_session=x; Path=/']);
  expect(response.headers.get('cache-control')).toBe('private, no-cache');
});

test('the session cookie stands beside the cookies of the handler', async () => {
  const { engine } = recordingEngine();
  const { fetch } = await startApp((router) => void router.get('/', (_req, res) => res.cookie('a', 1).json(1)), {
    sessions: engine,
  });
  expect((await fetch('/')).headers.getSetCookie()).toEqual(['a=1; Path=/', 'tina4_session=x; Path=/']);
});

test('when the session cannot be stored the client gets the error and nothing of the answer', async () => {
  const failure = Object.assign(new Error('changed by another request'), {
    status: 409,
    code: 'T4_SESSION_CONFLICT',
    retryAfterSeconds: 1,
  });
  const { engine } = recordingEngine({ failure });
  const { fetch } = await startApp(
    (router) => void router.post('/', (_req, res) => res.header('X-Own', '1').cookie('own', '1').json({ ok: true })),
    { sessions: engine },
  );
  const response = await fetch('/', { method: 'POST' });
  expect(response.status).toBe(409);
  expect(await response.json()).toEqual({
    error: 'changed by another request',
    code: 'T4_SESSION_CONFLICT',
    status: 409,
  });
  expect([response.headers.get('retry-after'), response.headers.get('x-own')]).toEqual(['1', null]);
});

test('what was set before a throw is stored before the error is answered', async () => {
  const { engine, steps, outcomes } = recordingEngine();
  const { fetch } = await startApp(
    (router) => {
      router.get('/', async () => {
        steps.push('handler');
        throw new Error('x');
      });
    },
    { sessions: engine },
  );
  expect((await fetch('/')).status).toBe(500);
  expect(steps).toEqual(['begin GET /', 'load', 'handler', 'stored']);
  expect(outcomes).toEqual([{ status: 500, isHandlerDone: false }]);
});

test('a request that will hold the session reads its body first, any other does not wait for the body to load', async () => {
  const slowBody = (): ReadableStream<Uint8Array> => {
    const parts = ['{"a"', ':1}'];
    return new ReadableStream({
      async pull(controller) {
        await pause(30);
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(part));
      },
    });
  };
  for (const isExclusive of [true, false]) {
    const { engine, steps } = recordingEngine({ isExclusive });
    const { fetch } = await startApp((router) => void router.post('/', (req, res) => res.json(req.body)), {
      sessions: engine,
    });
    const response = await fetch('/', {
      method: 'POST',
      body: slowBody(),
      headers: { 'content-type': 'application/json' },
      duplex: 'half',
    } as RequestInit);
    expect(await response.json()).toEqual({ a: 1 });
    expect(steps).toEqual(['begin POST /', 'load', 'stored']);
  }
});

test('a broken body of an exclusive request is refused before the session is loaded', async () => {
  const { engine, steps } = recordingEngine({ isExclusive: true });
  const { post } = await startApp((router) => void router.post('/', (_req, res) => res.json(1)), { sessions: engine });
  expect((await post('/', '{', 'application/json')).status).toBe(400);
  expect(steps).toEqual(['begin POST /', 'stored']);
});

test('a path without a route opens no session, and global middleware still surrounds it', async () => {
  const { engine, steps } = recordingEngine();
  const { fetch } = await startApp(
    (router) => {
      router.use(async (req, res, next) => {
        const result = await next(req, res);
        res.header('X-Global', String(res.statusCode));
        return result;
      });
    },
    { sessions: engine },
  );
  const response = await fetch('/nowhere');
  expect([response.status, response.headers.get('x-global')]).toEqual([404, '404']);
  expect(steps).toEqual(['begin GET (no route)', 'stored']);
});

test('a body that writes itself starts after the session is released, and is committed once more at its end', async () => {
  const { engine, steps } = recordingEngine();
  const { fetch } = await startApp(
    (router) => {
      router.get('/', (_req, res) =>
        res.write(async (raw, head) => {
          steps.push('first byte');
          raw.writeHead(head.status, head.headers);
          raw.end('streamed');
        }, 'text/plain'),
      );
    },
    { sessions: engine },
  );
  const response = await fetch('/');
  expect([await response.text(), response.headers.getSetCookie()]).toEqual(['streamed', ['tina4_session=x; Path=/']]);
  // The last step runs when the client has its answer already.
  for (let tries = 0; tries < 100 && steps.length < 5; tries++) await pause(5);
  expect(steps).toEqual(['begin GET /', 'load', 'released', 'first byte', 'stored']);
});

test('only a request whose handler ran to its end tells the engine about its route', async () => {
  const { engine, outcomes } = recordingEngine();
  const { fetch } = await startApp(
    (router) => {
      router.get('/open', (_req, res) => res.json(1));
      router.get(
        '/closed',
        (_req, res) => res.json(1),
        async (_req, res) => res.status(401).json({ error: 'no' }),
      );
    },
    { sessions: engine },
  );
  await fetch('/open');
  await fetch('/closed');
  expect(outcomes).toEqual([
    { status: 200, isHandlerDone: true },
    { status: 401, isHandlerDone: false },
  ]);
});

test('without a session engine req.session says how to get one', async () => {
  const { fetch, logged } = await startApp((router) => void router.get('/', (req, res) => res.json(req.session)));
  expect((await fetch('/')).status).toBe(500);
  expect(logged.join()).toContain('T4_SESSION_ENGINE_MISSING');
});

test('closing an app lets a running request finish', async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let entered = (): void => {};
  const isEntered = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const { app, fetch } = await startApp((router) => {
    router.get('/slow', async (_req, res) => {
      entered();
      await held;
      return res.json('done');
    });
  });
  const answering = fetch('/slow');
  await isEntered;
  const closing = app.close(5000);
  release();
  expect(await (await answering).json()).toBe('done');
  await closing;
});
