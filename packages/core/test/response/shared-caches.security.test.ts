import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import type { Router } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

afterEach(closeApps);

/** Every visitor is given a session, so that every answer of a route sets its cookie. */
function startWithCookies(register: (router: Router) => void): Promise<RunningApp> {
  return startApp(register, { sessions: createSessionEngine({ store: new MemoryStore(), autostart: true }) });
}

test.each([
  [undefined, 'private, no-cache'],
  ['max-age=3600', 'private, max-age=3600'],
  ['public, max-age=3600', 'private, max-age=3600'],
  ['Public,S-MaxAge=60, max-age=3600, stale-while-revalidate=5', 'private, max-age=3600, stale-while-revalidate=5'],
  ['public', 'private, no-cache'],
  ['s-maxage=60', 'private, no-cache'],
  ['no-cache', 'private, no-cache'],
  ['private="X-Name, Set-Cookie", max-age=60', 'private, max-age=60'],
  ['no-cache="Set-Cookie", max-age=60', 'private, no-cache="Set-Cookie", max-age=60'],
  ['private', 'private'],
  ['Private, max-age=60', 'Private, max-age=60'],
  ['public, private, max-age=60', 'private, max-age=60'],
  ['no-store', 'no-store'],
])('beside a session cookie, the Cache-Control %p of an app leaves as %p', async (own, sent) => {
  const app = await startWithCookies((router) =>
    router.get('/', (_req, res) => {
      if (own !== undefined) res.header('cache-control', own);
      return res.json({ same: 'for everyone' });
    }),
  );
  const answer = await app.fetch('/');
  expect(answer.headers.get('set-cookie')).toContain('tina4_session=');
  expect(answer.headers.get('cache-control')).toBe(sent);
});

test('what is said to content delivery networks alone goes, when a session cookie is set', async () => {
  const app = await startWithCookies((router) =>
    router.get('/', (_req, res) =>
      res.header('CDN-Cache-Control', 'max-age=600').header('surrogate-control', 'max-age=600').json({}),
    ),
  );
  const { headers } = await app.fetch('/');
  expect([headers.get('cdn-cache-control'), headers.get('surrogate-control')]).toEqual([null, null]);
});

test('an answer of the response cache that comes with a session cookie is private', async () => {
  const app = await startWithCookies((router) => router.get('/', (_req, res) => res.json({})).cache(300));
  await app.fetch('/');
  const hit = await app.fetch('/');
  expect([hit.headers.get('x-cache'), hit.headers.get('cache-control')]).toEqual(['HIT', 'private, max-age=300']);
});

test('sliding renewal on a route that never looks at the session keeps the answer out of shared caches', async () => {
  const sessions = createSessionEngine({ store: new MemoryStore(), lifetimeSeconds: 2 });
  const app = await startApp(
    (router) => {
      router.post('/store', (req, res) => {
        req.session.name = 'Ann';
        return res.json({});
      });
      router.get('/page', (_req, res) => res.header('Cache-Control', 'public, max-age=3600').text('for everyone'));
    },
    { sessions },
  );
  const cookie =
    ((await app.post('/store', '{}', 'application/json')).headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  let answer = await app.fetch('/page', { headers: { cookie } });
  for (let tries = 0; !answer.headers.has('set-cookie') && tries < 40; tries++) {
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
    await wait(25);
    answer = await app.fetch('/page', { headers: { cookie } });
  }
  expect(answer.headers.get('set-cookie')).toContain('tina4_session=');
  expect(answer.headers.get('cache-control')).toBe('private, max-age=3600');
});

test('an answer that only read the session is private unless the app says that it is public', async () => {
  const sessions = createSessionEngine({ store: new MemoryStore() });
  const app = await startApp(
    (router) => {
      router.get('/timed', (req, res) => res.header('Cache-Control', 'max-age=60').json(req.session.all()));
      router.get('/public', (req, res) => res.header('Cache-Control', 'public, max-age=60').json(req.session.all()));
    },
    { sessions },
  );
  expect((await app.fetch('/timed')).headers.get('cache-control')).toBe('private, max-age=60');
  expect((await app.fetch('/public')).headers.get('cache-control')).toBe('public, max-age=60');
});
