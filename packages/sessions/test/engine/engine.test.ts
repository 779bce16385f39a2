import { afterEach, expect, test } from '@jest/globals';
import { createSessionEngine } from '../../src/engine/engine.js';
import type { SessionEngineOptions } from '../../src/session-options.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';
import { Browser, type Routes, startApp, type TestApp } from '../support/test-app.js';

const apps: TestApp[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function open(routes: Routes, options: Partial<SessionEngineOptions> = {}): Promise<TestApp> {
  const app = await startApp(createSessionEngine({ store: new MemoryStore(), sweepEveryMs: 0, ...options }), routes);
  apps.push(app);
  return app;
}

const visitCounter: Routes = {
  'GET /visit-counter': ({ session }) => {
    session.visit_count = (session.visit_count ?? 0) + 1;
    return { visit_count: session.visit_count };
  },
};

test('a visit counter counts across requests of one browser', async () => {
  const browser = new Browser(await open(visitCounter));
  await browser.get('/visit-counter');
  await browser.get('/visit-counter');
  const third = await browser.get('/visit-counter');
  expect(third.json).toEqual({ visit_count: 3 });
});

test('the session cookie carries the documented attributes', async () => {
  const browser = new Browser(await open(visitCounter));
  const first = await browser.get('/visit-counter');
  expect(first.setCookie).toMatch(/^tina4_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=3600$/);
});

test('200 parallel cart adds of one browser keep 200 items', async () => {
  const app = await open({
    'GET /': ({ session }) => {
      session.visits = 1;
    },
    'POST /api/cart/add': async ({ session }) => {
      const cart = session.cart ?? [];
      await new Promise((resolve) => setImmediate(resolve));
      cart.push({ product: 1 });
      session.cart = cart;
      return { items: cart.length };
    },
    'GET /cart': ({ session }) => ({ items: session.cart.length }),
  });
  const browser = new Browser(app);
  await browser.get('/');
  const answers = await Promise.all(Array.from({ length: 200 }, () => browser.post('/api/cart/add')));
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(200);
  expect((await browser.get('/cart')).json).toEqual({ items: 200 });
});
