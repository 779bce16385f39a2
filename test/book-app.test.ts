/** The samples of the book's chapters, served by the real command. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedProject } from '../packages/tina4-nodejs/test/cli/served-project.js';

let project: ServedProject;
let address: string;

async function copyOfTheApp(files: Record<string, string> = {}): Promise<ServedProject> {
  const copy = await ServedProject.create(files);
  await cp(join(__dirname, 'book-app/src'), join(copy.folder, 'src'), { recursive: true });
  return copy;
}

beforeAll(async () => {
  project = await copyOfTheApp({ '.env': 'TINA4_SECRET=a-secret-of-the-book-app\nTINA4_MAX_UPLOAD_SIZE=20000\n' });
  address = await project.serve();
});
afterAll(() => project.remove());

function send(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(address + path, { redirect: 'manual', signal: AbortSignal.timeout(10_000), ...init });
}

async function json(path: string, init?: RequestInit): Promise<unknown> {
  return (await send(path, init)).json();
}

function postJson(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

describe('routing', () => {
  test('a first route answers JSON', async () => {
    expect(await json('/hello')).toEqual({ message: 'Hello from Tina4' });
  });

  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s reaches its own handler', async (method) => {
    expect(await json('/verbs', { method })).toEqual({ method });
  });

  test.each([
    ['/greet/M%C3%BCller', { greeting: 'Hello, Müller!', type: 'string' }],
    ['/greet/42', { greeting: 'Hello, 42!', type: 'string' }],
    ['/products/2', { id: 2, name: 'Desk Lamp', category: 'Office', price: 1234.5, inStock: false }],
    ['/prices/2.25', { doubled: 4.5 }],
    ['/codes/abc', { letters: 'abc' }],
    ['/codes/a1/check', { code: 'a1' }],
    ['/posts/my-first-post', { slug: 'my-first-post' }],
    ['/files/images/2026/logo.png', { file: 'images/2026/logo.png' }],
    ['/docs/a/b', { rest: 'a/b' }],
    ['/feeds/7.xml', { feed: 7 }],
    ['/users/3/posts/14', { user_id: 3, post_id: 14 }],
  ])('the parameters of %s have their types', async (path, expected) => {
    expect(await json(path)).toEqual(expected);
  });

  test.each(['/products/abc', '/prices/x', '/codes/a1', '/posts/My_Post', '/users/3/posts/last'])(
    '%s does not fit its type and is not found',
    async (path) => {
      expect((await send(path)).status).toBe(404);
    },
  );

  test('query parameters come as text, and missing ones are undefined', async () => {
    expect(await json('/search?q=lamp&page=3')).toEqual({ q: 'lamp', page: 3, count: 1 });
    expect(await json('/search')).toEqual({ q: '', page: 1, count: 3 });
  });

  test.each([
    ['/api/v1/status', { version: 1 }],
    ['/api/v1/reports/daily', { report: 'daily' }],
    ['/api/v2/status', { version: 2 }],
    ['/api/v2/reports/daily', { report: 'daily, second edition' }],
  ])('groups of both editions nest: %s', async (path, expected) => {
    expect(await json(path)).toEqual(expected);
  });

  test('files named after a verb are routes, with parameters from their folders', async () => {
    expect(await json('/api/orders/77')).toEqual({ order: '77' });
    expect((await send('/api/orders', postJson({ item: 1 }))).status).toBe(201);
    expect(await json('/api/notes/work/monday')).toEqual({ note: 'work/monday' });
  });

  test('functions without Router, any() and returned values make routes too', async () => {
    expect(await json('/short')).toEqual({ short: true });
    expect(await json('/short', postJson({ a: 1 }))).toEqual({ received: { a: 1 } });
    expect(await json('/anything', { method: 'PATCH' })).toEqual({ any: 'PATCH' });
    expect(await json('/returns/object')).toEqual({ returned: 'object' });
    expect(await (await send('/returns/text')).text()).toBe('<h1>returned text</h1>');
  });

  test('an unknown path shows the 404 template in a browser and JSON to a program', async () => {
    const page = await send('/no/such', { headers: { accept: 'text/html' } });
    expect([page.status, (await page.text()).trim()]).toEqual([404, '<h1>Nothing at /no/such</h1>']);
    expect(await json('/no/such', { headers: { accept: 'application/json' } })).toEqual({
      error: 'Not found',
      path: '/no/such',
      status: 404,
    });
  });

  test('a known path with another method is answered with 405 and what is allowed', async () => {
    const answer = await send('/hello', { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  test('the routes command lists the routes with their access', async () => {
    const other = ServedProject.at(project.folder, join(__dirname, '../packages/tina4-nodejs/bin/tina4.js'));
    const { output } = await other.start(['routes', '--filter', '/account']).ended();
    expect(output).toMatch(/GET +\/account +CountMiddleware +@secured/);
  });
});

describe('requests and responses', () => {
  test('the request tells everything about itself', async () => {
    const init = postJson({ name: 'Ann' });
    const headers = { ...init.headers, cookie: 'theme=dark%20blue', 'user-agent': 'book' };
    expect(await json('/inspect/5?a=1&b=x%20y', { ...init, headers })).toEqual({
      method: 'POST',
      path: '/inspect/5',
      url: '/inspect/5?a=1&b=x%20y',
      params: { id: 5 },
      query: { a: '1', b: 'x y' },
      body: { name: 'Ann' },
      agent: 'book',
      theme: 'dark blue',
      ip: '127.0.0.1',
      missing: true,
    });
  });

  test('a form arrives as an object of texts, and no body as an empty object', async () => {
    const form = { method: 'POST', body: new URLSearchParams({ name: 'Ann Lee', size: '3' }) };
    expect(await json('/inspect/5', form)).toMatchObject({ body: { name: 'Ann Lee', size: '3' } });
    expect(await json('/inspect/5', { method: 'POST' })).toMatchObject({ body: {} });
  });

  test('broken JSON is answered with 400 before the handler', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send('/inspect/5', { method: 'POST', body: '{"a":', headers });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'Invalid JSON', status: 400 });
  });

  test.each([
    ['/answers/created', 201, 'application/json', '{"id":7}'],
    ['/answers/teapot', 418, 'application/json', '{"teapot":true}'],
    ['/answers/html', 200, 'text/html; charset=utf-8', '<h1>Hello</h1>'],
    ['/answers/text', 200, 'text/plain; charset=utf-8', 'plain words'],
    ['/answers/xml', 200, 'application/xml', '<?xml version="1.0"?><items/>'],
    ['/answers/called', 202, 'application/json', '{"called":true}'],
  ])('%s answers with its status, type and body', async (path, status, type, body) => {
    const answer = await send(path);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([status, type, body]);
  });

  test('204 has neither body nor content type', async () => {
    const answer = await send('/answers/nothing', { method: 'DELETE' });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([204, null, '']);
  });

  test('redirects are temporary unless they say otherwise', async () => {
    const moved = await send('/answers/moved');
    const forGood = await send('/answers/moved-for-good');
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/answers/text']);
    expect([forGood.status, forGood.headers.get('location')]).toEqual([301, '/answers/text']);
  });

  test('headers and several cookies are set in a chain', async () => {
    const headers = (await send('/answers/headers')).headers;
    expect([headers.get('x-request-id'), headers.get('cache-control')]).toEqual(['abc', 'no-store']);
    const [theme, visits] = (await send('/answers/cookies')).headers.getSetCookie();
    expect(theme?.split('; ').sort()).toEqual(['HttpOnly', 'Max-Age=3600', 'Path=/', 'SameSite=Strict', 'theme=dark']);
    expect(visits).toBe('visits=1; Path=/');
  });

  test.each([
    ['text/html', '<p>Keyboard</p>'],
    ['application/xml', '<name>Keyboard</name>'],
    ['application/json', '{"name":"Keyboard"}'],
  ])('a client that accepts %s gets that', async (accept, body) => {
    expect(await (await send('/negotiated', { headers: { accept } })).text()).toBe(body);
  });

  test('an uploaded image is moved to its place and its text fields are in the body', async () => {
    const form = new FormData();
    form.set('title', 'At sea');
    form.set('image', new File(['not really a picture'], 'sea.png', { type: 'image/png' }));
    const answer = await send('/upload', { method: 'POST', body: form });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ name: 'sea.png', type: 'image/png', size: 20, title: 'At sea' });
    expect(await readFile(join(project.folder, 'data/uploads/sea.png'), 'utf8')).toBe('not really a picture');
  });

  test('a missing file and a wrong type are answered with the error envelope', async () => {
    const none = await json('/upload', { method: 'POST', body: new FormData() });
    expect(none).toEqual({ error: true, code: 'NO_FILE', message: 'No file uploaded', status: 400 });
    const form = new FormData();
    form.set('image', new File(['x'], 'x.txt', { type: 'text/plain' }));
    expect(await json('/upload', { method: 'POST', body: form })).toMatchObject({ code: 'BAD_TYPE', status: 400 });
  });

  test('several files of one field come as a list', async () => {
    const form = new FormData();
    form.append('photos', new File(['1'], 'one.png', { type: 'image/png' }));
    form.append('photos', new File(['2'], 'two.png', { type: 'image/png' }));
    expect(await json('/upload-many', { method: 'POST', body: form })).toEqual({ names: ['one.png', 'two.png'] });
  });

  test('an upload over the limit is answered with 413', async () => {
    const form = new FormData();
    form.set('image', new File(['x'.repeat(30_000)], 'big.png', { type: 'image/png' }));
    const answer = await send('/upload', { method: 'POST', body: form });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: 'Payload Too Large', status: 413, max_bytes: 20_000 });
  });

  test('a download has its type, its name and its length', async () => {
    const answer = await send('/download');
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="Report March.csv"');
    expect(answer.headers.get('content-length')).toBe('19');
    expect(await answer.text()).toBe('id,name\n1,Keyboard\n');
    expect((await send('/download-missing')).status).toBe(404);
  });

  test('the validator names the first thing that is wrong', async () => {
    expect(await json('/register', postJson({ name: 'Ann' }))).toEqual({
      error: true,
      code: 'VALIDATION_FAILED',
      message: 'email is required',
      status: 400,
    });
    const right = postJson({ name: 'Ann', email: 'ann@example.com', role: 'user' });
    expect((await send('/register', right)).status).toBe(201);
  });

  test('public files are served beside the routes', async () => {
    const answer = await send('/style.css');
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([
      expect.stringContaining('text/css'),
      'body { color: black; }\n',
    ]);
  });
});

describe('templates', () => {
  test('a page is made of a layout, blocks, includes, loops, filters and macros', async () => {
    const html = await (await send('/catalog')).text();
    expect(html).toContain('<title>Catalog - Shop</title>');
    expect(html).toContain('<header>Catalog</header>');
    expect(html).toContain('<p>Welcome, &lt;Ann&gt;</p>');
    expect(html).toContain('<p>3 products</p>');
    expect(html).toContain('<li class="odd">1/3 KEYBOARD <b>79.90</b></li>');
    expect(html).toContain('<li class="even">2/3 DESK LAMP <b>1,234.50</b> (sold out)</li>');
    expect(html).toContain('<li class="odd">3/3 TEAPOT &amp; CUPS <b>30.00</b> (last)</li>');
    expect(html).toContain('<p>Keyboard, Desk Lamp, Teapot &amp; Cups</p>');
    expect(html).toContain('{{ not rendered }}');
    expect(html).toContain('<footer>All rights reserved.</footer>');
    expect(html).not.toContain('the page of the products');
  });

  test('res.render shows the same page, and an empty list its else part', async () => {
    const html = await (await send('/catalog/today')).text();
    expect(html).toContain('<p>Welcome, guest</p>');
    expect(html).toContain('<p>0 products</p>');
    expect(html).toContain('<li>Nothing here</li>');
  });

  test('a route file that exports a template returns only the data', async () => {
    const answer = await send('/about');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect((await answer.text()).trim()).toBe('<h1>About us</h1><i>Ann</i><i>Bob</i>');
  });

  test('a template under pages/ answers its own path', async () => {
    expect((await (await send('/contact')).text()).trim()).toBe('<h1>Contact</h1>');
  });

  test.each(['/catalog/broken', '/fails'])('%s fails with the 500 template and tells nothing', async (path) => {
    const answer = await send(path, { headers: { accept: 'text/html' } });
    expect([answer.status, (await answer.text()).trim()]).toEqual([500, '<h1>It is our fault</h1>']);
    const asJson = await json(path, { headers: { accept: 'application/json' } });
    expect(asJson).toEqual({ error: 'Internal Server Error', status: 500 });
  });
});

describe('middleware', () => {
  test('a function that is named by a string and not exported runs around the handler', async () => {
    await json('/log');
    await send('/logged');
    expect(await json('/log')).toEqual(['before /logged', 'after /logged']);
  });

  test('three layers run in order and unwind in reverse', async () => {
    await json('/log');
    await send('/layers');
    expect(await json('/log')).toEqual([
      'A: before',
      'B: before',
      'C: before',
      'Handler',
      'C: after',
      'B: after',
      'A: after',
    ]);
  });

  test('a middleware that answers keeps the handler from running', async () => {
    const refused = await send('/partners');
    expect([refused.status, await refused.json()]).toEqual([401, { error: 'Invalid API key' }]);
    expect(await json('/partners', { headers: { 'x-api-key': 'secret-key' } })).toEqual({ key: 'secret-key' });
  });

  test('next() without arguments goes on, and a called response stops', async () => {
    const refused = await send('/json-only', { method: 'POST', body: 'text' });
    expect([refused.status, await refused.json()]).toEqual([415, { error: 'Send JSON' }]);
    expect(await json('/json-only', postJson({}))).toEqual({ ok: true });
  });

  test('the middleware of a group may set headers after the handler', async () => {
    const answers = await Promise.all([send('/grouped/one'), send('/grouped/two')]);
    expect(answers.map((answer) => answer.headers.get('x-response-time'))).toEqual(['1ms', '1ms']);
  });

  test('middleware of another file works by reference and by name', async () => {
    const answers = await Promise.all([send('/powered'), send('/powered-by-name')]);
    expect(answers.map((answer) => answer.headers.get('x-powered-by'))).toEqual(['Tina4', 'Tina4']);
  });

  test('a token from the login opens the route that its middleware guards', async () => {
    expect((await send('/me')).status).toBe(401);
    expect((await send('/tokens', postJson({ password: 'wrong' }))).status).toBe(401);
    const { token } = (await json('/tokens', postJson({ password: 'secret' }))) as { token: string };
    expect(await json('/me', { headers: { authorization: `Bearer ${token}` } })).toEqual({ role: 'admin' });
  });

  test('a class runs its hooks before and after, by reference and by name', async () => {
    const answers = await Promise.all([send('/timed'), send('/timed-by-name')]);
    expect(answers.map((answer) => answer.headers.get('x-timing'))).toEqual(['true', 'true']);
  });

  test('a class that answers before keeps the handler from running, and its after hooks still run', async () => {
    const answer = await send('/timed?maintenance=on');
    expect([answer.status, await answer.json()]).toEqual([503, { error: 'Back soon' }]);
    expect(answer.headers.get('x-timing')).toBe('true');
  });

  test('global middleware surrounds routes, public files and unknown paths', async () => {
    const answers = await Promise.all([send('/hello'), send('/style.css'), send('/no/such')]);
    expect(answers.map((answer) => answer.headers.get('x-counted'))).toEqual(['yes', 'yes', 'yes']);
  });

  test('@secured and .secure() ask for a token, @noauth does not', async () => {
    const refused = await Promise.all([send('/account'), send('/vault')]);
    expect(refused.map((answer) => answer.status)).toEqual([401, 401]);
    expect(await refused[0]?.json()).toEqual({ error: 'Unauthorized' });
    const { token } = (await json('/tokens', postJson({ password: 'secret' }))) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect(await json('/account', { headers })).toEqual({ account: 'yours' });
    expect(await json('/vault', { headers })).toEqual({ gold: true });
    expect(await json('/public/contact', postJson({}))).toEqual({ received: true });
  });

  test('the security headers of the book are set where the class is named', async () => {
    const { headers } = await send('/protected-headers');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toBe("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
  });

  test('"RateLimiter:2" lets two requests through and answers the third with 429', async () => {
    const [first, second, third] = [await send('/limited'), await send('/limited'), await send('/limited')];
    expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
    expect(first.headers.get('x-ratelimit-limit')).toBe('2');
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('cors() lets the listed origin read the answer and nobody else', async () => {
    const friend = await send('/shared', { headers: { origin: 'https://shop.example' } });
    const stranger = await send('/shared', { headers: { origin: 'https://evil.example' } });
    expect(friend.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
    const all = await send('/shared-with-all', { headers: { origin: 'https://any.example' } });
    expect(all.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('a preflight is answered without the handler', async () => {
    const answer = await send('/shared-with-all', {
      method: 'OPTIONS',
      headers: { origin: 'https://any.example', 'access-control-request-method': 'GET' },
    });
    expect([answer.status, answer.headers.get('access-control-max-age')]).toEqual([204, '86400']);
    expect(answer.headers.get('access-control-allow-methods')).toContain('GET');
  });

  test.each(['/cached', '/cached-by-chain'])('%s is made once and then comes from the cache', async (path) => {
    const first = await send(path);
    const second = await send(path);
    expect([first.headers.get('x-cache'), second.headers.get('x-cache')]).toEqual(['MISS', 'HIT']);
    expect(await second.text()).toBe(await first.text());
  });

  test('cacheGet, cacheSet and cacheDelete keep values of the app', async () => {
    expect(await json('/cached-value')).toEqual({ from: 'handler', value: 42 });
    expect(await json('/cached-value')).toEqual({ from: 'cache', value: 42 });
    await send('/cached-value', { method: 'DELETE' });
    expect(await json('/cached-value')).toEqual({ from: 'handler', value: 42 });
  });

  test('a form token is good for the visitor who got it and for nobody else', async () => {
    const page = await send('/form');
    const html = await page.text();
    const token = /name="_token" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const body = new URLSearchParams({ _token: token, name: 'Ann' });
    const stranger = await send('/form', { method: 'POST', body });
    expect([stranger.status, await stranger.json()]).toEqual([403, { error: 'Invalid form token' }]);
    expect(await json('/form', { method: 'POST', body, headers: { cookie } })).toEqual({ saved: 'Ann' });
  });
});

describe('entry files', () => {
  test.each([
    [
      'new Tina4().start()',
      "import { Tina4, Router } from 'tina4-nodejs';\nRouter.get('/entry', async (req, res) => res.json({ entry: true }));\nconst app = new Tina4();\napp.start();\n",
    ],
    [
      'startServer()',
      "import { startServer, get } from 'tina4-nodejs';\nget('/entry', async () => ({ entry: true }));\nstartServer();\n",
    ],
  ])('the app is served by an app.ts with %s too', async (_name, app) => {
    const copy = await copyOfTheApp({ 'app.ts': app });
    try {
      const url = await copy.serve();
      expect(await (await fetch(`${url}/entry`)).json()).toEqual({ entry: true });
      expect(await (await fetch(`${url}/hello`)).json()).toEqual({ message: 'Hello from Tina4' });
    } finally {
      await copy.remove();
    }
  });
});
