import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { closeApps, startApp } from './running-app.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tina4-static-'));
  const publicFolder = path.join(folder, 'public');
  await mkdir(path.join(publicFolder, 'sub'), { recursive: true });
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
  await writeFile(path.join(publicFolder, '.env'), 'secret');
  await writeFile(path.join(publicFolder, 'style.css'), 'body{}');
  await writeFile(path.join(publicFolder, 'a b.txt'), 'space');
  await writeFile(path.join(publicFolder, 'sub', 'index.html'), '<p>index');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(closeApps);

const startFiles = () => startApp(() => {}, { publicDirectories: [path.join(folder, 'public')] });
const rawGet = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test('static files are served with type, validators and ranges, and answer 304 to a matching ETag', async () => {
  const { fetch, sendRaw } = await startFiles();
  const first = await fetch('/style.css');
  expect([first.status, first.headers.get('content-type'), await first.text()]).toEqual([
    200,
    'text/css; charset=utf-8',
    'body{}',
  ]);
  expect(first.headers.get('cache-control')).toBe('no-cache, must-revalidate');
  const conditional = `GET /style.css HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: ${first.headers.get('etag')}\r\n\r\n`;
  expect(await sendRaw(conditional)).toMatch(/^HTTP\/1.1 304 /);
  const part = await fetch('/style.css', { headers: { range: 'bytes=0-3' } });
  expect([part.status, await part.text()]).toEqual([206, 'body']);
  expect(await (await fetch('/a%20b.txt')).text()).toBe('space');
  expect(await (await fetch('/sub/')).text()).toBe('<p>index');
  expect((await fetch('/style.css', { method: 'POST' })).status).toBe(404);
});

test.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/sub/../../secret.txt',
  '/sub/..%5c..%5csecret.txt',
  '/..\\secret.txt',
  '/....//secret.txt',
  '//secret.txt/..',
  '/style.css%00.txt',
  '/%252e%252e/secret.txt',
  '/.env',
  '/%2eenv',
  '/sub/../.env',
  '/.%2fsecret.txt',
])('%s gets a 4xx and no file outside or hidden', async (target) => {
  const { sendRaw } = await startFiles();
  const answer = await sendRaw(rawGet(target));
  expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
  expect(answer).not.toContain('secret\r\n');
  expect(answer.endsWith('secret')).toBe(false);
});

test.each([
  [
    'both lengths',
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x',
  ],
  ['two lengths', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef'],
  ['a signed length', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde'],
  ['a hidden encoding', 'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['space before the colon', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nabcde'],
  ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n'],
  ['bare LF', 'GET / HTTP/1.1\nHost: x\n\n'],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['a bad chunk size', 'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n'],
  ['garbage', 'NOT HTTP AT ALL\r\n\r\n'],
])('a request with %s gets 400', async (_name, text) => {
  const { sendRaw } = await startApp((router) => void router.post('/echo', (req, res) => res.json(req.body)));
  expect(await sendRaw(text)).toMatch(/^HTTP\/1.1 400 /);
});

test('an oversized head gets 431', async () => {
  const { sendRaw } = await startApp(() => {});
  expect(await sendRaw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
});

test.each(['/%', '/%E0%A4%A', '/a/%zz', '/files/%C3%28'])(
  'malformed percent-encoding in %s gets 400',
  async (target) => {
    const { sendRaw } = await startApp((router) => {
      router.get('/a/{b}', (req, res) => res.json(req.params));
      router.get('/files/{rest:path}', (req, res) => res.json(req.params));
    });
    expect(await sendRaw(rawGet(target))).toMatch(/^HTTP\/1.1 400 /);
  },
);

test.each([
  ['a header value', '/header'],
  ['a redirect', '/redirect'],
  ['a cookie path', '/cookie'],
])('CR and LF in %s produce no second header', async (_name, target) => {
  const { sendRaw } = await startApp((router) => {
    const hostile = 'x\r\nSet-Cookie: stolen=1';
    router.get('/header', (_req, res) => res.header('X-Value', hostile).json(1));
    router.get('/redirect', (_req, res) => res.redirect(`/next${hostile}`));
    router.get('/cookie', (_req, res) => res.cookie('a', '1', { path: hostile }).json(1));
  });
  const answer = await sendRaw(rawGet(target));
  expect(answer).not.toMatch(/^Set-Cookie: stolen/im);
});

test('a throwing handler answers 500 without details, logs them, and the server lives on', async () => {
  const { fetch, logged } = await startApp((router) => {
    router.get('/boom', async () => {
      throw new Error('the password is 1234');
    });
    router.get('/odd', () => {
      throw 'a string';
    });
  });
  const response = await fetch('/boom');
  expect([response.status, await response.text()]).toEqual([500, '{"error":"Internal Server Error","status":500}']);
  expect(logged.join()).toContain('the password is 1234');
  expect((await fetch('/odd')).status).toBe(500);
  expect((await fetch('/boom', { headers: { accept: 'text/html' } })).headers.get('content-type')).toContain(
    'text/html',
  );
});

test('in debug a throwing handler shows message and stack, and masks secrets of the request', async () => {
  const { fetch } = await startApp(
    (router) => {
      router.post('/boom', async () => {
        throw new Error('details <b>');
      });
    },
    { isDebug: true },
  );
  const asJson = (await (await fetch('/boom', { method: 'POST' })).json()) as { error: string; stack: string[] };
  expect(asJson.error).toBe('details <b>');
  expect(asJson.stack.join()).toContain('bad-input.security.test.ts');
  const page = await fetch('/boom', {
    method: 'POST',
    headers: { accept: 'text/html', authorization: 'Bearer verysecret', 'content-type': 'application/json' },
    body: '{"password":"hunter2","name":"visible"}',
  });
  const html = await page.text();
  expect(page.status).toBe(500);
  expect(html).toContain('details &lt;b&gt;');
  expect(html).toContain('visible');
  expect(html).not.toMatch(/hunter2|verysecret/);
});

test('an error with a status of its own is answered with it', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/gone', () => {
      throw Object.assign(new Error('It was here.'), { statusCode: 410, expose: true });
    });
  });
  const response = await fetch('/gone');
  expect([response.status, await response.text()]).toEqual([410, '{"error":"It was here.","status":410}']);
});

test('500 cookies and a header of 15 KB are parsed without harm', async () => {
  const { fetch } = await startApp(
    (router) => void router.get('/c', (req, res) => res.json(Object.keys(req.cookies).length)),
  );
  const cookie = Array.from({ length: 500 }, (_, index) => `name${index}=value-${'x'.repeat(12)}`).join('; ');
  expect(await (await fetch('/c', { headers: { cookie } })).json()).toBe(500);
});
