import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { hello, orderAnswer, orderPath, PREFERENCE, page, SHOPS } from '../contract/app.mjs';

export const adapter = {
  title: 'hono + hono-sessions',
  packages: { plain: ['hono', '@hono/node-server'], session: ['hono-sessions', 'ioredis'] },
  // hono-sessions has no store on files.
  stores: ['memory', 'redis'],
  async start(context) {
    const app = new Hono();
    if (context.app === 'plain') await addPlainRoutes(app, context);
    else await addSessionRoutes(app, context);
    return new Promise((resolve) => {
      serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port));
    });
  },
};

async function addPlainRoutes(app, { views, shops = SHOPS }) {
  const { openViews } = await import('./parts/nunjucks.mjs');
  const templates = openViews(views);
  app.get('/hello', (c) => c.json(hello));
  for (let shop = 0; shop < shops; shop++) {
    app.get(orderPath(shop, ':customer', ':order'), (c) =>
      c.json(orderAnswer(shop, c.req.param('customer'), c.req.param('order'))),
    );
  }
  app.post('/echo', async (c) => c.json(await c.req.json()));
  app.get('/page', (c) => c.html(templates.render('page.njk', page)));
}

async function addSessionRoutes(app, context) {
  const { sessionMiddleware } = await import('hono-sessions');
  app.use(
    '*',
    sessionMiddleware({
      store: await stores[context.store](context),
      expireAfterSeconds: context.lifetimeSeconds,
      cookieOptions: { path: '/', httpOnly: true, sameSite: 'Lax' },
    }),
  );
  app.get('/visits', (c) => {
    const session = c.get('session');
    const visits = (session.get('visits') ?? 0) + 1;
    session.set('visits', visits);
    return c.json({ visits });
  });
  app.get('/preference', (c) => c.json({ value: c.get('session').get(PREFERENCE) }));
  app.get('/unused', (c) => c.json({ ok: true }));
  app.post('/preferences', async (c) => {
    const session = c.get('session');
    for (const [key, value] of Object.entries(await c.req.json())) session.set(key, value);
    return c.json({ ok: true });
  });
  app.post('/cart', async (c) => {
    const session = c.get('session');
    const { item } = await c.req.json();
    session.set('cart', [...(session.get('cart') ?? []), item]);
    return c.json({ ok: true });
  });
  app.get('/cart', (c) => c.json({ cart: c.get('session').get('cart') ?? [] }));
}

const stores = {
  async memory() {
    const { MemoryStore } = await import('hono-sessions');
    return new MemoryStore();
  },

  // Its interface, over the client that the floor uses too.
  async redis({ redis, lifetimeSeconds }) {
    const { openRedis } = await import('./parts/redis-client.mjs');
    const client = openRedis(redis);
    const write = async (id, data) => void (await client.set(id, JSON.stringify(data), 'EX', lifetimeSeconds));
    return {
      getSessionById: async (id) => JSON.parse((await client.get(id)) ?? 'null'),
      createSession: write,
      persistSessionData: write,
      deleteSession: async (id) => void (await client.del(id)),
    };
  },
};
