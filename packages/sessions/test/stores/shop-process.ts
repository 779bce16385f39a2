import { createSessionEngine } from '../../src/engine/engine.js';
import { openStore } from '../../src/open-store.js';
import type { StoreSettings } from '../../src/session-options.js';
import { startApp } from '../support/test-app.js';

// One process of a shop: compiled by `compileChild`, told its store as JSON, and gone when its parent is.
const settings = JSON.parse(process.argv[2] ?? '') as StoreSettings;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function serve(): Promise<void> {
  const store = await openStore(settings);
  const engine = createSessionEngine({ store, timeoutMs: settings.timeoutMs, sweepEveryMs: 0 });
  const app = await startApp(engine, {
    'GET /': ({ session }) => {
      session.visits = (session.visits ?? 0) + 1;
    },
    'GET /visit-counter': async ({ session }) => {
      const count = session.visit_count ?? 0;
      await pause(0);
      session.visit_count = count + 1;
    },
    'POST /api/cart/add': async ({ session, query }) => {
      const cart = session.cart ?? [];
      await pause(0);
      cart.push(query.get('item'));
      session.cart = cart;
    },
    'POST /login': async ({ request, session, query }) => {
      await pause(5);
      request.regenerate();
      session.user = query.get('click');
    },
    'POST /slow': async ({ session, query }) => {
      await pause(20);
      session[`key_${query.get('item')}`] = 1;
    },
    'GET /all': ({ session }) => ({ ...session }),
  });
  process.send?.({ port: app.port });
}

process.on('disconnect', () => process.exit());
void serve();
