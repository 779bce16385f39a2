import fastify from 'fastify';
import { hello, orderAnswer, orderPath, PREFERENCE, page, SECRET, SHOPS } from '../contract/app.mjs';
import { openExpressStore } from './parts/express-stores.mjs';

export const adapter = {
  title: 'fastify + @fastify/session',
  packages: {
    plain: ['fastify'],
    session: ['@fastify/session', '@fastify/cookie', 'connect-redis', 'redis', 'express-session', 'session-file-store'],
  },
  stores: ['memory', 'files', 'redis'],
  async start(context) {
    const app = fastify();
    if (context.app === 'plain') await addPlainRoutes(app, context);
    else await addSessionRoutes(app, context);
    await app.listen({ port: 0, host: '127.0.0.1' });
    return app.server.address().port;
  },
};

async function addPlainRoutes(app, { views, shops = SHOPS }) {
  const [{ default: view }, { default: nunjucks }] = await Promise.all([import('@fastify/view'), import('nunjucks')]);
  await app.register(view, { engine: { nunjucks }, root: views, production: true });
  app.get('/hello', async () => hello);
  for (let shop = 0; shop < shops; shop++) {
    app.get(orderPath(shop, ':customer', ':order'), async ({ params }) =>
      orderAnswer(shop, params.customer, params.order),
    );
  }
  app.post('/echo', async ({ body }) => body);
  app.get('/page', (_req, reply) => reply.view('page.njk', page));
}

async function addSessionRoutes(app, context) {
  const [{ default: cookie }, { default: session }, { default: expressSession }] = await Promise.all([
    import('@fastify/cookie'),
    import('@fastify/session'),
    context.store === 'files' ? import('express-session') : {},
  ]);
  const store = await openExpressStore(expressSession, context);
  await app.register(cookie);
  await app.register(session, {
    secret: SECRET,
    saveUninitialized: false,
    cookie: { secure: false },
    ...(store === undefined ? {} : { store }),
  });
  app.get('/visits', async ({ session }) => {
    session.visits = (session.visits ?? 0) + 1;
    return { visits: session.visits };
  });
  app.get('/preference', async ({ session }) => ({ value: session[PREFERENCE] }));
  app.get('/unused', async () => ({ ok: true }));
  app.post('/preferences', async ({ session, body }) => {
    Object.assign(session, body);
    return { ok: true };
  });
  app.post('/cart', async ({ session, body }) => {
    session.cart = [...(session.cart ?? []), body.item];
    return { ok: true };
  });
  app.get('/cart', async ({ session }) => ({ cart: session.cart ?? [] }));
}
