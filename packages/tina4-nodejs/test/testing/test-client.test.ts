import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import { type App, createApp, TestClient } from 'tina4-nodejs';

let app: App;
let client: TestClient;

beforeEach(() => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const sessions = createSessionEngine({ store: new MemoryStore(), log });
  app = createApp({ log, sessions });
  app.router.post('/count', (req, res) => {
    req.session.count = (req.session.count ?? 0) + 1;
    return res.json({ count: req.session.count });
  });
  app.router.any('/echo', (req, res) =>
    res.json({ method: req.method, type: req.contentType, body: req.body, color: req.header('X-Color') }),
  );
  client = new TestClient(app);
});
afterEach(() => app.close());

test('a test client keeps the session from one request to the next', async () => {
  await client.post('/count');
  expect((await client.post('/count')).json()).toEqual({ count: 2 });
});

test('each test client is a visitor of its own', async () => {
  await client.post('/count');
  expect((await new TestClient(app).post('/count')).json()).toEqual({ count: 1 });
  const copy = client.copy();
  client.clearCookies();
  expect((await client.post('/count')).json()).toEqual({ count: 1 });
  expect((await copy.post('/count')).json()).toEqual({ count: 2 });
});

test('parallel requests of one test client lose no update', async () => {
  await client.post('/count');
  await Promise.all(Array.from({ length: 20 }, () => client.post('/count')));
  expect((await client.post('/count')).json()).toEqual({ count: 22 });
});

test('an answer has status, headers, content type, and the body as text and as JSON', async () => {
  const answer = await client.get('/echo', { headers: { 'X-Color': 'red' } });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-length']).toBe(String(answer.body.length));
  expect(answer.contentType).toBe('application/json');
  expect(answer.text()).toBe(answer.body);
  expect(answer.json()).toEqual({ method: 'GET', type: '', body: {}, color: 'red' });
});

test.each([
  [{ json: [1, null] }, 'application/json', [1, null]],
  [{ body: { a: 1 } }, 'application/json', { a: 1 }],
  [{ body: new URLSearchParams({ a: 'ä b' }) }, 'application/x-www-form-urlencoded', { a: 'ä b' }],
  [{ body: 'plain', headers: { 'Content-Type': 'text/plain' } }, 'text/plain', 'plain'],
  [{ body: Buffer.from('bytes'), headers: { 'content-type': 'text/x' } }, 'text/x', 'bytes'],
])('a body %j arrives as %s', async (options, type, body) => {
  expect((await client.put('/echo', options)).json()).toMatchObject({ method: 'PUT', type, body });
});

test('patch and delete send their methods, with a body if there is one', async () => {
  expect((await client.patch('/echo', { json: { a: 1 } })).json()).toMatchObject({ method: 'PATCH', body: { a: 1 } });
  expect((await client.delete('/echo')).json()).toMatchObject({ method: 'DELETE', body: {} });
});

test('an unknown path and a redirect come back as they are', async () => {
  app.router.get('/old', (_req, res) => res.redirect('/new'));
  expect((await client.get('/nothing?x=1')).json()).toEqual({ error: 'Not found', path: '/nothing', status: 404 });
  const moved = await client.get('/old');
  expect([moved.status, moved.headers.location]).toEqual([302, '/new']);
});

test('asking for JSON where there is none says what came instead', async () => {
  app.router.get('/page', (_req, res) => res.html('<p>hello</p>'));
  const answer = await client.get('/page');
  expect(() => answer.json()).toThrow(/T4_TEST_NOT_JSON: the answer \(status 200, text\/html.*<p>hello<\/p>/);
});
