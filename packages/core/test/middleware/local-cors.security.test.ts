import { afterEach, expect, test } from '@jest/globals';
import { type AppOptions, cors, MIDDLEWARE_DEFAULTS, type Router } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

afterEach(closeApps);

const FOREIGN = ['https://evil.example', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'null', ''];
const LOCAL = ['http://localhost:5173', 'http://127.0.0.1:3000', 'http://[::1]:3000', 'https://app.localhost'];

/** The ways to be open to all. */
const OPEN: [string, (router: Router) => void, AppOptions['middleware']][] = [
  ['by default', () => {}, { isCorsAutomatic: true }],
  [
    'by a setting',
    () => {},
    { isCorsAutomatic: true, cors: { ...MIDDLEWARE_DEFAULTS.cors, origins: ['https://a.example', '*'] } },
  ],
  ['by middleware', (router) => router.use(cors({ origins: '*' })), {}],
  ['by a call of middleware', (router) => router.use((req, res, next) => cors()(req, res, next)), {}],
];

async function start(open: (router: Router) => void, options: AppOptions): Promise<RunningApp> {
  return startApp((router) => {
    open(router);
    router.get('/source', (_req, res) => res.json({ secret: 1 }));
  }, options);
}

test.each(OPEN)(
  'in debug mode an app that is open to all %s is so for origins on this machine only',
  async (_how, open, middleware) => {
    const app = await start(open, { isDebug: true, middleware });
    for (const origin of FOREIGN) {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await app.fetch('/source', { method, headers: { origin } });
        expect([origin, method, headers.get('access-control-allow-origin')]).toEqual([origin, method, null]);
      }
    }
    for (const origin of LOCAL) {
      const { headers } = await app.fetch('/source', { headers: { origin } });
      expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([origin, 'Origin']);
    }
  },
);

test('in debug mode an origin that is listed is let in wherever it is', async () => {
  const app = await start((router) => router.use(cors({ origins: ['https://phone.example', '*'] })), { isDebug: true });
  const { headers } = await app.fetch('/source', { headers: { origin: 'https://phone.example' } });
  expect(headers.get('access-control-allow-origin')).toBe('https://phone.example');
});

test.each(OPEN)(
  'without debug mode an app that is open to all %s says so with a star',
  async (_how, open, middleware) => {
    const app = await start(open, { middleware });
    const { headers } = await app.fetch('/source', { headers: { origin: 'https://evil.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  },
);
