import { afterEach, expect, test } from '@jest/globals';
import { HttpError } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

test('cookies and headers that were set before a throw are sent with the error', async () => {
  const { fetch } = await startApp((router) => {
    router.post('/login', (_req, res) => {
      res.cookie('attempt', 3).header('WWW-Authenticate', 'Basic').header('Cache-Control', 'no-store');
      throw new HttpError(401, 'LOGIN', 'Wrong password.');
    });
    router.get('/late', async (_req, res) => {
      res.cookie('seen', 1).header('X-Trace', 'abc');
      await Promise.reject(new Error('a defect'));
    });
  });
  const login = await fetch('/login', { method: 'POST' });
  expect([login.status, login.headers.get('www-authenticate'), login.headers.getSetCookie()]).toEqual([
    401,
    'Basic',
    ['attempt=3; Path=/'],
  ]);
  expect(login.headers.get('cache-control')).toBe('no-store');
  const late = await fetch('/late');
  expect([late.status, late.headers.get('x-trace'), late.headers.getSetCookie()]).toEqual([
    500,
    'abc',
    ['seen=1; Path=/'],
  ]);
});

test('what describes the body that is not sent goes with it', async () => {
  const described = {
    'Content-Type': 'text/csv',
    'Content-Length': 999,
    'Content-Encoding': 'br',
    'Content-Disposition': 'attachment',
    'Content-Language': 'de',
    'Cache-Control': 'public, max-age=600',
    ETag: '"x"',
    'Last-Modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
    Expires: 'Mon, 01 Jan 2035 00:00:00 GMT',
    Location: '/elsewhere',
  };
  const { fetch } = await startApp((router) => {
    router.get('/x', (_req, res) => {
      for (const [name, value] of Object.entries(described)) res.header(name, value);
      throw new Error('a defect');
    });
  });
  const { status, headers } = await fetch('/x');
  expect([status, headers.get('content-type'), headers.get('content-length')]).toEqual([500, 'application/json', '46']);
  const others = Object.keys(described).filter((name) => !/^Content-(?:Type|Length)$/.test(name));
  expect(others.filter((name) => headers.has(name))).toEqual([]);
});
