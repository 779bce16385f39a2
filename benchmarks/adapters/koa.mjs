import Router from '@koa/router';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { hello, orderAnswer, orderPath, PREFERENCE, page, SECRET, SHOPS } from '../contract/app.mjs';
import { openKoaStore } from './parts/koa-stores.mjs';

export const adapter = {
  title: 'koa + koa-session',
  packages: { plain: ['koa', '@koa/router', 'koa-bodyparser'], session: ['koa-session', 'ioredis'] },
  stores: ['memory', 'files', 'redis'],
  async start(context) {
    const app = new Koa();
    const router = new Router();
    if (context.app === 'plain') await addPlainRoutes(router, context);
    else await addSessionRoutes(app, router, context);
    app.use(router.routes());
    const server = await new Promise((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    });
    return server.address().port;
  },
};

async function addPlainRoutes(router, { views, shops = SHOPS }) {
  const { openViews } = await import('./parts/nunjucks.mjs');
  const templates = openViews(views);
  router.get('/hello', (ctx) => {
    ctx.body = hello;
  });
  for (let shop = 0; shop < shops; shop++) {
    router.get(orderPath(shop, ':customer', ':order'), (ctx) => {
      ctx.body = orderAnswer(shop, ctx.params.customer, ctx.params.order);
    });
  }
  router.post('/echo', bodyParser(), (ctx) => {
    ctx.body = ctx.request.body;
  });
  router.get('/page', (ctx) => {
    ctx.type = 'html';
    ctx.body = templates.render('page.njk', page);
  });
}

async function addSessionRoutes(app, router, context) {
  const koaSession = await import('koa-session');
  const session = koaSession.default ?? koaSession.createSession;
  app.keys = [SECRET];
  app.use(session({ store: await openKoaStore(context), maxAge: context.lifetimeSeconds * 1000 }, app));
  router.get('/visits', (ctx) => {
    ctx.session.visits = (ctx.session.visits ?? 0) + 1;
    ctx.body = { visits: ctx.session.visits };
  });
  router.get('/preference', (ctx) => {
    ctx.body = { value: ctx.session[PREFERENCE] };
  });
  router.get('/unused', (ctx) => {
    ctx.body = { ok: true };
  });
  router.post('/preferences', bodyParser(), (ctx) => {
    Object.assign(ctx.session, ctx.request.body);
    ctx.body = { ok: true };
  });
  router.post('/cart', bodyParser(), (ctx) => {
    ctx.session.cart = [...(ctx.session.cart ?? []), ctx.request.body.item];
    ctx.body = { ok: true };
  });
  router.get('/cart', (ctx) => {
    ctx.body = { cart: ctx.session.cart ?? [] };
  });
}
