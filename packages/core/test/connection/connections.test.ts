import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { inTurn } from '../../src/connection/pipelined-requests.js';
import { createApp, type ListenOptions, type Router } from '../../src/index.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(register: (router: Router) => void, options: Partial<ListenOptions> = {}): Promise<number> {
  const app = createApp();
  register(app.router);
  const { port } = await app.listen({ port: 0, host: '127.0.0.1', ...options });
  closing.push(() => app.close(0));
  return port;
}

/** A connection that reads only when it is told to. */
async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  closing.push(() => socket.destroy());
  socket.on('error', () => {});
  socket.pause();
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

async function until(isReached: () => boolean, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!isReached()) {
    if (performance.now() > deadline) throw new Error(`not reached: ${isReached}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function readAll(socket: Socket): Promise<string> {
  return Buffer.concat(await socket.toArray()).toString('latin1');
}

const BIG = 64 * 1024 * 1024;
const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;

test.each(['/plain', '/stream', '/file'])('a client that never reads the answer to %s is cut', async (target) => {
  const file = path.join(tmpdir(), `tina4-never-read-${process.pid}`);
  await writeFile(file, Buffer.alloc(BIG));
  let isGone = false;
  const port = await start(
    (router) => {
      router.get('/plain', (_req, res) => res.send(Buffer.alloc(BIG)));
      router.get('/file', (_req, res) => res.file(file));
      router.get('/stream', (_req, res) =>
        res.stream(async function* () {
          for (;;) yield Buffer.alloc(64 * 1024);
        }),
      );
      router.use(async (req, _res, next) => {
        req.onClientGone(() => {
          isGone = true;
        });
        return next();
      });
    },
    { sendTimeoutMs: 200 },
  );
  const socket = await open(port);
  socket.write(get(target));
  await until(() => isGone);
});

test('a client that reads slowly gets all of a large answer', async () => {
  const limitMs = 800;
  const port = await start((router) => router.get('/plain', (_req, res) => res.send(Buffer.alloc(BIG))), {
    sendTimeoutMs: limitMs,
  });
  const socket = await open(port);
  socket.write('GET /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const started = performance.now();
  let received = 0;
  let pauses = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (received < (pauses + 1) * (BIG / 50)) return;
    pauses++;
    socket.pause();
    setTimeout(() => socket.resume(), 30);
  });
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(received).toBeGreaterThan(BIG);
  // Slower than the limit as a whole, never as slow at a time.
  expect(performance.now() - started).toBeGreaterThan(limitMs);
});

test('a stream that pauses for longer than that between two chunks is not cut', async () => {
  const port = await start(
    (router) =>
      router.get('/slow', (_req, res) =>
        res.stream(async function* () {
          yield 'first\n';
          await new Promise((resolve) => setTimeout(resolve, 500));
          yield 'last\n';
        }),
      ),
    { sendTimeoutMs: 100 },
  );
  expect(await (await fetch(`http://127.0.0.1:${port}/slow`)).text()).toBe('first\nlast\n');
});

test('pipelined requests are answered one after the other, in their order, and nothing is warned of', async () => {
  const warnings: string[] = [];
  const note = (warning: Error): unknown => warnings.push(warning.message);
  process.on('warning', note);
  closing.push(() => process.removeListener('warning', note));
  let running = 0;
  let most = 0;
  const port = await start((router) =>
    router.post('/turn', async (req, res) => {
      most = Math.max(most, ++running);
      const stop = req.onClientGone(() => {});
      await new Promise((resolve) => setTimeout(resolve, 2));
      stop();
      running--;
      return res.json(req.body);
    }),
  );
  const socket = await open(port);
  const post = (index: number): string => {
    const body = JSON.stringify({ index, text: 'x'.repeat(index * 300) });
    const close = index === 39 ? 'Connection: close\r\n' : '';
    return `POST /turn HTTP/1.1\r\nHost: x\r\n${close}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  socket.write(Array.from({ length: 40 }, (_, index) => post(index)).join(''));
  const answers = await readAll(socket);
  const order = [...answers.matchAll(/\{"index":(\d+),/g)].map((match) => Number(match[1]));
  expect(order).toEqual(Array.from({ length: 40 }, (_, index) => index));
  expect([most, warnings]).toEqual([1, []]);
});

test('a client that sends requests without end and waits for no answer is not read any further until it has some', async () => {
  let parsed = 0;
  let answered = 0;
  const held: ServerResponse[] = [];
  let isHolding = true;
  const turns = inTurn((_raw, rawResponse) => {
    answered++;
    if (isHolding) held.push(rawResponse);
    else rawResponse.end();
  });
  const server = createServer((raw, rawResponse) => {
    parsed++;
    turns(raw, rawResponse);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const socket = await open((server.address() as AddressInfo).port);
  socket.resume();
  // More than the system keeps for both sides of a connection.
  const count = 10_000;
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Padding: ${'x'.repeat(4000)}\r\n\r\n`.repeat(count));
  await until(() => parsed >= 100);
  // It stands still: as long as it takes to read a thousand of them many times over.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect([held.length, parsed < 200]).toEqual([1, true]);
  isHolding = false;
  held[0]?.end();
  await until(() => answered === count, 30_000);
}, 60_000);

test('connections over the limit are closed, and one more is taken when another has ended', async () => {
  const port = await start((router) => router.get('/', (_req, res) => res.text('hello')), { maxConnections: 2 });
  const [first] = await Promise.all([open(port), open(port)]);
  const third = await open(port);
  third.resume();
  await new Promise((resolve) => third.once('close', resolve));
  first.destroy();
  let text = '';
  while (text !== 'hello') {
    text = await fetch(`http://127.0.0.1:${port}/`).then(
      (answer) => answer.text(),
      () => '',
    );
  }
});
