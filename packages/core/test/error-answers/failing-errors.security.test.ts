import { afterEach, expect, test } from '@jest/globals';
import { HttpError } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

/** Errors as other packages throw them: with fields that look like ours and hold something else. */
test.each<[string, object]>([
  ['headers that are none', { headers: { 'x-a': undefined, 'bad name': 'x' } }],
  ['headers that are text', { headers: 'text' }],
  ['a status and headers of another server', { status: 404, headers: { 'set-cookie': 'stolen=1' } }],
  ['a code that is no text', { code: 7, details: 'text', retryAfterSeconds: 'soon', closesConnection: true }],
])('an error with %s is answered, and nothing of those fields is sent', async (_name, fields) => {
  const { fetch } = await startApp((router) => {
    router.get('/', () => {
      throw Object.assign(new Error('foreign'), fields);
    });
  });
  const response = await fetch('/');
  expect(response.status).toBe('status' in fields ? 404 : 500);
  expect([response.headers.get('set-cookie'), response.headers.get('retry-after')]).toEqual([null, null]);
  expect((await fetch('/')).status).toBe(response.status);
});

test('code, headers and details of an HttpError are part of its answer', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/', () => {
      throw new HttpError(401, 'APP_LOGIN', 'Log in first.', {
        headers: { 'X-Realm': 'shop' },
        details: { hint: 'form' },
      });
    });
  });
  const response = await fetch('/');
  expect([response.status, response.headers.get('x-realm')]).toEqual([401, 'shop']);
  expect(await response.json()).toEqual({ error: 'Log in first.', status: 401, code: 'APP_LOGIN', hint: 'form' });
});

test('in debug a body with cycles, BigInts and great depth does not keep the error from being shown', async () => {
  const { fetch } = await startApp(
    (router) => {
      router.get('/', (req) => {
        const body: Record<string, unknown> = { big: 1n, password: ['hunter', 2].join('') };
        body.self = body;
        req.body = body;
        throw new Error('shown');
      });
    },
    { isDebug: true },
  );
  const html = await (await fetch('/', { headers: { accept: 'text/html' } })).text();
  expect(html).toContain('shown');
  expect(html).not.toContain('hunter2');
});

test('an error that fails while it is looked at is a plain 500, and the app goes on', async () => {
  const { fetch, logged } = await startApp((router) => {
    router.get('/', () => {
      const error = new Error('x');
      Object.defineProperty(error, 'message', {
        get: () => {
          throw new Error('no message');
        },
      });
      Object.defineProperty(error, 'stack', { value: undefined });
      throw error;
    });
    router.get('/next', () => ({ ok: true }));
  });
  expect((await fetch('/')).status).toBe(500);
  expect(logged.length).toBeGreaterThan(0);
  expect((await fetch('/next')).status).toBe(200);
});

test('a listener for finished requests that fails is logged and hurts nobody', async () => {
  const { fetch, logged } = await startApp((router) => void router.get('/', () => ({ ok: true })), {
    onFinish: () => {
      throw new Error('listener');
    },
  });
  expect((await fetch('/')).status).toBe(200);
  expect((await fetch('/')).status).toBe(200);
  expect(logged.join()).toContain('The listener for finished requests failed after GET /');
});
