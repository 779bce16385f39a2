import { createServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { bodyOnce, ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

const hello = `import { Router } from 'tina4-nodejs';
Router.get('/hello/{n:int}', async (req, res) => res.json({ n: req.params.n + 1 }));
`;

test('a folder with nothing but route files is served, with the banner of old', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello });
  const address = await project.serve();
  expect(await (await fetch(`${address}/hello/4`)).json()).toEqual({ n: 5 });
  const lines = project.output.split('\n');
  expect(lines.slice(5)).toEqual([
    '',
    expect.stringMatching(/^ {2}Tina4 Node\.js v\d+\.\d+\.\d+/),
    `  Server running at ${address}`,
    '  Debug mode: OFF',
    '  Sessions: file, data/sessions',
    '  Press Ctrl+C to stop',
    '',
    '',
  ]);
});

test('SIGTERM lets a running request finish and exits with 0', async () => {
  const slow = `import { Router } from 'tina4-nodejs';
Router.get('/slow', async (req, res) => { console.log('handler runs'); await new Promise((r) => setTimeout(r, 300)); return res.json({ done: true }); });`;
  project = await ServedProject.create({ 'src/routes/slow.ts': slow });
  const address = await project.serve();
  const answer = fetch(`${address}/slow`);
  await project.until(/handler runs/);
  const ended = project.stop();
  expect(await (await answer).json()).toEqual({ done: true });
  expect((await ended).code).toBe(0);
});

test('a second signal ends the server at once', async () => {
  const slow = `import { Router } from 'tina4-nodejs';
Router.get('/slow', async (req, res) => { console.log('handler runs'); await new Promise((r) => setTimeout(r, 20_000)); return res.json({}); });`;
  project = await ServedProject.create({ 'src/routes/slow.ts': slow });
  const answer = fetch(`${await project.serve()}/slow`).catch(() => 'cut');
  await project.until(/handler runs/);
  project.signal('SIGINT');
  // The first signal closed the port: only then does the second one count as the second.
  await project.untilRefused();
  expect((await project.stop('SIGINT')).code).toBe(130);
  expect(await answer).toBe('cut');
});

test('a request that outlasts TINA4_SHUTDOWN_TIMEOUT is cut and the server still ends with 0', async () => {
  const slow = `import { Router } from 'tina4-nodejs';
Router.get('/slow', async (req, res) => { console.log('handler runs'); await new Promise((r) => setTimeout(r, 3000).unref()); return res.json({}); });`;
  project = await ServedProject.create({ 'src/routes/slow.ts': slow });
  const answer = fetch(`${await project.serve([], { TINA4_SHUTDOWN_TIMEOUT: '0.2' })}/slow`).catch(() => 'cut');
  await project.until(/handler runs/);
  expect((await project.stop()).code).toBe(0);
  expect(await answer).toBe('cut');
});

test('a port in use is told in one line and ends with 1', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello });
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  const ended = await project.start(['serve', '--port', String(port), '--host', '127.0.0.1']).ended();
  other.close();
  expect(ended).toEqual({
    code: 1,
    output: expect.stringMatching(
      `^Error: Address already in use \\(port ${port}\\)\n.*choose another port: --port \\d+\n$`,
    ),
  });
});

test('outside a project the command to make one is named', async () => {
  project = await ServedProject.create({});
  const ended = await project.start(['serve']).ended();
  expect(ended.code).toBe(1);
  expect(ended.output).toContain('npx tina4 init');
});

test('mistakes in settings are all told, without a stack, and end with 1', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello, '.env': 'TINA4_SESSION_BACKEND=redsi\n' });
  const ended = await project.start(['serve'], { TINA4_DEBUG: 'maybe' }).ended();
  expect(ended.code).toBe(1);
  expect(ended.output).toContain('TINA4_SESSION_BACKEND is "redsi"');
  expect(ended.output).toContain('TINA4_DEBUG is "maybe"');
  expect(ended.output).not.toContain('    at ');
});

test('a broken line of .env stops the start with its number', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello, '.env': 'A=1\nTINA4_DEBUG\n' });
  const ended = await project.start(['serve']).ended();
  expect(ended).toEqual({ code: 1, output: expect.stringContaining('Line 2 of .env') });
});

test('a route file that throws stops a production start, naming its line', async () => {
  project = await ServedProject.create({ 'src/routes/bad.ts': "\n\nthrow new Error('no luck');\n" });
  const ended = await project.start(['serve', '--production']).ended();
  expect(ended.code).toBe(1);
  expect(ended.output).toContain('no luck');
  expect(ended.output).toMatch(/bad\.ts:3:/);
});

test('in debug mode a route file that throws is shown with its line and the rest is served', async () => {
  project = await ServedProject.create({
    'src/routes/bad.ts': "\n\nthrow new Error('no luck');\n",
    'src/routes/hello.ts': hello,
  });
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  expect(await (await fetch(`${address}/hello/1`)).json()).toEqual({ n: 2 });
  expect(project.output).toMatch(/bad\.ts:3:/);
});

test('in debug mode a changed route, a new one and .env take effect without a restart, each registered once', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello, '.env': 'TINA4_DEBUG=true\nGREETING=one\n' });
  const address = await project.serve();
  await project.write({ 'src/routes/hello.ts': hello.replace('+ 1', '+ 2') });
  expect(await bodyOnce(`${address}/hello/1`, '{"n":3}')).toBe('{"n":3}');
  await project.write({
    'src/routes/greet.ts':
      "import { get } from 'tina4-nodejs';\nget('/greet', () => ({ text: process.env.GREETING }));",
  });
  expect(await bodyOnce(`${address}/greet`, '{"text":"one"}')).toBe('{"text":"one"}');
  await project.write({ '.env': 'TINA4_DEBUG=true\nGREETING=two\n' });
  expect(await bodyOnce(`${address}/greet`, '{"text":"two"}')).toBe('{"text":"two"}');
  expect(project.output).not.toContain('registered before');
});

test('in debug mode changed middleware takes effect, also beside routes in a folder of their own', async () => {
  const named = (text: string): string =>
    `export function mark(_req, res, next) { res.header('X-Mark', '${text}'); return next(); }\n`;
  project = await ServedProject.create({
    'app.js': "import { startServer } from 'tina4-nodejs';\nstartServer({ routesDir: 'web/routes' });\n",
    'web/routes/a.ts': "import { get } from 'tina4-nodejs';\nget('/', () => 'a', ['mark']);\n",
    'web/middleware/mark.ts': named('one'),
  });
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  expect((await fetch(address)).headers.get('x-mark')).toBe('one');
  await project.write({ 'web/middleware/mark.ts': named('two') });
  await project.until(/Reloaded after a change of web\/middleware\/mark\.ts/);
  expect((await fetch(address)).headers.get('x-mark')).toBe('two');
});

test('no request meets half a table while routes are read again', async () => {
  const waits = 'await new Promise((resolve) => setTimeout(resolve, 150));\n';
  project = await ServedProject.create({ 'src/routes/a.ts': waits, 'src/routes/hello.ts': hello });
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  await project.write({ 'src/routes/a.ts': `${waits}export const changed = true;\n` });
  const statuses = new Set<number>();
  while (!project.output.includes('Reloaded')) statuses.add((await fetch(`${address}/hello/1`)).status);
  expect([...statuses]).toEqual([200]);
});

test('a route file that breaks while editing is shown, and works again when it is mended', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello, '.env': 'TINA4_DEBUG=true\n' });
  const address = await project.serve();
  await project.write({ 'src/routes/hello.ts': 'const x = ;\n' });
  await project.until(/hello\.ts:1:/);
  await project.write({ 'src/routes/hello.ts': hello });
  expect(await bodyOnce(`${address}/hello/1`, '{"n":2}')).toBe('{"n":2}');
});

test('--no-reload leaves the files unwatched', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello, '.env': 'TINA4_DEBUG=true\n' });
  const address = await project.serve(['--no-reload']);
  await project.write({ 'src/routes/hello.ts': hello.replace('+ 1', '+ 2') });
  // Longer than a change takes to be noticed.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await (await fetch(`${address}/hello/1`)).text()).toBe('{"n":2}');
});

test.each([
  ['new Tina4().start()', "import { Tina4, Router } from 'tina4-nodejs';\nconst app = new Tina4();\n"],
  ['startServer()', "import { startServer, Router } from 'tina4-nodejs';\n"],
])('an app.ts with %s is run, and its own routes count first', async (start, head) => {
  const app = `${head}Router.get('/hello/{n:int}', () => ({ from: 'app.ts' }));\n${start.replace('new Tina4()', 'app')};\n`;
  project = await ServedProject.create({ 'app.ts': app, 'src/routes/hello.ts': hello });
  const address = await project.serve();
  expect(await (await fetch(`${address}/hello/1`)).json()).toEqual({ from: 'app.ts' });
});

test('--port beats TINA4_PORT, which beats PORT', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello });
  const address = await project.serve([], { TINA4_PORT: '1', PORT: '2' });
  expect((await fetch(`${address}/hello/1`)).status).toBe(200);
});

test('the health check answers, and stands back for a route of the app', async () => {
  project = await ServedProject.create({ 'src/routes/hello.ts': hello });
  const first = await project.serve();
  expect(await (await fetch(`${first}/__health`)).json()).toMatchObject({ status: 'ok', framework: 'tina4-nodejs' });
  await project.stop();
  await project.write({
    'src/routes/own.ts': "import { get } from 'tina4-nodejs';\nget('/health', () => ({ own: true }));",
  });
  const second = await project.serve();
  expect(await (await fetch(`${second}/health`)).json()).toEqual({ own: true });
});

test('sessions in files outlive the server, ended politely or not', async () => {
  const count = `import { Router } from 'tina4-nodejs';
Router.get('/count', (req, res) => { req.session.n = (req.session.n ?? 0) + 1; return res.json({ n: req.session.n }); });`;
  project = await ServedProject.create({ 'src/routes/count.ts': count });
  const first = await fetch(`${await project.serve()}/count`);
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
  await project.stop('SIGTERM');
  expect(await (await fetch(`${await project.serve()}/count`, { headers: { cookie } })).json()).toEqual({ n: 2 });
  await project.stop('SIGKILL');
  expect(await (await fetch(`${await project.serve()}/count`, { headers: { cookie } })).json()).toEqual({ n: 3 });
});

test('middleware is found by its name, in the same file, in another one, or in src/middleware', async () => {
  project = await ServedProject.create({
    'src/middleware/third.ts':
      'export default async (req, res, next) => { await next(); res.header("x-third", "1"); };',
    'src/routes/a.ts': 'async function other(req, res, next) { res.header("x-other", "1"); return next(req, res); }',
    'src/routes/b.ts': `import { Router } from 'tina4-nodejs';
function own(req, res, next) { res.header('x-own', '1'); return next(); }
Router.get('/x', async (req, res) => res.json({}), ['own', 'other', 'third']);`,
  });
  const { headers } = await fetch(`${await project.serve()}/x`);
  expect([headers.get('x-own'), headers.get('x-other'), headers.get('x-third')]).toEqual(['1', '1', '1']);
});

test('a middleware name that leads nowhere stops the start, naming route and name', async () => {
  const route = "import { Router } from 'tina4-nodejs';\nRouter.get('/x', () => ({}), 'requireLogin');\n";
  project = await ServedProject.create({ 'src/routes/a.ts': route });
  const { code, output } = await project.start(['serve', '--port', '0']).ended();
  expect(code).toBe(1);
  expect(output).toMatch(/^Error: T4_MIDDLEWARE_UNKNOWN: GET \/x uses the middleware "requireLogin"/);
  expect(output).not.toContain('    at ');
});

test('a middleware name that two other files declare stops the start', async () => {
  const declares = 'function check(req, res, next) { return next(); }\n';
  project = await ServedProject.create({
    'src/routes/a.ts': declares,
    'src/routes/b.ts': declares,
    'src/routes/c.ts': "import { Router } from 'tina4-nodejs';\nRouter.get('/x', () => ({}), 'check');\n",
  });
  const { code, output } = await project.start(['serve', '--port', '0']).ended();
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('T4_MIDDLEWARE_AMBIGUOUS') });
});

test('a mistyped setting is named at the start, with the one that was meant', async () => {
  project = await ServedProject.create({
    'src/routes/hello.ts': hello,
    '.env': 'TINA4_SESION_BACKEND=redis\nTINA4_OF_THE_APP=1\n',
  });
  await project.serve();
  expect(project.output).toContain(
    'warning: TINA4_SESION_BACKEND is no setting of Tina4. Did you mean TINA4_SESSION_BACKEND?\n',
  );
  expect(project.output).not.toContain('TINA4_OF_THE_APP');
});
