import { afterEach, expect, test } from '@jest/globals';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import { connect, HttpError, type Router } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

const withSessions = () => ({ sessions: createSessionEngine({ store: new MemoryStore() }) });
const show = (router: Router): void => void router.get('/', (_req, res) => res.json({ ok: true })).noAuth();

test('middleware gets what Express gives it', async () => {
  let seen: unknown;
  const app = await startApp((router) => {
    router
      .post('/items/{id}', (_req, res) => res.json(seen))
      .middleware(
        connect((req, res, next) => {
          seen = {
            body: req.body,
            query: req.query,
            params: req.params,
            urls: [req.originalUrl, req.baseUrl, req.url, req.path],
            from: [req.ip, req.protocol, req.secure, req.hostname, req.xhr],
            asked: [req.get('X-A'), req.header('x-a'), req.is('json'), req.is('html'), req.accepts('html', 'json')],
            app: [req.app === res.app, req.app.get('trust proxy') !== undefined, typeof req.app.locals],
            objects: [req.res === res, res.req === req, typeof res.locals],
          };
          next();
        }),
      )
      .noAuth();
  });
  const answer = await fetch(`${app.url}/items/7?a=1`, {
    method: 'POST',
    body: '{"n":1}',
    headers: { 'content-type': 'application/json', 'x-a': 'b', accept: 'application/json' },
  });
  expect(await answer.json()).toEqual({
    body: { n: 1 },
    query: { a: '1' },
    params: { id: '7' },
    urls: ['/items/7?a=1', '', '/items/7?a=1', '/items/7'],
    from: ['127.0.0.1', 'http', false, '127.0.0.1', false],
    asked: ['b', 'b', 'json', false, 'json'],
    app: [true, true, 'object'],
    objects: [true, true, 'object'],
  });
});

test('the answers of Express arrive as there', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: as Express code gets it
  const answers: Record<string, (res: any) => unknown> = {
    text: (res) => res.status(201).send('hi'),
    json: (res) => res.set({ 'X-A': '1' }).json({ a: 1 }),
    bytes: (res) => res.type('png').send(Buffer.from('png')),
    redirect: (res) => res.redirect(303, '/there?q=ü'),
    status: (res) => res.sendStatus(404),
    empty: (res) => res.status(204).send(),
    ended: (res) => res.vary('Origin').append('X-B', '1').append('X-B', '2').end('done'),
  };
  const app = await startApp((router) => {
    router
      .get('/{kind}', (_req, res) => res.text('not reached'))
      .middleware(connect((req, res) => answers[req.params.kind]?.(res)))
      .noAuth();
  });
  const outcome = async (kind: string, header: string) => {
    const answer = await app.fetch(`/${kind}`);
    return [answer.status, answer.headers.get(header), await answer.text()];
  };
  expect(await outcome('text', 'content-type')).toEqual([201, 'text/html; charset=utf-8', 'hi']);
  expect(await outcome('json', 'x-a')).toEqual([200, '1', '{"a":1}']);
  expect(await outcome('bytes', 'content-type')).toEqual([200, 'image/png', 'png']);
  expect(await outcome('redirect', 'location')).toEqual([
    303,
    '/there?q=%C3%BC',
    'See Other. Redirecting to /there?q=%C3%BC',
  ]);
  expect(await outcome('status', 'content-type')).toEqual([404, 'text/plain; charset=utf-8', 'Not Found']);
  expect(await outcome('empty', 'content-type')).toEqual([204, null, '']);
  expect(await outcome('ended', 'x-b')).toEqual([200, '1, 2', 'done']);
});

test('what middleware set is on our request and answer, and the handler may change it', async () => {
  const app = await startApp((router) => {
    router.use(
      connect((req, res, next) => {
        Object.assign(req, { user: { name: 'ada' }, trace: 'abc', greet: () => `hi ${req.user.name}` });
        res.statusCode = 202;
        res.setHeader('X-One', '1');
        res.setHeader('X-Two', '2');
        res.cookie('a', 'b');
        next();
      }),
    );
    router
      .get('/', (req, res) => {
        const { trace, greet } = req as unknown as { trace: string; greet(): string };
        return res.header('X-Two', 'two').cookie('c', 'd').json([req.user, trace, greet(), res.statusCode]);
      })
      .noAuth();
  });
  const answer = await app.fetch('/');
  expect([answer.status, await answer.json()]).toEqual([202, [{ name: 'ada' }, 'abc', 'hi ada', 202]]);
  expect([answer.headers.get('x-one'), answer.headers.get('x-two')]).toEqual(['1', 'two']);
  expect(answer.headers.getSetCookie()).toEqual(['a=b; Path=/', 'c=d; Path=/']);
});

test('next(error) ends the chain with the status of the error, and a rejection does, too', async () => {
  let reached = 0;
  const app = await startApp((router) => {
    const failing = {
      '/given': connect((_req, _res, next) => next(Object.assign(new Error('no entry'), { statusCode: 403 }))),
      '/rejected': connect(async () => Promise.reject(new HttpError(409, 'X', 'not now'))),
      '/thrown': connect(() => {
        throw new Error('broken');
      }),
      '/route': connect((_req, _res, next) => next('route')),
    };
    for (const [path, layer] of Object.entries(failing)) {
      router
        .get(path, (_req, res) => {
          reached++;
          return res.text('in');
        })
        .middleware(layer)
        .noAuth();
    }
  });
  const statuses = await Promise.all(
    ['/given', '/rejected', '/thrown', '/route'].map(async (path) => (await app.fetch(path)).status),
  );
  expect([statuses, reached]).toEqual([[403, 409, 500, 500], 0]);
  expect(app.logged.join()).toContain('T4_CONNECT_NEXT');
});

test('middleware of four parameters answers what others and the handler fail with', async () => {
  const app = await startApp((router) => {
    router.use(
      connect(
        (error: Error, _req: unknown, res: { status(code: number): { json(data: unknown): void } }, _next: unknown) =>
          res.status(418).json({ caught: error.message }),
      ),
    );
    router.get('/', () => Promise.reject(new Error('from the handler'))).noAuth();
  });
  const answer = await app.fetch('/');
  expect([answer.status, await answer.json()]).toEqual([418, { caught: 'from the handler' }]);
});

test('the session is stored before the first byte of an answer that middleware streams', async () => {
  const store = new MemoryStore();
  const create = store.create.bind(store);
  let isStored = false;
  const sessions = createSessionEngine({
    store: Object.assign(store, {
      create: async (...given: Parameters<MemoryStore['create']>) => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        isStored = true;
        return create(...given);
      },
    }),
  });
  const app = await startApp(
    (router) => {
      router.use(
        connect((req, res) => {
          req.session.seen = 1;
          res.setHeader('X-Own', 'yes');
          res.write('first ');
          setImmediate(() => res.end('last'));
        }),
      );
      show(router);
    },
    { sessions },
  );
  const answer = await app.fetch('/');
  expect(isStored).toBe(true);
  expect([answer.status, answer.headers.get('x-own'), await answer.text()]).toEqual([200, 'yes', 'first last']);
  expect(answer.headers.getSetCookie()).toHaveLength(1);
});

test('what cannot be stored is answered with an error instead of the answer of middleware', async () => {
  const store = new MemoryStore();
  const sessions = createSessionEngine({
    store: Object.assign(store, { create: () => Promise.reject(new Error('disk full')) }),
  });
  const app = await startApp(
    (router) => {
      router.use(
        connect((req, res) => {
          req.session.seen = 1;
          res.cookie('a', 'b').status(201).send('done');
        }),
      );
      show(router);
    },
    { sessions },
  );
  const answer = await app.fetch('/');
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(await answer.text()).not.toContain('done');
});

test('data of the session may have any name, and methods with callbacks are found by those who know them', async () => {
  const app = await startApp((router) => {
    router
      .get('/', (_req, res) => res.text('not reached'))
      .middleware(
        connect((req, res) => {
          const { session } = req;
          const absent = ['flash', 'get', 'set', 'has', 'all', 'user', 'constructor_'].map((name) => session[name]);
          session.flash = { info: ['a'] };
          const before = session.id;
          session.regenerate((failed: unknown) => {
            req.session.next = 1;
            req.session.save((unsaved: unknown) => {
              const kept = [session.flash, Object.keys(req.session), 'next' in req.session, req.session.id === before];
              req.session.destroy((error: unknown) => res.json({ absent, kept, errors: [failed, unsaved, error] }));
            });
          });
        }),
      )
      .noAuth();
  }, withSessions());
  expect(await (await app.fetch('/')).json()).toEqual({
    absent: [null, null, null, null, null, null, null],
    kept: [{ info: ['a'] }, ['next'], true, false],
    errors: [null, null, null],
  });
});

test('res.locals are seen by templates', async () => {
  const templates = {
    render: (_name: string, data: Readonly<Record<string, unknown>>) => `${data.title} by ${data.author}`,
    has: () => true,
  };
  const app = await startApp(
    (router) => {
      router.use(
        connect((_req, res, next) => {
          Object.assign(res.locals, { title: 'none', author: 'ada' });
          next();
        }),
      );
      router.get('/', (_req, res) => res.render('page.html', { title: 'Sea' })).noAuth();
    },
    { templates },
  );
  expect(await (await app.fetch('/')).text()).toBe('Sea by ada');
});

test('what is no function is refused at once', () => {
  expect(() => connect(undefined as never)).toThrow(/T4_MIDDLEWARE_UNKNOWN.*connect\(\) was given undefined/);
});
