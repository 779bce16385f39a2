/** The table of docs/express-middleware.md: each package as it comes from npm, brought by `connect()`, over real HTTP. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Router } from '@tina4/core';
import { connect } from 'tina4-nodejs';
import { bring, closeAll, serve } from './bring.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tina4-ecosystem-'));
});
afterEach(closeAll);
afterAll(() => rm(folder, { recursive: true, force: true }));

const ok = (router: Router): void => {
  router.get('/', (_req, res) => res.json({ ok: true })).noAuth();
};

test('helmet: its headers are on answers and on 404', async () => {
  const app = await serve((router) => {
    router.use(connect(bring('helmet')()));
    ok(router);
  });
  const [answer, missing] = [await app.visit('/'), await app.visit('/nothing')];
  expect(await answer.json()).toEqual({ ok: true });
  expect(answer.headers.get('strict-transport-security')).toContain('max-age');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect([missing.status, missing.headers.get('x-content-type-options')]).toEqual([404, 'nosniff']);
});

test('cors: a preflight is answered by it, and answers name the origin', async () => {
  const app = await serve(
    (router) => {
      router.use(connect(bring('cors')({ origin: 'https://shop.example', credentials: true })));
      router.put('/items', (_req, res) => res.json({ ok: true })).noAuth();
    },
    { middleware: { isCorsAutomatic: true } },
  );
  const headers = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' };
  const preflight = await app.visit('/items', { method: 'OPTIONS', headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT');
  const answer = await app.visit('/items', { method: 'PUT', headers: { origin: 'https://shop.example' } });
  expect(await answer.json()).toEqual({ ok: true });
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  expect(answer.headers.get('vary')).toContain('Origin');
});

test('express-rate-limit: the request over the limit is answered 429 by it', async () => {
  const app = await serve((router) => {
    router.use(connect(bring('express-rate-limit')({ windowMs: 60_000, limit: 2, standardHeaders: true })));
    ok(router);
  });
  const answers = [await app.visit('/'), await app.visit('/'), await app.visit('/')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(answers[0]?.headers.get('ratelimit-remaining')).toBe('1');
  expect(await answers[2]?.text()).toContain('Too many requests');
});

test('morgan: each line has the status that was sent and the path that was asked for', async () => {
  const lines: string[] = [];
  const app = await serve((router) => {
    const stream = { write: (line: string) => void lines.push(line.trim()) };
    router.use(connect(bring('morgan')(':method :url :status :res[content-type]', { stream })));
    ok(router);
    router.get('/teapot', (_req, res) => res.status(418).json({})).noAuth();
    router.get('/failing', () => Promise.reject(new Error('no'))).noAuth();
  });
  for (const target of ['/?a=1', '/teapot', '/failing', '/nothing']) await (await app.visit(target)).text();
  expect(lines.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'GET /?a=1 200',
    'GET /teapot 418',
    'GET /failing 500',
    'GET /nothing 404',
  ]);
  expect(lines[0]).toContain('application/json');
});

test('compression: a large answer is coded once, a stream as well', async () => {
  const app = await serve((router) => {
    router.use(connect(bring('compression')({ threshold: 10 })));
    router.get('/small', (_req, res) => res.text('x'.repeat(200))).noAuth();
    router.get('/large', (_req, res) => res.text('y'.repeat(5000))).noAuth();
    router
      .get('/stream', (_req, res) =>
        res.stream(function* () {
          yield 'z'.repeat(3000);
          yield 'end';
        }, 'text/plain'),
      )
      .noAuth();
  });
  const answers = await Promise.all(['/small', '/large', '/stream'].map((target) => app.visit(target)));
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual([
    'x'.repeat(200),
    'y'.repeat(5000),
    `${'z'.repeat(3000)}end`,
  ]);
  expect(answers.map(({ headers }) => headers.get('content-encoding'))).toEqual([
    expect.stringMatching(/^(br|gzip|deflate)$/),
    expect.stringMatching(/^(br|gzip|deflate)$/),
    expect.stringMatching(/^(br|gzip|deflate)$/),
  ]);
});

const users = [{ id: 7, name: 'ada', password: 'pw' }];

function passportApp(keepSessionInfo: boolean) {
  const passport = new (bring('passport').Passport)();
  const { Strategy } = bring('passport-local');
  passport.use(
    new Strategy((name: string, password: string, done: (error: unknown, user?: unknown) => void) =>
      setImmediate(() => done(null, users.find((user) => user.name === name && user.password === password) ?? false)),
    ),
  );
  passport.serializeUser((user: { id: number }, done: (error: unknown, id: number) => void) => done(null, user.id));
  passport.deserializeUser((id: number, done: (error: unknown, user: unknown) => void) =>
    done(null, users.find((user) => user.id === id) ?? false),
  );
  return serve((router) => {
    router.use(connect(passport.initialize(), passport.session()));
    router
      .post('/cart', (req, res) => {
        req.session.cart = ['tea'];
        return res.json({});
      })
      .noAuth();
    router
      .get('/me', (req, res) => res.json({ name: req.user?.name ?? null, cart: req.session.cart ?? null }))
      .noAuth();
    router
      .post('/login', (req, res) => res.json({ name: req.user.name }))
      .middleware(connect(passport.authenticate('local', { keepSessionInfo })))
      .noAuth();
    router
      .post('/logout', (req, res) => {
        const { logout } = req as unknown as { logout(callback: (error?: unknown) => void): void };
        logout((error) => res.json({ error: error ?? null, user: req.user ?? null }));
      })
      .noAuth();
    router
      .post('/login-by-hand', (req, res) => {
        const { login } = req as unknown as { login(user: unknown, callback: (error?: unknown) => void): void };
        login(users[0], (error) => res.json({ error: error ?? null, name: req.user?.name }));
      })
      .noAuth();
  });
}

test('passport: a local login gives the session a new id and the request its user, until logout', async () => {
  const app = await passportApp(false);
  const before = (await app.post('/cart', {})).headers.getSetCookie();
  const refused = await app.post('/login', { username: 'ada', password: 'wrong' });
  expect([refused.status, await refused.text()]).toEqual([401, 'Unauthorized']);
  const login = await app.post('/login', { username: 'ada', password: 'pw' });
  expect(await login.json()).toEqual({ name: 'ada' });
  expect(login.headers.getSetCookie()).toHaveLength(1);
  const old = before[0]?.split(';')[0] as string;
  expect(login.headers.getSetCookie()[0]).not.toContain(old);
  expect(await (await app.visit('/me', { headers: { cookie: old } })).json()).toEqual({ name: null, cart: null });
  // As in Express: the new session starts empty.
  expect(await (await app.visit('/me')).json()).toEqual({ name: 'ada', cart: null });
  expect(await (await app.post('/logout', {})).json()).toEqual({ error: null, user: null });
  expect(await (await app.visit('/me')).json()).toEqual({ name: null, cart: null });
});

test('passport: keepSessionInfo keeps the cart over the login', async () => {
  const app = await passportApp(true);
  await app.post('/cart', {});
  await app.post('/login', { username: 'ada', password: 'pw' });
  expect(await (await app.visit('/me')).json()).toEqual({ name: 'ada', cart: ['tea'] });
});

test('passport: req.login() can be called by a handler', async () => {
  const app = await passportApp(false);
  expect(await (await app.post('/login-by-hand', {})).json()).toEqual({ error: null, name: 'ada' });
  expect(await (await app.visit('/me')).json()).toMatchObject({ name: 'ada' });
});

test('multer: it reads the body that route.leaveBody() left', async () => {
  const app = await serve((router) => {
    router
      .post('/photos', (req, res) => {
        const { file } = req as unknown as { file: { originalname: string; size: number } };
        return res.json({ file: [file.originalname, file.size], title: req.body.title });
      })
      .middleware(connect(bring('multer')({ dest: path.join(folder, 'photos') }).single('photo')))
      .leaveBody()
      .noAuth();
  });
  const form = new FormData();
  form.set('title', 'Sea');
  form.set('photo', new Blob(['p'.repeat(100_000)]), 'sea.jpg');
  const answer = await app.visit('/photos', { method: 'POST', body: form });
  expect(await answer.json()).toEqual({ file: ['sea.jpg', 100_000], title: 'Sea' });
  expect(await readdir(path.join(folder, 'photos'))).toHaveLength(1);
});

test('multer: without leaveBody() the answer says what to do', async () => {
  const app = await serve((router) => {
    router
      .post('/photos', (_req, res) => res.json({}))
      .middleware(connect(bring('multer')().single('photo')))
      .noAuth();
  });
  const form = new FormData();
  form.set('photo', new Blob(['p']), 'sea.jpg');
  expect((await app.visit('/photos', { method: 'POST', body: form })).status).toBe(500);
  expect(app.logged.join()).toContain('leaveBody()');
});

test('csrf-csrf: a write without its token is 403, one with it passes', async () => {
  const { doubleCsrf } = bring('csrf-csrf');
  const app = await serve((router) => {
    const { doubleCsrfProtection, generateCsrfToken } = doubleCsrf({
      getSecret: () => 'a secret of the test',
      getSessionIdentifier: (req: { session: { id: string } }) => req.session.id,
      cookieName: 'x-csrf',
      cookieOptions: { secure: false },
    });
    router.use(connect(bring('cookie-parser')(), doubleCsrfProtection));
    router
      .get('/form', (req, res) => {
        req.session.seen = true;
        const { csrfToken } = req as unknown as { csrfToken(): string };
        return res.json({ token: csrfToken() });
      })
      .noAuth();
    router.post('/write', (_req, res) => res.json({ ok: true })).noAuth();
    void generateCsrfToken;
  });
  // The session must have its id before a token is bound to it.
  await app.visit('/form');
  const { token } = (await (await app.visit('/form')).json()) as { token: string };
  expect((await app.post('/write', {})).status).toBe(403);
  const answer = await app.post('/write', {}, { 'x-csrf-token': token });
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
});

test('http-proxy-middleware: bodies go both ways, and the session is stored before the answer', async () => {
  const upstream = createServer((req, res) => {
    res.writeHead(201, { 'content-type': 'text/plain', 'x-upstream': 'yes', 'set-cookie': 'up=1' });
    req.pipe(res);
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  try {
    const { createProxyMiddleware } = bring('http-proxy-middleware');
    const app = await serve((router) => {
      router
        .post('/api/{rest:path}', (_req, res) => res.status(500).text('not reached'))
        .middleware(
          (req, _res, next) => {
            req.session.visits = (req.session.visits ?? 0) + 1;
            return next();
          },
          connect(createProxyMiddleware({ target, changeOrigin: true })),
        )
        .leaveBody()
        .noAuth();
      router.get('/visits', (req, res) => res.json(req.session.visits ?? 0)).noAuth();
    });
    const sent = 'b'.repeat(300_000);
    const answer = await app.visit('/api/echo', { method: 'POST', body: sent });
    expect([answer.status, answer.headers.get('x-upstream')]).toEqual([201, 'yes']);
    expect(answer.headers.getSetCookie()).toEqual(['up=1', expect.stringContaining('session')]);
    expect((await answer.text()).length).toBe(sent.length);
    expect(await (await app.visit('/visits')).json()).toBe(1);
  } finally {
    upstream.close();
  }
});

test('swagger-ui-express: its page and its files are served', async () => {
  const swagger = bring('swagger-ui-express');
  const app = await serve((router) => {
    const about = { openapi: '3.0.0', info: { title: 'Shop', version: '1' } };
    router.mount('/docs', swagger.serve, swagger.setup(about));
  });
  const page = await app.visit('/docs/');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await page.text()).toContain('Swagger UI');
  const script = await app.visit('/docs/swagger-ui-bundle.js');
  expect([script.status, script.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
  expect((await script.text()).length).toBeGreaterThan(100_000);
});

test('pino-http: the request has its logger, and the line the status', async () => {
  const lines: { msg: string; res?: { statusCode: number } }[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const app = await serve((router) => {
    router.use(connect(bring('pino-http')({}, stream)));
    router
      .get('/made', (req, res) => {
        (req as unknown as { log: { info(text: string): void } }).log.info('in the handler');
        return res.status(201).json({ id: typeof (req as unknown as { id: unknown }).id });
      })
      .noAuth();
  });
  expect(await (await app.visit('/made')).json()).toEqual({ id: 'number' });
  expect(lines.map(({ msg, res }) => [msg, res?.statusCode])).toEqual([
    ['in the handler', undefined],
    ['request completed', 201],
  ]);
});

test('express-prom-bundle: requests are counted under the status that was sent', async () => {
  const app = await serve((router) => {
    const bundle = bring('express-prom-bundle')({ includePath: true, includeMethod: true });
    router.use(connect(bundle));
    ok(router);
    router.get('/teapot', (_req, res) => res.status(418).json({})).noAuth();
  });
  for (const target of ['/', '/teapot', '/nothing']) await (await app.visit(target)).text();
  const metrics = await (await app.visit('/metrics')).text();
  expect(metrics).toMatch(/http_request_duration_seconds_count\{[^}]*status_code="200"[^}]*path="\/"[^}]*\} 1/);
  expect(metrics).toMatch(/status_code="418"[^}]*path="\/teapot"[^}]*\} 1/);
  expect(metrics).toMatch(/status_code="404"[^}]*path="\/nothing"[^}]*\} 1/);
});

test('express-basic-auth: it refuses with its challenge, and lets through with req.auth', async () => {
  const app = await serve((router) => {
    router
      .get('/inside', (req, res) => res.json((req as unknown as { auth: { user: string } }).auth.user))
      .middleware(connect(bring('express-basic-auth')({ users: { ada: 'pw' }, challenge: true })))
      .noAuth();
  });
  const refused = await app.visit('/inside');
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic']);
  const headers = { authorization: `Basic ${Buffer.from('ada:pw').toString('base64')}` };
  expect(await (await app.visit('/inside', { headers })).json()).toBe('ada');
});

test('cookie-parser: signed cookies and those with JSON, as Express writes them', async () => {
  const app = await serve((router) => {
    router.use(connect(bring('cookie-parser')('the secret of the old app')));
    router
      .get('/set', (_req, res) => res.json({}))
      .middleware(
        connect((_req, res, next) => {
          res.cookie('cart', { items: [1, 2] });
          res.cookie('role', 'admin', { signed: true, maxAge: 60_000 });
          next();
        }),
      )
      .noAuth();
    router.get('/get', (req, res) => res.json([req.cookies.cart, req.signedCookies.role])).noAuth();
  });
  const set = await app.visit('/set');
  expect(set.headers.getSetCookie().map((text) => decodeURIComponent(text))).toEqual([
    'cart=j:{"items":[1,2]}; Path=/',
    expect.stringMatching(/^role=s:admin\.[\w+/]+; Max-Age=60; Path=\//),
  ]);
  expect(await (await app.visit('/get')).json()).toEqual([{ items: [1, 2] }, 'admin']);
});

test('connect-flash: a message is shown once, on the next request', async () => {
  const app = await serve((router) => {
    router.use(connect(bring('connect-flash')()));
    router
      .post('/save', (req, res) => {
        (req as unknown as { flash(kind: string, text: string): void }).flash('info', 'Saved');
        return res.json({});
      })
      .noAuth();
    router
      .get('/messages', (req, res) => res.json((req as unknown as { flash(kind: string): string[] }).flash('info')))
      .noAuth();
  });
  await app.post('/save', {});
  expect(await (await app.visit('/messages')).json()).toEqual(['Saved']);
  expect(await (await app.visit('/messages')).json()).toEqual([]);
});

test('express-session: it passes by, since there is a session', async () => {
  const app = await serve((router) => {
    router.use(connect(bring('express-session')({ secret: 's', resave: false, saveUninitialized: true })));
    router
      .get('/', (req, res) => {
        req.session.n = (req.session.n ?? 0) + 1;
        return res.json(req.session.n);
      })
      .noAuth();
  });
  const cookies = (await app.visit('/')).headers.getSetCookie();
  expect([cookies.length, cookies.join().includes('connect.sid')]).toEqual([1, false]);
  expect(await (await app.visit('/')).json()).toBe(2);
});

test('express-validator: the handler asks our request for what it found', async () => {
  const { body, validationResult, matchedData } = bring('express-validator');
  const app = await serve((router) => {
    router
      .post('/users', (req, res) => {
        const errors = validationResult(req).array();
        return res
          .status(errors.length === 0 ? 200 : 400)
          .json({ errors: errors.length, data: matchedData(req), body: req.body });
      })
      .middleware(connect(body('email').isEmail().normalizeEmail(), body('name').trim().notEmpty()))
      .noAuth();
  });
  const wrong = await app.post('/users', { email: 'no', name: ' ' });
  expect([wrong.status, ((await wrong.json()) as { errors: number }).errors]).toEqual([400, 2]);
  const right = await app.post('/users', { email: 'ADA@example.com', name: ' Ada ' });
  expect(await right.json()).toEqual({
    errors: 0,
    data: { email: 'ada@example.com', name: 'Ada' },
    body: { email: 'ada@example.com', name: 'Ada' },
  });
});

test('method-override: as a layer it is refused by name, and in front of the app it chooses the route', async () => {
  const override = bring('method-override')('X-HTTP-Method-Override');
  const register = (router: Router): void => {
    router.post('/items', (_req, res) => res.text('posted')).noAuth();
    router.put('/items', (req, res) => res.json({ put: req.body.n })).noAuth();
  };
  const layered = await serve((router) => {
    router.use(connect(override));
    register(router);
  });
  const headers = { 'x-http-method-override': 'PUT' };
  expect((await layered.post('/items', { n: 1 }, headers)).status).toBe(500);
  expect(layered.logged.join()).toContain('T4_CONNECT_REROUTED');
  const inFront = await serve(register, {}, (app) => (req, res) => override(req, res, () => void app.handle(req, res)));
  expect(await (await inFront.post('/items', { n: 1 }, headers)).json()).toEqual({ put: 1 });
});

test('response-time: the header is on the answer', async () => {
  const app = await serve((router) => {
    router.use(connect(bring('response-time')()));
    ok(router);
  });
  expect((await app.visit('/')).headers.get('x-response-time')).toMatch(/^\d+\.\d+ms$/);
});

test('serve-static: files with ranges and conditions, and what is no file goes on', async () => {
  await writeFile(path.join(folder, 'note.txt'), 'hello file');
  const app = await serve((router) => {
    router.use(connect(bring('serve-static')(folder)));
    ok(router);
  });
  const file = await app.visit('/note.txt');
  expect([await file.text(), file.headers.get('content-type')]).toEqual(['hello file', 'text/plain; charset=utf-8']);
  const range = await app.visit('/note.txt', { headers: { range: 'bytes=0-4' } });
  expect([range.status, await range.text()]).toEqual([206, 'hello']);
  const head = await app.visit('/note.txt', { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
  const known = await app.visit('/note.txt', {
    headers: { 'if-none-match': file.headers.get('etag') as string, 'cache-control': 'max-age=0' },
  });
  expect(known.status).toBe(304);
  expect(await (await app.visit('/')).json()).toEqual({ ok: true });
});

test('body-parser: it passes by where our reader was first, and reads where the body was left', async () => {
  const app = await serve((router) => {
    const parser = connect(bring('body-parser').json());
    router
      .post('/read', (req, res) => res.json(req.body))
      .middleware(parser)
      .noAuth();
    router
      .post('/left', (req, res) => res.json(req.body))
      .middleware(parser)
      .leaveBody()
      .noAuth();
  });
  expect(await (await app.post('/read', { a: 1 })).json()).toEqual({ a: 1 });
  expect(await (await app.post('/left', { b: 2 })).json()).toEqual({ b: 2 });
});

test('express-jwt: a token sets req.auth, none is 401', async () => {
  const { expressjwt } = bring('express-jwt');
  const { Auth } = await import('tina4-nodejs');
  const app = await serve((router) => {
    router
      .get('/inside', (req, res) => res.json((req as unknown as { auth: { name: string } }).auth.name))
      .middleware(connect(expressjwt({ secret: 'a secret of the test', algorithms: ['HS256'] })))
      .noAuth();
  });
  expect((await app.visit('/inside')).status).toBe(401);
  const headers = { authorization: `Bearer ${Auth.getToken({ name: 'ada' }, 'a secret of the test')}` };
  expect(await (await app.visit('/inside', { headers })).json()).toBe('ada');
});

test('each row of the table in docs/express-middleware.md has a test here, and each package a row', async () => {
  const page = await readFile(path.join(__dirname, '../../docs/express-middleware.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name as string);
  const tests = [...(await readFile(__filename, 'utf8')).matchAll(/^test\('([\w-]+): /gm)].map(
    ([, name]) => name as string,
  );
  expect(rows).toEqual([...new Set(tests)].sort());
});
