import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { HttpError, Templates, Tina4Error } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-errors-'));
  await writeFile(join(folder, '.env'), 'secret');
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(closeApps);

/** Templates with a page for errors of one status. */
async function errorPage(status: string, text: string): Promise<Templates> {
  const directory = await mkdtemp(join(folder, 'templates-'));
  await mkdir(join(directory, 'errors'));
  await writeFile(join(directory, 'errors', `${status}.html`), text);
  const templates = new Templates({ directory, isDebug: false });
  await templates.refresh();
  return templates;
}

/** The answer to a route that throws `error`. */
async function answerTo(error: unknown, headers: Record<string, string> = {}, isDebug = false): Promise<Response> {
  const { fetch } = await startApp(
    (router) => {
      router.get('/', () => {
        throw error;
      });
    },
    { isDebug },
  );
  return fetch('/', { headers });
}

test.each([
  ['a path with broken encoding', '/%', 400, 'Bad Request', 'T4_URL_INVALID'],
  ['a dot file', '/.env', 403, 'Forbidden', 'T4_FILE_HIDDEN'],
])('%s is refused with its code', async (_name, path, status, error, code) => {
  const { fetch } = await startApp(() => {}, { publicDirectories: [folder] });
  expect(await (await fetch(path)).json()).toEqual({ error, status, code });
});

test('broken JSON is refused with its code', async () => {
  const { fetch } = await startApp((router) => void router.post('/', (req) => req.body));
  const answer = await fetch('/', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } });
  expect(await answer.json()).toEqual({ error: 'Invalid JSON', status: 400, code: 'T4_BODY_JSON' });
});

test('the message of a coded error begins with its code, the answer has both apart', async () => {
  const error = new HttpError(409, 'APP_SOLD_OUT', 'The last one is gone.', { details: { left: 0 } });
  expect(error).toBeInstanceOf(Tina4Error);
  expect([error.name, error.message]).toEqual(['HttpError', 'APP_SOLD_OUT: The last one is gone.']);
  const answer = await answerTo(error);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toEqual({ error: 'The last one is gone.', status: 409, code: 'APP_SOLD_OUT', left: 0 });
});

test('the code of an error of another package is not shown', async () => {
  const answer = await answerTo(
    Object.assign(new Error('It is gone.'), { status: 410, expose: true, code: 'ENOENT', details: { a: 1 } }),
  );
  expect(await answer.json()).toEqual({ error: 'It is gone.', status: 410 });
});

test('from 500 on code and message are in the log and not in the answer', async () => {
  const answer = await answerTo(new Tina4Error('T4_STATUS_INVALID', '7 is not a status.', { details: { a: 1 } }));
  expect(await answer.json()).toEqual({ error: 'Internal Server Error', status: 500 });
});

test('in debug a 500 shows code and message', async () => {
  const answer = await answerTo(new Tina4Error('T4_STATUS_INVALID', '7 is not a status.'), {}, true);
  expect(await answer.json()).toMatchObject({ error: '7 is not a status.', status: 500, code: 'T4_STATUS_INVALID' });
});

test('a session that cannot be had now is told with its code, its message and when to try again', async () => {
  const answer = await answerTo(
    new Tina4Error('T4_SESSION_BUSY', 'Another request held it.', { status: 503, retryAfterSeconds: 0.5 }),
  );
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await answer.json()).toEqual({ error: 'Another request held it.', status: 503, code: 'T4_SESSION_BUSY' });
});

test('the page for browsers shows the message, and in debug the code under it', async () => {
  const error = new HttpError(400, 'APP_<b>', 'No <i>.');
  const pages = [false, true].map(async (isDebug) => {
    const { fetch } = await startApp(
      (router) => {
        router.get('/', () => {
          throw error;
        });
      },
      { isDebug },
    );
    return (await fetch('/', { headers: { accept: 'text/html' } })).text();
  });
  const [page, debugPage] = await Promise.all(pages);
  expect(page).toMatch(/<h1>400 No &\S+i&\S+<\/h1><\/body>/);
  expect(debugPage).toMatch(/<h1>400 No &\S+i&\S+<\/h1><p><code>APP_&\S+b&\S+<\/code><\/p>/);
});

const JSON_TYPE = 'application/json';
const PAGE = 'text/html; charset=utf-8';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test.each([
  // The answer without and with an error page of the app's own.
  [BROWSER, PAGE, PAGE],
  ['*/*', JSON_TYPE, PAGE],
  ['application/json, text/plain, */*', JSON_TYPE, JSON_TYPE],
  ['application/vnd.api+json', JSON_TYPE, JSON_TYPE],
  ['application/json, text/html;q=0.5', JSON_TYPE, JSON_TYPE],
  ['text/html;q=0.9, application/json;q=0.5', PAGE, PAGE],
  ['text/html;q=0', JSON_TYPE, JSON_TYPE],
  ['text/html;q=0, */*', JSON_TYPE, JSON_TYPE],
  ['TEXT/HTML', PAGE, PAGE],
])('an error is answered in the form that "%s" prefers', async (accept, plain, withPage) => {
  const templates = await errorPage('404', 'own page');
  const bare = await startApp(() => {});
  const own = await startApp(() => {}, { templates });
  const forms = await Promise.all(
    [bare, own].map(async ({ fetch }) => (await fetch('/none', { headers: { accept } })).headers.get('content-type')),
  );
  expect(forms).toEqual([plain, withPage]);
});

test("an app's own error page is given code and message", async () => {
  const templates = await errorPage('418', '{{ status_code }} {{ error_code }} {{ error_message }}');
  const { fetch } = await startApp(
    (router) => {
      router.get('/', () => {
        throw new HttpError(418, 'APP_TEA', 'A teapot.');
      });
    },
    { templates },
  );
  expect(await (await fetch('/', { headers: { accept: 'text/html' } })).text()).toBe('418 APP_TEA A teapot.');
});
