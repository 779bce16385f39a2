import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeApps();
});

/** A connection, and all that it received when it has ended; rejects when it was reset. */
async function open({ port }: RunningApp, sent = ''): Promise<{ socket: Socket; received: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const received = text(socket);
  received.catch(() => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  if (sent !== '') socket.write(sent);
  return { socket, received };
}

async function msUntil(ended: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await ended;
  return performance.now() - start;
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const answering = (): Promise<RunningApp> => startApp((router) => void router.get('/', (_req, res) => res.json(1)));

describe('a stop does not wait for a connection that', () => {
  test('never sent anything', async () => {
    const running = await answering();
    await open(running);
    expect(await msUntil(running.app.close(20_000))).toBeLessThan(3000);
  });

  test('sent half a head', async () => {
    const running = await answering();
    await open(running, 'GET / HTTP/1.1\r\nHos');
    expect(await msUntil(running.app.close(20_000))).toBeLessThan(3000);
  });

  test('has its answer and waits for its next request', async () => {
    const running = await answering();
    const { socket } = await open(running, GET);
    await new Promise((resolve) => socket.once('data', resolve));
    expect(await msUntil(running.app.close(20_000))).toBeLessThan(3000);
  });
});

describe('while a server stops', () => {
  test('a running request gets its answer, which says Connection: close', async () => {
    const running = await startApp((router) => {
      router.get('/', async (_req, res) => {
        void running.app.close(20_000);
        await pause(50);
        return res.json({ done: true });
      });
    });
    const { received } = await open(running, GET);
    expect(await received).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*\{"done":true\}$/);
  });

  test('a request on a connection that was idle is answered, and the connection closed after it', async () => {
    const running = await answering();
    const { socket, received } = await open(running, GET);
    await new Promise((resolve) => socket.once('data', resolve));
    const closing = running.app.close(20_000);
    socket.write(GET);
    const [first, second] = (await received).split('HTTP/1.1 ').slice(1);
    expect([first?.startsWith('200'), first?.includes('Connection: close')]).toEqual([true, false]);
    expect([second?.startsWith('200'), second?.includes('Connection: close')]).toEqual([true, true]);
    await closing;
  });

  test('what a handler says about keeping the connection does not keep it', async () => {
    const running = await startApp((router) => {
      router.get('/', (_req, res) => {
        void running.app.close(20_000);
        return res.header('Connection', 'keep-alive').json(1);
      });
    });
    const { received } = await open(running, GET);
    expect(await received).toContain('Connection: close');
  });

  test('requests of connections that were just made are answered', async () => {
    const running = await answering();
    const made = Array.from({ length: 20 }, () => open(running, GET));
    const opened = await Promise.all(made);
    await running.app.close(20_000);
    const answers = await Promise.all(opened.map(({ received }) => received));
    expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 200'))).toEqual([]);
  });

  test('a large answer that the client takes slowly arrives whole', async () => {
    const body = Buffer.alloc(30_000_000, 'x');
    const running = await startApp((router) => void router.get('/', (_req, res) => res.send(body)));
    const agent = new Agent({ keepAlive: true });
    const response = await new Promise<IncomingMessage>((resolve) => get(running.url, { agent }, resolve));
    response.pause();
    const closing = running.app.close(20_000);
    await pause(600);
    let length = 0;
    for await (const chunk of response) length += (chunk as Buffer).length;
    expect(length).toBe(body.length);
    agent.destroy();
    await closing;
  });
});

describe('req.signal', () => {
  test('tells a stream that the server stops, and the stream can end itself', async () => {
    const reasons: unknown[] = [];
    const running = await startApp((router) => {
      router.get('/', (req, res) =>
        res.stream(async function* () {
          yield 'data: 1\n\n';
          await new Promise((resolve) => req.signal.addEventListener('abort', resolve));
          reasons.push(req.signal.reason);
          yield 'data: bye\n\n';
        }),
      );
    });
    const { socket, received } = await open(running, GET);
    await new Promise((resolve) => socket.once('data', resolve));
    expect(await msUntil(running.app.close(20_000))).toBeLessThan(5000);
    expect(await received).toContain('data: bye');
    expect(reasons).toEqual([expect.objectContaining({ code: 'T4_SERVER_STOPPING' })]);
  });

  test('is aborted when the client hangs up', async () => {
    const aborted = deferred();
    const running = await startApp((router) => {
      router.get('/', async (req, res) => {
        req.signal.addEventListener('abort', () => aborted.resolve(req.signal.reason));
        await aborted.promise;
        return res.json(1);
      });
    });
    const { socket } = await open(running, GET);
    setTimeout(() => socket.resetAndDestroy(), 50);
    expect(await aborted.promise).toMatchObject({ code: 'T4_CLIENT_GONE' });
  });

  test('leaves a request alone that can finish, and the connection when it has', async () => {
    let wasAborted = false;
    let signal: AbortSignal | undefined;
    const running = await startApp((router) => {
      router.get('/', async (req, res) => {
        signal = req.signal;
        signal.addEventListener('abort', () => {
          wasAborted = true;
        });
        void running.app.close(20_000);
        await pause(50);
        return res.json(1);
      });
    });
    const { received } = await open(running, GET);
    expect(await received).toContain('200 OK');
    expect([wasAborted, signal?.aborted]).toEqual([false, false]);
  });
});

function deferred(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve: (value: unknown) => void = () => {};
  const promise = new Promise<unknown>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
