import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type AppOptions,
  HttpError,
  type RequestSession,
  type Router,
  type SessionEngine,
  Tina4Error,
} from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/** An engine whose sessions cannot be stored. */
function failingEngine(failure: Error): SessionEngine {
  const begin = (): RequestSession => ({
    isExclusive: false,
    load: () => undefined,
    data: {},
    replace: () => {},
    id: 'id',
    regenerate: () => 'id',
    destroy: () => {},
    commit: () => Promise.reject(failure),
    release: () => Promise.reject(failure),
    setCookie: undefined,
    wasUsed: true,
  });
  return { begin, close: async () => {} };
}

interface Refusal {
  readonly options: AppOptions;
  /** What is said to nobody but the developer. */
  readonly secret: string;
  readonly words: string;
  readonly json: unknown;
}

const conflict = new Tina4Error('T4_SESSION_CONFLICT', 'the session of POST /form was changed.', { status: 409 });
const busy = new Tina4Error('T4_SESSION_BUSY', 'POST /form waited for 20 s.', { status: 503, retryAfterSeconds: 2 });

/** Each way by which the framework turns a browser's form away. */
const REFUSALS: Readonly<Record<number, Refusal>> = {
  401: {
    options: { middleware: { auth: { csrf: false, securesWrites: true } } },
    secret: 'Unauthorized',
    words: 'Please log in first.',
    json: { error: 'Unauthorized' },
  },
  403: {
    options: { middleware: { auth: { csrf: true, securesWrites: false } } },
    secret: 'CSRF_INVALID',
    words: 'This form can no longer be sent. Go back, reload the page and try again.',
    json: { error: true, code: 'CSRF_INVALID', message: 'Invalid or missing form token', status: 403 },
  },
  409: {
    options: { sessions: failingEngine(conflict) },
    secret: 'T4_SESSION_CONFLICT',
    words: 'perhaps in another tab',
    json: { error: 'the session of POST /form was changed.', status: 409, code: 'T4_SESSION_CONFLICT' },
  },
  413: {
    options: { limits: { maxBodyBytes: 3 } },
    secret: 'T4_BODY_TOO_LARGE',
    words: 'What you sent is too large.',
    json: expect.objectContaining({ status: 413, code: 'T4_BODY_TOO_LARGE' }),
  },
  429: {
    options: { middleware: { rateLimit: { limit: 1, windowSeconds: 60, store: full() } } },
    secret: 'statusCode',
    words: 'These were too many requests. Try again in ',
    json: expect.objectContaining({ error: 'Too Many Requests', statusCode: 429 }),
  },
  503: {
    options: { sessions: failingEngine(busy) },
    secret: 'T4_SESSION_BUSY',
    words: 'This is not available right now. Try again in a moment.',
    json: { error: 'POST /form waited for 20 s.', status: 503, code: 'T4_SESSION_BUSY' },
  },
};

function full() {
  const hit = (_key: string, limit: number, windowMs: number) => ({
    allowed: false,
    limit,
    remaining: 0,
    resetAt: Date.now() + windowMs,
  });
  return { hit };
}

async function send(options: AppOptions, accept: string): Promise<Response> {
  const { url } = await startApp((router: Router) => {
    router.post('/form', (_req, res) => res.json({ ok: true }));
  }, options);
  const headers = { accept, 'content-type': 'application/x-www-form-urlencoded' };
  return fetch(`${url}/form`, { method: 'POST', body: 'name=Ann', headers });
}

/** Templates of an app that has a page for this status. */
const ownPage = (status: number) => ({
  has: (name: string) => name === `errors/${status}.html`,
  render: async (_name: string, data: Readonly<Record<string, unknown>>) => `<p>own: ${data.error_message}</p>`,
});

describe.each(Object.keys(REFUSALS).map(Number))('a refusal with %i', (status) => {
  const { options, secret, words, json } = REFUSALS[status] as Refusal;

  test('is a page in words for a visitor', async () => {
    const response = await send(options, BROWSER);
    const page = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(page).toContain(words);
    expect(page).not.toContain(secret);
    expect(page).not.toContain('/form');
  });

  test("is the app's own page where there is one", async () => {
    const response = await send({ ...options, templates: ownPage(status) }, BROWSER);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(`own: `)]);
  });

  test('is JSON for everyone else, as ever', async () => {
    const response = await send(options, '*/*');
    expect([response.status, await response.json()]).toEqual([status, json]);
  });
});

test('in debug the page has the code and the words for the developer', async () => {
  const { options } = REFUSALS[403] as Refusal;
  const page = await (await send({ ...options, isDebug: true }, BROWSER)).text();
  expect(page).toContain('<h1>403 Invalid or missing form token</h1><p><code>CSRF_INVALID</code></p>');
});

test('a page of the app that fails while it refuses is replaced by the plain one', async () => {
  const { options } = REFUSALS[403] as Refusal;
  const templates = { ...ownPage(403), render: () => Promise.reject(new Error('broken')) };
  const response = await send({ ...options, templates }, BROWSER);
  expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('can no longer be sent')]);
});

test("the app's own words stay its own", async () => {
  const { fetch } = await startApp((router) => {
    router.get('/x', () => {
      throw new HttpError(404, 'NO_ITEM', 'We no longer sell this.');
    });
  });
  expect(await (await fetch('/x', { headers: { accept: BROWSER } })).text()).toContain('404 We no longer sell this.');
});
