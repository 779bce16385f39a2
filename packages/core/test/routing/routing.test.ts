import { afterEach, expect, test } from '@jest/globals';
import type { Request, Router, Response as TinaResponse } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

const showParams = (req: Request, res: TinaResponse): TinaResponse => res.json(req.params);

/** The JSON that a path answers with, or its status when it is not 200. */
async function answers(register: (router: Router) => void, ...paths: string[]): Promise<unknown[]> {
  const { fetch } = await startApp(register);
  const results: unknown[] = [];
  for (const path of paths) {
    const response = await fetch(path);
    results.push(response.status === 200 ? await response.json() : response.status);
  }
  return results;
}

test('an int parameter is a number, and other text is no match', async () => {
  const register = (router: Router): void => void router.get('/items/{id:int}', showParams);
  expect(await answers(register, '/items/42', '/items/007', '/items/4x', '/items/-1')).toEqual([
    { id: 42 },
    { id: 7 },
    404,
    404,
  ]);
});

test('a number that JavaScript cannot hold exactly is no match', async () => {
  const register = (router: Router): void => {
    router.get('/items/{id:int}', showParams);
    router.get('/price/{p:float}', showParams);
    router.get('/both/{id:int}-{p:float}', showParams);
  };
  const digits = '9'.repeat(400);
  expect(
    await answers(
      register,
      '/items/9007199254740991',
      '/items/9007199254740992',
      '/items/9007199254740993',
      `/items/${digits}`,
      '/price/9007199254740991',
      '/price/9007199254740993',
      `/price/${digits}`,
      '/both/1-9007199254740993',
    ),
  ).toEqual([{ id: 9007199254740991 }, 404, 404, 404, { p: 9007199254740991 }, 404, 404, 404]);
});

test('a parameter is never empty', async () => {
  const register = (router: Router): void => {
    router.get('/p/{name}', showParams);
    router.get('/p/{a}/x', showParams);
    router.get('/at/@{user}', showParams);
  };
  expect(await answers(register, '/p/', '/p//x', '/at/@')).toEqual([404, 404, 404]);
});

test('OPTIONS of an unknown path answers 404', async () => {
  const { fetch } = await startApp((router) => void router.get('/thing', (_req, res) => res.json(1)));
  expect((await fetch('/nothing', { method: 'OPTIONS' })).status).toBe(404);
});

test('a float parameter is a number', async () => {
  const register = (router: Router): void => void router.get('/price/{p:float}', showParams);
  expect(await answers(register, '/price/9.5', '/price/9', '/price/.5', '/price/1.2.3')).toEqual([
    { p: 9.5 },
    { p: 9 },
    { p: 0.5 },
    404,
  ]);
});

test.each([
  ['{v:alpha}', 'abcXYZ', 'ab1'],
  ['{v:alphanumeric}', 'ab12', 'ab-1'],
  ['{v:alnum}', 'ab12', 'ab-1'],
  ['{v:slug}', 'my-post-1', 'My_Post'],
  ['{v:uuid}', '123e4567-e89b-12d3-a456-426614174000', '123e4567'],
])('%s takes %s and not %s', async (param, good, bad) => {
  const register = (router: Router): void => void router.get(`/t/${param}`, showParams);
  expect(await answers(register, `/t/${good}`, `/t/${bad}`)).toEqual([{ v: good }, 404]);
});

test('an untyped parameter stays a string and is decoded, an encoded slash does not split it', async () => {
  const register = (router: Router): void => void router.get('/p/{name}', showParams);
  expect(await answers(register, '/p/42', '/p/a%20b', '/p/a%2Fb', '/p/%C3%BC')).toEqual([
    { name: '42' },
    { name: 'a b' },
    { name: 'a/b' },
    { name: 'ü' },
  ]);
});

test('rest parameters and the wildcard take slashes and may be empty', async () => {
  const register = (router: Router): void => {
    router.get('/files/{rest:path}', showParams);
    router.get('/more/{...rest}', showParams);
    router.get('/any/*', showParams);
  };
  expect(await answers(register, '/files/a/b.txt', '/files/', '/more/x/y', '/any/1/2')).toEqual([
    { rest: 'a/b.txt' },
    { rest: '' },
    { rest: 'x/y' },
    { '*': '1/2' },
  ]);
});

test('text beside a parameter in its segment is matched literally', async () => {
  const register = (router: Router): void => {
    router.get('/feed/{id:int}.xml', showParams);
    router.get('/range/{from}_{to}', showParams);
  };
  expect(await answers(register, '/feed/7.xml', '/feed/7-xml', '/range/a_b')).toEqual([
    { id: 7 },
    404,
    { from: 'a', to: 'b' },
  ]);
});

test('all spellings of parameters work', async () => {
  const register = (router: Router): void => {
    router.get('/colon/:id/edit', showParams);
    router.get('/bracket/[id]', showParams);
    router.get('/brackets/[...all]', showParams);
  };
  expect(await answers(register, '/colon/5/edit', '/bracket/6', '/brackets/a/b')).toEqual([
    { id: '5' },
    { id: '6' },
    { all: 'a/b' },
  ]);
});

test('fixed text wins over a parameter and a parameter over a wildcard, whatever was registered first', async () => {
  const register = (router: Router): void => {
    router.get('/x/*', (_req, res) => res.json('wildcard'));
    router.get('/x/{id}', (_req, res) => res.json('parameter'));
    router.get('/x/{id:int}', (_req, res) => res.json('number'));
    router.get('/x/new', (_req, res) => res.json('fixed'));
  };
  expect(await answers(register, '/x/new', '/x/12', '/x/abc', '/x/a/b')).toEqual([
    'fixed',
    'number',
    'parameter',
    'wildcard',
  ]);
});

test('of two equal routes the first answers and the second is named in a warning', async () => {
  const { fetch, logged } = await startApp((router) => {
    router.get('/same/{a}', (_req, res) => res.json('first'));
    router.get('/same/{b}', (_req, res) => res.json('second'));
  });
  expect(await (await fetch('/same/1')).json()).toBe('first');
  expect(logged.join()).toMatch(/GET \/same\/\{b\} is never reached: GET \/same\/\{a\} was registered before it/);
});

test('DELETE of the cart and DELETE of a product do not collide', async () => {
  const { fetch } = await startApp((router) => {
    router.delete('/api/cart/{product_id:int}', (req, res) => res.json(req.params));
    router.delete('/api/cart', (_req, res) => res.json('all'));
  });
  expect(await (await fetch('/api/cart/3', { method: 'DELETE' })).json()).toEqual({ product_id: 3 });
  expect(await (await fetch('/api/cart', { method: 'DELETE' })).json()).toBe('all');
});

test('paths are case-sensitive and a trailing slash makes another path', async () => {
  const register = (router: Router): void => void router.get('/Case', (_req, res) => res.json(1));
  expect(await answers(register, '/Case', '/case', '/Case/')).toEqual([1, 404, 404]);
});

test('with the setting a trailing slash leads to the bare path and never to another host', async () => {
  const { fetch } = await startApp((router) => void router.get('/page', (_req, res) => res.json(1)), {
    redirectsTrailingSlash: true,
  });
  const read = await fetch('/page/?a=1');
  expect([read.status, read.headers.get('location')]).toEqual([301, '/page?a=1']);
  const write = await fetch('/page/', { method: 'POST' });
  expect([write.status, write.headers.get('location')]).toEqual([308, '/page']);
  const hostile = await fetch('//evil.example/');
  expect(hostile.headers.get('location')).toBe('/evil.example');
});

test('an unknown path answers 404 with the exact body', async () => {
  const { fetch } = await startApp(() => {});
  const response = await fetch('/orders/abc');
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('{"error":"Not found","path":"/orders/abc","status":404}');
});

test('a browser gets a page instead of JSON for an unknown path', async () => {
  const { fetch } = await startApp(() => {});
  const response = await fetch('/<b>', { headers: { accept: 'text/html,*/*' } });
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await response.text()).toContain('404 Not found');
});

test('a known path with another method answers 405 with Allow', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/thing', (_req, res) => res.json(1));
    router.post('/thing', (_req, res) => res.json(1));
  });
  const response = await fetch('/thing', { method: 'PUT' });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
  expect(await response.text()).toBe('{"error":"Method Not Allowed","path":"/thing","status":405}');
});

test('HEAD has the headers of GET and no body', async () => {
  const { sendRaw } = await startApp((router) => void router.get('/thing', (_req, res) => res.json({ a: 1 })));
  const answer = await sendRaw('HEAD /thing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(answer).toMatch(/Content-Length: 7\r\n/i);
  expect(answer.endsWith('\r\n\r\n')).toBe(true);
});

test('OPTIONS answers 204 with Allow', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/thing', (_req, res) => res.json(1));
    router.post('/thing', (_req, res) => res.json(1));
  });
  const response = await fetch('/thing', { method: 'OPTIONS' });
  expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
});

test('TRACE and CONNECT are refused', async () => {
  const { sendRaw } = await startApp(() => {});
  expect(await sendRaw('TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 405 /);
  expect(await sendRaw('CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n')).toMatch(/^HTTP\/1.1 405 /);
});

test('groups nest, prefix what is registered inside them on the router or on the group, and wrap it in their middleware', async () => {
  const order: string[] = [];
  const note =
    (name: string) =>
    async (req: Request, res: TinaResponse, next: (q: Request, s: TinaResponse) => Promise<unknown>) => {
      order.push(name);
      return await next(req, res);
    };
  const { fetch } = await startApp((router) => {
    router.group(
      '/api',
      () => {
        router.get('/', (_req, res) => res.json('index'));
        router.group('v1', [note('inner')], (group) => {
          group.get('/users', (_req, res) => res.json('users'), note('route'));
        });
      },
      note('outer'),
    );
    router.get('/outside', (_req, res) => res.json('outside'));
  });
  expect(await (await fetch('/api')).json()).toBe('index');
  order.length = 0;
  expect(await (await fetch('/api/v1/users')).json()).toBe('users');
  expect(order).toEqual(['outer', 'inner', 'route']);
  order.length = 0;
  expect(await (await fetch('/outside')).json()).toBe('outside');
  expect(order).toEqual([]);
});

test('an async group callback is refused at registration', async () => {
  const { app } = await startApp(() => {});
  expect(() => app.router.group('/x', async () => {})).toThrow(/is async/);
});

test('any() answers OPTIONS and five other methods with one handler', async () => {
  const { fetch } = await startApp((router) => void router.any('/any', (req, res) => res.text(req.method)));
  const seen: string[] = [];
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  for (const method of methods) seen.push(await (await fetch('/any', { method })).text());
  expect(seen).toEqual(methods);
});

test('a route registered while the app runs answers the next request', async () => {
  const { app, fetch } = await startApp(() => {});
  expect((await fetch('/late')).status).toBe(404);
  app.router.get('/late', (_req, res) => res.json(1));
  expect((await fetch('/late')).status).toBe(200);
});

test('routes of a file can be replaced as a whole', async () => {
  const { app, fetch } = await startApp(() => {});
  await app.router.loading('/app/a.ts', async () => void app.router.get('/a', (_req, res) => res.json('old')));
  expect(await (await fetch('/a')).json()).toBe('old');
  app.router.removeLoaded((file) => file === '/app/a.ts');
  await app.router.loading('/app/a.ts', async () => void app.router.get('/a', (_req, res) => res.json('new')));
  expect(await (await fetch('/a')).json()).toBe('new');
  expect(app.router.routes).toHaveLength(1);
});
