import { afterEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import { type App, createApp, type Router, toFetchHandler } from '../src/index.js';

const apps: App[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function handlerOf(register: (router: Router) => void, publicDirectories: string[] = []) {
  const app = createApp({ log: quiet, sessions: createSessionEngine({ store: new MemoryStore() }), publicDirectories });
  register(app.router);
  apps.push(app);
  return toFetchHandler(app, { addressOf: (_request, address?: string) => address });
}

test('a Request of the web platform is answered with a Response', async () => {
  const answer = handlerOf((router) => {
    router
      .post('/items/{id:int}', (req, res) =>
        res
          .status(201)
          .header('X-A', 'b')
          .json([req.params.id, req.query.q, req.body, req.ip, req.isHttps, req.headers.host]),
      )
      .noAuth();
  });
  const request = new Request('https://shop.example/items/7?q=1', {
    method: 'POST',
    body: '{"n":1}',
    headers: { 'content-type': 'application/json' },
  });
  const response = await answer(request, '203.0.113.9');
  expect([response.status, response.headers.get('x-a'), response.headers.get('content-type')]).toEqual([
    201,
    'b',
    'application/json',
  ]);
  expect(await response.json()).toEqual([7, '1', { n: 1 }, '203.0.113.9', true, 'shop.example']);
});

test('a session counts from request to request', async () => {
  const answer = handlerOf((router) => {
    router
      .get('/', (req, res) => {
        req.session.n = (req.session.n ?? 0) + 1;
        return res.cookie('a', 'b').json(req.session.n);
      })
      .noAuth();
  });
  const first = await answer(new Request('http://localhost/'));
  const cookies = first.headers.getSetCookie();
  expect([await first.json(), cookies.length]).toEqual([1, 2]);
  const cookie = cookies.map((text) => text.split(';')[0]).join('; ');
  expect(await (await answer(new Request('http://localhost/', { headers: { cookie } }))).json()).toBe(2);
});

test('an upload is read as it comes, and an answer can be read before it is complete', async () => {
  const answer = handlerOf((router) => {
    router
      .post('/files', async (req, res) => {
        const { size } = req.files.photo as { size: number };
        return res.json([req.body.title, size]);
      })
      .noAuth();
    router
      .get('/ticks', (_req, res) =>
        res.stream(async function* () {
          yield 'first';
          await isRead;
          yield 'last';
        }, 'text/plain'),
      )
      .noAuth();
  });
  const form = new FormData();
  form.set('title', 'Sea');
  form.set('photo', new Blob(['p'.repeat(2_000_000)]), 'sea.jpg');
  const upload = await answer(new Request('http://localhost/files', { method: 'POST', body: form }));
  expect(await upload.json()).toEqual(['Sea', 2_000_000]);

  let tellRead = (): void => {};
  const isRead = new Promise<void>((resolve) => {
    tellRead = resolve;
  });
  const reader = ((await answer(new Request('http://localhost/ticks'))).body as ReadableStream<Uint8Array>).getReader();
  const decode = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
  expect(await decode()).toBe('first');
  tellRead();
  expect([await decode(), (await reader.read()).done]).toEqual(['last', true]);
});

test('a reader that is slow is waited for, and one that leaves ends the stream', async () => {
  let made = 0;
  let hasEnded: (() => void) | undefined;
  const ended = new Promise<void>((resolve) => {
    hasEnded = resolve;
  });
  const answer = handlerOf((router) => {
    router
      .get('/endless', (_req, res) =>
        res.stream(async function* () {
          try {
            while (true) {
              made++;
              yield 'x'.repeat(32_000);
            }
          } finally {
            hasEnded?.();
          }
        }),
      )
      .noAuth();
  });
  const response = await answer(new Request('http://localhost/endless'));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(made).toBeLessThan(10);
  await reader.cancel();
  await ended;
});

test('files, HEAD and answers without a body come as over a socket', async () => {
  const answer = handlerOf(() => {}, [__dirname]);
  const url = 'http://localhost/running-app.ts';
  const file = await answer(new Request(url));
  const text = await file.text();
  expect([file.status, text.includes('startApp')]).toEqual([200, true]);
  const head = await answer(new Request(url, { method: 'HEAD' }));
  expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, String(text.length), null]);
  const known = await answer(new Request(url, { headers: { 'if-none-match': file.headers.get('etag') as string } }));
  expect([known.status, known.body]).toEqual([304, null]);
  const range = await answer(new Request(url, { headers: { range: 'bytes=0-5' } }));
  expect([range.status, (await range.text()).length]).toEqual([206, 6]);
  expect((await answer(new Request('http://localhost/nothing'))).status).toBe(404);
});
