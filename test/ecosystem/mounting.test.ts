/** Express apps under a prefix of ours, ours in an Express app, and what else takes a listener of Node. */
import { afterEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import supertest from 'supertest';
import { connect, createApp, TestClient } from 'tina4-nodejs';
import { bring, closeAll, listenBare, serve } from './bring.js';

afterEach(closeAll);

// biome-ignore lint/suspicious/noExplicitAny: an app of Express, which has no types here
type Express = any;

function legacyApp(): Express {
  const express = bring('express');
  const app = express();
  app.use(bring('express-session')({ secret: 's', resave: false, saveUninitialized: false, name: 'legacy.sid' }));
  app.use(express.json());
  app.get('/where', (req: Express, res: Express) => res.json([req.url, req.baseUrl, req.originalUrl, req.query.a]));
  app.post('/echo', (req: Express, res: Express) => res.status(201).json(req.body));
  app.get('/count', (req: Express, res: Express) => {
    req.session.n = (req.session.n ?? 0) + 1;
    res.send(`${req.session.n}`);
  });
  app.get('/moved', (_req: Express, res: Express) => res.send('old'));
  app.get('/broken', () => {
    throw new Error('in Express');
  });
  return app;
}

test('an Express app answers below its prefix, and routes of ours come first', async () => {
  const app = await serve((router) => {
    router.mount('/legacy', legacyApp());
    router.get('/legacy/moved', (_req, res) => res.text('new')).noAuth();
    router.get('/', (_req, res) => res.text('home')).noAuth();
  });
  const text = async (path: string) => {
    const answer = await app.visit(path);
    return [answer.status, await answer.text()];
  };
  expect(await text('/legacy/where?a=1')).toEqual([200, '["/where?a=1","/legacy","/legacy/where?a=1","1"]']);
  expect(await text('/legacy/moved')).toEqual([200, 'new']);
  expect(await text('/')).toEqual([200, 'home']);
  expect((await text('/legacyx/where'))[0]).toBe(404);
  expect((await text('/legacy/broken'))[0]).toBe(500);
  const echo = await app.post('/legacy/echo', { a: [1, 2] });
  expect([echo.status, await echo.json()]).toEqual([201, { a: [1, 2] }]);
});

test('what a mounted app passes on goes to our 404', async () => {
  const app = await serve((router) => {
    router.mount('/legacy', legacyApp());
  });
  const missing = await app.visit('/legacy/nothing', { headers: { accept: 'application/json' } });
  expect([missing.status, await missing.json()]).toEqual([
    404,
    { error: 'Not found', path: '/legacy/nothing', status: 404 },
  ]);
});

test('a mounted app keeps sessions of its own', async () => {
  const app = await serve((router) => {
    router.mount('/legacy', legacyApp());
    router.get('/ours', (req, res) => res.json(req.session.n ?? null)).noAuth();
  });
  const first = await app.visit('/legacy/count');
  expect(first.headers.getSetCookie()).toEqual([expect.stringContaining('legacy.sid=')]);
  expect(await (await app.visit('/legacy/count')).text()).toBe('2');
  expect(await (await app.visit('/ours')).json()).toBe(null);
});

test('with .session() it shares ours', async () => {
  const app = await serve((router) => {
    router.mount('/legacy', legacyApp()).session('exclusive');
    router.get('/ours', (req, res) => res.json(req.session.n ?? null)).noAuth();
  });
  const first = await app.visit('/legacy/count');
  expect(first.headers.getSetCookie().join()).not.toContain('legacy.sid');
  expect(await (await app.visit('/legacy/count')).text()).toBe('2');
  expect(await (await app.visit('/ours')).json()).toBe(2);
});

function oursApp() {
  const app = createApp({ sessions: createSessionEngine({ store: new MemoryStore() }) });
  app.router
    .get('/ours', (req, res) => {
      req.session.n = (req.session.n ?? 0) + 1;
      return res.json(req.session.n);
    })
    .noAuth();
  app.router.post('/ours', (req, res) => res.json(req.body)).noAuth();
  return app;
}

test('in an Express app ours answers what it knows and passes on the rest', async () => {
  const express: Express = bring('express')();
  const ours = oursApp();
  express.use(bring('express').json());
  express.use('/shop', ours);
  express.use(ours.handle);
  express.put('/ours', (_req: Express, res: Express) => res.send('put by Express'));
  express.get('/theirs', (_req: Express, res: Express) => res.send('by Express'));
  const url = `http://127.0.0.1:${await listenBare(express)}`;
  const get = async (path: string, init?: RequestInit) => {
    const answer = await fetch(url + path, init);
    return [answer.status, await answer.text()];
  };
  expect(await get('/ours')).toEqual([200, '1']);
  expect(await get('/shop/ours')).toEqual([200, '1']);
  expect(await get('/theirs')).toEqual([200, 'by Express']);
  expect(await get('/ours', { method: 'PUT' })).toEqual([200, 'put by Express']);
  const json = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } };
  expect(await get('/ours', json)).toEqual([200, '{"a":1}']);
  const [status, page] = await get('/nothing');
  expect([status, String(page).includes('Cannot GET /nothing')]).toEqual([404, true]);
  await ours.close();
});

test('middleware brought to an app in an Express app works there, with sessions of its own where we have none', async () => {
  const express: Express = bring('express')();
  const ours = createApp();
  const session = bring('express-session')({ secret: 's', resave: false, saveUninitialized: true });
  ours.router.use(connect(bring('helmet')(), bring('compression')({ threshold: 1 }), session));
  ours.router
    .get('/ours', (req, res) => {
      req.session.n = (req.session.n ?? 0) + 1;
      return res.cookie('a', 'b').json({ n: req.session.n, padding: 'x'.repeat(100) });
    })
    .noAuth();
  express.use(ours);
  express.get('/theirs', (req: Express, res: Express) => res.json(req.session.n));
  const url = `http://127.0.0.1:${await listenBare(express)}`;
  const answer = await fetch(`${url}/ours`);
  expect(await answer.json()).toMatchObject({ n: 1 });
  expect([answer.headers.get('content-encoding'), answer.headers.get('x-frame-options')]).toEqual([
    'gzip',
    'SAMEORIGIN',
  ]);
  const cookies = answer.headers.getSetCookie();
  expect(cookies.map((text) => text.split('=')[0]).sort()).toEqual(['a', 'connect.sid']);
  const cookie = cookies.map((text) => text.split(';')[0]).join('; ');
  expect(await (await fetch(`${url}/theirs`, { headers: { cookie } })).json()).toBe(1);
  await ours.close();
});

test('what our middleware set before a request is passed on stays on the answer', async () => {
  const express: Express = bring('express')();
  const ours = oursApp();
  ours.router.use((req, res, next) => {
    req.session.seen = true;
    res.header('X-Ours', '1').cookie('a', 'b');
    return next();
  });
  express.use(ours);
  express.get('/theirs', (_req: Express, res: Express) => res.cookie('c', 'd').send('by Express'));
  const answer = await fetch(`http://127.0.0.1:${await listenBare(express)}/theirs`);
  expect([await answer.text(), answer.headers.get('x-ours')]).toEqual(['by Express', '1']);
  expect(answer.headers.getSetCookie()).toEqual(['a=b; Path=/', 'c=d; Path=/']);
  await ours.close();
});

test('supertest takes the app and its handle', async () => {
  const app = oursApp();
  for (const target of [app, app.handle]) {
    const agent = supertest.agent(target);
    expect((await agent.get('/ours')).body).toBe(1);
    expect((await agent.get('/ours')).body).toBe(2);
  }
  expect((await supertest(app).post('/ours').send({ a: 1 })).body).toEqual({ a: 1 });
  expect((await supertest(app).get('/nothing')).status).toBe(404);
  await app.close();
});

test('TestClient goes through brought middleware and mounted apps without a port', async () => {
  const app = oursApp();
  app.router.use(connect(bring('helmet')(), bring('cookie-parser')()));
  app.mount('/legacy', legacyApp());
  const client = new TestClient(app);
  const first = await client.get('/ours');
  expect([first.status, first.headers['x-frame-options'], first.json()]).toEqual([200, 'SAMEORIGIN', 1]);
  expect((await client.get('/ours')).json()).toBe(2);
  const echo = await client.post('/legacy/echo', { json: { a: 1 } });
  expect([echo.status, echo.json()]).toEqual([201, { a: 1 }]);
  await app.close();
});
