/** The same packages given our own objects: each works, or answers with an error that names the cure. None ends the process or hangs. */
import { tmpdir } from 'node:os';
import { afterEach, expect, test } from '@jest/globals';
import type { Middleware } from '@tina4/core';
import { bring, closeAll, serve } from './bring.js';

afterEach(closeAll);

const lines: string[] = [];
const stream = { write: (line: string) => void lines.push(line.trim()) };

async function answerThrough(middleware: Middleware, init: RequestInit = {}) {
  lines.length = 0;
  const app = await serve((router) => {
    router.use(middleware);
    router.get('/', (_req, res) => res.json({ ok: true })).noAuth();
    router.post('/', (req, res) => res.json({ body: req.body })).noAuth();
  });
  const answer = await app.visit('/', init);
  return { status: answer.status, text: await answer.text(), headers: answer.headers, log: app.logged.join('\n') };
}

test.each([
  ['helmet', bring('helmet')()],
  ['cors', bring('cors')()],
  ['express-prom-bundle', bring('express-prom-bundle')({ autoregister: false })],
  ['pino-http', bring('pino-http')({}, stream)],
  ['passport', bring('passport').initialize()],
  ['cookie-parser', bring('cookie-parser')('secret')],
  ['connect-flash', bring('connect-flash')()],
  ['express-validator', bring('express-validator').query('a').optional()],
  ['serve-static', bring('serve-static')(tmpdir())],
  ['body-parser', bring('body-parser').json()],
])('%s works on our objects', async (_name, middleware) => {
  const { status, text } = await answerThrough(middleware);
  expect([status, text]).toEqual([200, '{"ok":true}']);
});

test.each([
  ['morgan', bring('morgan')('tiny', { stream })],
  ['compression', bring('compression')()],
  ['response-time', bring('response-time')()],
])("%s waits for the head of Node's response, and the error names connect()", async (_name, middleware) => {
  const { status, log } = await answerThrough(middleware);
  expect(status).toBe(500);
  expect(log).toContain('T4_CONNECT_NEEDED');
  expect(log).toContain('connect(middleware)');
});

test('multer is told that the body was read', async () => {
  const form = new FormData();
  form.set('a', 'b');
  const { status, log } = await answerThrough(bring('multer')().none(), { method: 'POST', body: form });
  expect(status).toBe(500);
  expect(log).toContain('T4_BODY_TAKEN');
});

test('an answer that is piped to our response arrives whole, with the session stored before', async () => {
  const { Readable } = await import('node:stream');
  const app = await serve((router) => {
    router
      .get('/piped', (req, res) => {
        req.session.piped = true;
        Readable.from(['a'.repeat(100_000), 'b'.repeat(100_000)]).pipe(res as unknown as NodeJS.WritableStream);
      })
      .noAuth();
    router.get('/seen', (req, res) => res.json(req.session.piped ?? false)).noAuth();
  });
  const answer = await app.visit('/piped');
  expect((await answer.text()).length).toBe(200_000);
  expect(await (await app.visit('/seen')).json()).toBe(true);
});

test('a layer that listens for the end of the answer hears it, with its status', async () => {
  const heard: number[] = [];
  const { status } = await answerThrough((_req, res, next) => {
    (res as unknown as NodeJS.EventEmitter).on('finish', () => heard.push(res.statusCode));
    return next();
  });
  expect([status, heard]).toEqual([200, [200]]);
});
