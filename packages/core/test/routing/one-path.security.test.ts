import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Middleware, Router, TemplateRenderer } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tina4-one-path-'));
  await mkdir(path.join(folder, 'admin'));
  await writeFile(path.join(folder, 'admin', 'x.html'), 'SECRET');
  await writeFile(path.join(folder, 'admin', 'index.html'), 'SECRET');
  await writeFile(path.join(folder, 'open.html'), 'open');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(closeApps);

const guard: Middleware = (req, res, next) =>
  req.path.startsWith('/admin') || req.url.startsWith('/admin')
    ? res.status(401).json({ error: 'Who are you?' })
    : next();

const templates: TemplateRenderer = {
  has: (name) => name === 'pages/admin/page.html' || name === 'pages/open.html',
  render: (name) => (name.includes('admin') ? 'SECRET' : 'open'),
};

const guarded = (register: (router: Router) => void = () => {}): Promise<RunningApp> =>
  startApp(
    (router) => {
      router.use(guard);
      router.any('/admin/users', (_req, res) => res.text('SECRET'));
      router.get('/admin/{id}', (_req, res) => res.text('SECRET'));
      router.get('/@{user}', (_req, res) => res.text('a user'));
      router.get('/shown', (req, res) => res.json({ path: req.path, url: req.url }));
      register(router);
    },
    { publicDirectories: [folder], templates },
  );

const get = (target: string, method = 'GET'): string =>
  `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
const statusOf = (answer: string): number => Number(answer.slice(9, 12));

test.each([
  '/admin/users',
  '/%61dmin/users',
  '/%61%64%6d%69%6e/users',
  '/%41dmin/users',
  '*admin/users',
  'admin/users',
  '//admin/users',
  '/./admin/users',
  '/x/../admin/users',
  '/x/%2e%2e/admin/users',
  '/x/..%2fadmin/users',
  '/x/..%5cadmin/users',
  '/%2fadmin/users',
  '/%2Fadmin%2Fusers',
  '/\\admin/users',
  '/%5cadmin/users',
  '/admin%2fusers',
  '/admin%5Cusers',
  '/admin#/users',
  '/admin/users#',
  '/admin/us%65rs',
  '/admin/7',
  '/%61dmin/x.html',
  '/%61dmin/',
  '//admin/x.html',
  '///admin/x.html',
  '/%5Cadmin/x.html',
  '/\\admin/x.html',
  '/%2fadmin/x.html',
  '/%2Fadmin%2fx.html',
  '/admin%2Fx.html',
  '/admin//x.html',
  '/.//admin/x.html',
  '/admin%00/x.html',
  '/%61dmin/page',
  '//admin/page',
  '/%2fadmin/page',
  '/%5cadmin/page',
  '/admin%2fpage',
  'http://x/admin/users',
  'http://x/%61dmin/users',
  'http://x//admin/x.html',
  'HTTP://x\\admin/users',
  'https://x/admin/x.html?a',
  'http:///admin/users',
  'http://x@admin/users',
  'ftp://x/admin/users',
  'x:80',
  '?/admin/users',
])('a guard on the path is not passed by %s', async (target) => {
  const { sendRaw } = await guarded();
  for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
    const answer = await sendRaw(get(target, method));
    expect(answer).not.toContain('SECRET');
    expect([400, 401, 404, 405]).toContain(statusOf(answer));
  }
});

test.each([
  ['/%61dmin/users', 401],
  ['/admin/us%65rs', 401],
  ['/admin%2fusers', 401],
  ['//admin/users', 404],
  ['//admin/x.html', 404],
  ['/%2fadmin/x.html', 404],
  ['/%5cadmin/x.html', 404],
  ['/\\admin/x.html', 404],
  ['//open.html', 404],
  ['/open.html', 200],
  ['/op%65n.html', 200],
  ['/open', 200],
  ['//open', 404],
  ['/op%65n', 200],
  ['/@ann', 200],
  ['/%40ann', 404],
  ['*admin/users', 400],
  ['admin/users', 400],
  ['?', 400],
  ['*', 400],
  ['x:80', 400],
  ['ftp://x/open', 400],
  ['http:///open', 400],
  ['http://a@x/open', 400],
  ['http://x/open', 200],
  ['http://x', 404],
  ['/open#x', 400],
  ['/./open', 400],
  ['/x/../open', 400],
  ['/%2e%2E/open', 400],
  ['/a/..%2fopen', 400],
  ['/a/%2e%2e%5copen', 400],
  ['/..', 400],
  ['/a/.', 400],
  ['/open%00', 400],
  ['/%', 400],
  ['/%6', 400],
  ['/%C3%28', 400],
  ['/\xfc', 400],
  ['/...', 403],
])('%s is answered with %d', async (target, status) => {
  const { sendRaw } = await guarded();
  expect(statusOf(await sendRaw(get(target)))).toBe(status);
});

test.each([
  ['/shown', '/shown', '/shown'],
  ['/%73hown?a=%73&b=//', '/shown', '/shown?a=%73&b=//'],
  ['http://other/shown?q=1', '/shown', '/shown?q=1'],
])('%s is seen by handlers as %s', async (target, path, url) => {
  const { sendRaw } = await guarded();
  const answer = await sendRaw(get(target));
  expect(answer.split('\r\n\r\n')[1]).toBe(JSON.stringify({ path, url }));
});

test('an absolute target names the host, whatever the Host header says', async () => {
  const { sendRaw } = await startApp(
    (router) => void router.get('/host', (req, res) => res.text(String(req.header('host')))),
  );
  expect(await sendRaw(get('http://named.example:81/host'))).toMatch(/\r\n\r\nnamed\.example:81$/);
});

test('characters that a path may not hold are encoded, and encodings are upper case', async () => {
  const { sendRaw } = await startApp((router) => void router.get('/*', (req, res) => res.text(req.path)));
  const shown = async (target: string): Promise<string> => (await sendRaw(get(target))).split('\r\n\r\n')[1] as string;
  expect(await shown('/%c3%bc%2f%7e%2A')).toBe('/%C3%BC%2F~%2A');
  expect(await shown('/a|b"<>^`{}[]\\')).toBe('/a%7Cb%22%3C%3E%5E%60%7B%7D%5B%5D%5C');
  expect(await shown("/-._~!$&'()*+,;=:@")).toBe("/-._~!$&'()*+,;=:@");
});

test('a route with text outside ASCII or with blanks is found by its encoded form', async () => {
  const { sendRaw } = await startApp((router) => {
    router.get('/für alle', (_req, res) => res.text('blank'));
    router.get('/caf%c3%a9', (_req, res) => res.text('encoded'));
    router.get('/100%', (_req, res) => res.text('percent'));
  });
  expect(await sendRaw(get('/f%c3%bcr%20alle'))).toMatch(/blank$/);
  expect(await sendRaw(get('/caf%C3%A9'))).toMatch(/encoded$/);
  expect(await sendRaw(get('/100%25'))).toMatch(/percent$/);
});

test('OPTIONS * is answered with the methods of the whole server', async () => {
  const { sendRaw } = await startApp((router) => {
    router.get('/a', (_req, res) => res.json(1));
    router.put('/b', (_req, res) => res.json(1));
  });
  const answer = await sendRaw(get('*', 'OPTIONS'));
  expect(answer).toMatch(/^HTTP\/1.1 204 /);
  expect(answer).toMatch(/^Allow: GET, PUT, HEAD, OPTIONS\r$/im);
});
