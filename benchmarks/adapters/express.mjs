import express from 'express';
import { hello, orderAnswer, orderPath, PREFERENCE, page, SECRET, SHOPS } from '../contract/app.mjs';
import { openExpressStore } from './parts/express-stores.mjs';

export const adapter = {
  title: 'express + express-session',
  packages: { plain: ['express'], session: ['express-session', 'connect-redis', 'redis', 'session-file-store'] },
  stores: ['memory', 'files', 'redis'],
  async start(context) {
    const app = express();
    if (context.app === 'plain') await addPlainRoutes(app, context);
    else await addSessionRoutes(app, context);
    const server = await new Promise((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    });
    return server.address().port;
  },
};

async function addPlainRoutes(app, { views, shops = SHOPS }) {
  const { default: nunjucks } = await import('nunjucks');
  nunjucks.configure(views, { autoescape: true, express: app });
  app.get('/hello', (_req, res) => res.json(hello));
  for (let shop = 0; shop < shops; shop++) {
    app.get(orderPath(shop, ':customer', ':order'), ({ params }, res) =>
      res.json(orderAnswer(shop, params.customer, params.order)),
    );
  }
  app.post('/echo', express.json(), (req, res) => res.json(req.body));
  app.get('/page', (_req, res) => res.render('page.njk', { ...page }));
}

async function addSessionRoutes(app, context) {
  const { default: session } = await import('express-session');
  const store = await openExpressStore(session, context);
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store }));
  app.get('/visits', ({ session }, res) => {
    session.visits = (session.visits ?? 0) + 1;
    res.json({ visits: session.visits });
  });
  app.get('/preference', ({ session }, res) => res.json({ value: session[PREFERENCE] }));
  app.get('/unused', (_req, res) => res.json({ ok: true }));
  app.post('/preferences', express.json(), ({ session, body }, res) => {
    Object.assign(session, body);
    res.json({ ok: true });
  });
  app.post('/cart', express.json(), ({ session, body }, res) => {
    session.cart = [...(session.cart ?? []), body.item];
    res.json({ ok: true });
  });
  app.get('/cart', ({ session }, res) => res.json({ cart: session.cart ?? [] }));
}
