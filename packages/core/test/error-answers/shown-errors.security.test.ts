import { afterEach, expect, test } from '@jest/globals';
import { HttpError } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

afterEach(closeApps);

function startThrowing(error: unknown, isDebug = false): Promise<RunningApp> {
  return startApp(
    (router) =>
      void router.get('/', () => {
        throw error;
      }),
    { isDebug },
  );
}

const INSIDE = 'connect http://10.0.0.7:9200/users as admin';

test.each([
  [404, 'Not Found'],
  [403, 'Forbidden'],
  [429, 'Too Many Requests'],
  [499, 'Bad Request'],
  [502, 'Bad Gateway'],
])('the text of an error that another package threw with status %i stays inside', async (status, text) => {
  const error = Object.assign(new Error(INSIDE), { status, code: 'ERR_BAD_REQUEST', details: { url: INSIDE } });
  const app = await startThrowing(error);
  const asJson = await app.fetch('/');
  expect([asJson.status, await asJson.json()]).toEqual([status, { error: text, status }]);
  const page = await app.fetch('/', { headers: { accept: 'text/html' } });
  expect(await page.text()).not.toContain('10.0.0.7');
  expect(app.logged.join()).toContain(INSIDE);
});

test.each([
  ['an error marked as made for clients', Object.assign(new Error('No such book.'), { status: 404, expose: true })],
  ['an object so marked', { message: 'No such book.', status: 404, expose: true }],
  ['an HttpError', new HttpError(404, 'APP_NO_BOOK', 'No such book.')],
])('the text of %s is shown', async (_what, error) => {
  const answer = await (await startThrowing(error)).fetch('/');
  expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ error: 'No such book.' })]);
});

test.each([{ expose: false }, { expose: 'true' }, { expose: 1 }])('%j shows nothing', async (mark) => {
  const answer = await (await startThrowing(Object.assign(new Error(INSIDE), { status: 404, ...mark }))).fetch('/');
  expect(await answer.json()).toEqual({ error: 'Not Found', status: 404 });
});

test.each<Record<string, string>>([{ 'x-forwarded-for': '203.0.113.9' }, { origin: 'https://evil.example' }])(
  'in debug mode a request with %j is shown neither text nor stack nor source',
  async (headers) => {
    const app = await startThrowing(new Error(INSIDE), true);
    const head = Object.entries({ host: 'localhost', connection: 'close', ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const asJson = await app.sendRaw(`GET / HTTP/1.1\r\n${head}\r\n`);
    expect(asJson).toMatch(/\r\n\r\n\{"error":"Internal Server Error","status":500\}$/);
    const page = await app.sendRaw(`GET / HTTP/1.1\r\nAccept: text/html\r\n${head}\r\n`);
    expect(page).toContain('500 Internal Server Error');
    expect(page).not.toMatch(/10\.0\.0\.7|security\.test|node_modules/);
  },
);

test('in debug mode this machine is shown text and stack', async () => {
  const answer = await (await startThrowing(new Error(INSIDE), true)).fetch('/');
  const { error, stack } = (await answer.json()) as { error: string; stack: string[] };
  expect([error, stack.join()]).toEqual([INSIDE, expect.stringContaining('shown-errors.security.test')]);
});
