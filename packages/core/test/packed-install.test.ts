import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

// Core by itself, as somebody installs it who wants an HTTP framework and no project around it: the packed archive, through plain
// npm, in a folder that has nothing else. Needs the built package and npm's registry.
const run = promisify(execFile);
const core = join(__dirname, '..');
const modules = join(core, '../../node_modules');
const options = { timeout: 120_000, shell: process.platform === 'win32', maxBuffer: 10_000_000 };

let installed: string;

beforeAll(async () => {
  installed = await realpath(await mkdtemp(join(tmpdir(), 'tina4-core-')));
  const archives = join(installed, 'archives');
  await mkdir(archives);
  await run('npx', ['--yes', 'pnpm@10.34.9', 'pack', '--pack-destination', archives], { ...options, cwd: core });
  const [archive = ''] = await readdir(archives);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(archives, archive)], {
    ...options,
    cwd: installed,
  });
}, 240_000);

afterAll(() => rm(installed, { recursive: true, force: true }));

test('core alone serves routes, middleware, templates and files', async () => {
  await mkdir(join(installed, 'templates'));
  await mkdir(join(installed, 'public'));
  await writeFile(join(installed, 'templates/hello.html'), '<p>{{ name | upper }}</p>');
  await writeFile(join(installed, 'public/style.css'), 'p{}');
  await writeFile(
    join(installed, 'app.mjs'),
    `import { join } from 'node:path';
import { createApp, freshTemplates, Templates } from '@tina4/core';
const templates = new Templates({ directory: join(import.meta.dirname, 'templates'), isDebug: false });
await templates.refresh();
const app = createApp({
  templates: freshTemplates(templates),
  publicDirectories: [join(import.meta.dirname, 'public')],
});
app.router.use('SecurityHeadersMiddleware');
app.router.get('/add/{n:int}', (req, res) => res.json({ n: req.params.n + 1 }));
app.router.post('/echo', (req) => req.body);
app.router.get('/hello', (req, res) => res.render('hello.html', { name: 'ann' }));
const server = await app.listen({ port: 0, host: '127.0.0.1' });
const ask = async (path, init) => {
  const answer = await fetch('http://127.0.0.1:' + server.port + path, init);
  return [answer.status, await answer.text(), answer.headers.get('x-frame-options')];
};
const json = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } };
const answers = [await ask('/add/4'), await ask('/echo', json), await ask('/hello'), await ask('/style.css'), await ask('/none')];
console.log(JSON.stringify(answers));
await app.close();
`,
  );
  const { stdout } = await run(process.execPath, ['app.mjs'], { ...options, shell: false, cwd: installed });
  expect(JSON.parse(stdout)).toEqual([
    [200, '{"n":5}', 'DENY'],
    [200, '{"a":1}', 'DENY'],
    [200, '<p>ANN</p>', 'DENY'],
    [200, 'p{}', 'DENY'],
    [404, '{"error":"Not found","path":"/none","status":404}', 'DENY'],
  ]);
});

test('its types need no package that is not installed with it', async () => {
  await writeFile(
    join(installed, 'app.ts'),
    `import { createApp, HttpError } from '@tina4/core';
const app = createApp();
app.router.get('/add/{n:int}', (req, res) => {
  const n: number = req.params.n;
  if (n > 9) throw new HttpError(400, 'APP_TOO_LARGE', 'Too large.');
  return res.json({ n });
});
`,
  );
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', types: ['node'] };
  const typeRoots = [join(modules, '@types')];
  await writeFile(
    join(installed, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, typeRoots }, files: ['app.ts'] }),
  );
  const tsc = join(modules, 'typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', installed], { ...options, shell: false });
});

test('neither sessions nor anything that reads a project comes with it', async () => {
  const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { ...options, cwd: installed });
  const names = stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((path) => path.split(/node_modules[\\/]/).pop() ?? '');
  expect(names).toContain('@tina4/core');
  const ofProjects = ['@tina4/sessions', 'tina4-nodejs', 'dotenv', 'jiti', 'light-my-request', 'pino'];
  expect(names.filter((name) => ofProjects.includes(name))).toEqual([]);
  expect(names.length).toBeLessThan(60);
});
