/** AdonisJS joined in code: the files of its starter project would only say the same in more places. */
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { Ignitor } from '@adonisjs/core';
import { defineConfig as bodyParserConfig } from '@adonisjs/core/bodyparser';
import { defineConfig as httpConfig } from '@adonisjs/core/http';
import { defineConfig as loggerConfig } from '@adonisjs/core/logger';
import { hello, orderAnswer, orderPath, PREFERENCE, page, SECRET, SHOPS } from '../contract/app.mjs';

export const adapter = {
  title: 'adonis + @adonisjs/session',
  packages: { plain: ['@adonisjs/core'], session: ['@adonisjs/session', '@adonisjs/redis'] },
  stores: ['memory', 'files', 'redis'],
  async start(context) {
    const isSession = context.app === 'session';
    const sessions = isSession ? await sessionParts(context) : { config: {}, providers: [] };
    const app = await createApp(sessions);
    let handle;
    await app.start(async () => {
      const router = await app.container.make('router');
      router.use([
        () => import('@adonisjs/core/bodyparser_middleware'),
        ...(isSession ? [() => import('@adonisjs/session/session_middleware')] : []),
      ]);
      await (isSession ? addSessionRoutes(router) : addPlainRoutes(router, context));
      const server = await app.container.make('server');
      await server.boot();
      handle = server.handle.bind(server);
    });
    const server = http.createServer(handle);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server.address().port;
  },
};

async function createApp({ config, providers }) {
  const root = mkdtempSync(join(tmpdir(), 'tina4-bench-adonis-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  const ignitor = new Ignitor(pathToFileURL(`${root}/`), { importer: (path) => import(path) });
  ignitor.tap((app) => {
    app.initiating(() => {
      app.useConfig({
        app: { appKey: SECRET, http: httpConfig({ cookie: {} }) },
        bodyparser: bodyParserConfig({}),
        logger: loggerConfig({ default: 'app', loggers: { app: { enabled: false } } }),
        ...config,
      });
      app.rcContents({ providers: [() => import('@adonisjs/core/providers/app_provider'), ...providers] });
    });
  });
  const app = ignitor.createApp('web');
  await app.init();
  await app.boot();
  return app;
}

async function sessionParts({ store, folder, redis, lifetimeSeconds }) {
  const { defineConfig, stores } = await import('@adonisjs/session');
  const storeName = { memory: 'memory', files: 'file', redis: 'redis' }[store];
  const session = defineConfig({
    enabled: true,
    cookieName: 'adonis-session',
    clearWithBrowser: false,
    age: lifetimeSeconds,
    cookie: { path: '/', httpOnly: true, secure: false, sameSite: 'lax' },
    store: storeName,
    stores: {
      ...(store === 'files' ? { file: stores.file({ location: folder }) } : {}),
      ...(store === 'redis' ? { redis: stores.redis({ connection: 'main' }) } : {}),
    },
  });
  const providers = [() => import('@adonisjs/session/session_provider')];
  if (store !== 'redis') return { config: { session }, providers };
  const { defineConfig: redisConfig } = await import('@adonisjs/redis');
  const main = { host: redis.host, port: redis.port, db: redis.database };
  return {
    config: { session, redis: redisConfig({ connection: 'main', connections: { main } }) },
    providers: [() => import('@adonisjs/redis/redis_provider'), ...providers],
  };
}

async function addPlainRoutes(router, { views, shops = SHOPS }) {
  const { openViews } = await import('./parts/nunjucks.mjs');
  const templates = openViews(views);
  router.get('/hello', () => hello);
  for (let shop = 0; shop < shops; shop++) {
    router.get(orderPath(shop, ':customer', ':order'), ({ params }) =>
      orderAnswer(shop, params.customer, params.order),
    );
  }
  router.post('/echo', ({ request }) => request.body());
  router.get('/page', ({ response }) => {
    response.type('html');
    return templates.render('page.njk', page);
  });
}

function addSessionRoutes(router) {
  router.get('/visits', ({ session }) => {
    session.put('visits', session.get('visits', 0) + 1);
    return { visits: session.get('visits') };
  });
  router.get('/preference', ({ session }) => ({ value: session.get(PREFERENCE) }));
  router.get('/unused', () => ({ ok: true }));
  router.post('/preferences', ({ session, request }) => {
    for (const [key, value] of Object.entries(request.body())) session.put(key, value);
    return { ok: true };
  });
  router.post('/cart', ({ session, request }) => {
    session.put('cart', [...session.get('cart', []), request.body().item]);
    return { ok: true };
  });
  router.get('/cart', ({ session }) => ({ cart: session.get('cart', []) }));
}
