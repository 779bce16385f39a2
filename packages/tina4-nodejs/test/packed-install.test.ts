import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { ServedProject } from './cli/served-project.js';

// What users install is the packed archives, through plain npm. Needs the built packages and npm's registry.
const run = promisify(execFile);
const packages = join(__dirname, '../..');
const types = join(packages, '../node_modules/@types');
const tsc = join(packages, '../node_modules/typescript/bin/tsc');
const isWindows = process.platform === 'win32';
const options = { timeout: 120_000, shell: isWindows, maxBuffer: 10_000_000 };

let installed: string;
let project: ServedProject | undefined;

beforeAll(async () => {
  installed = await realpath(await mkdtemp(join(tmpdir(), 'tina4-packed-')));
  const archives = join(installed, 'archives');
  await mkdir(archives);
  for (const name of ['core', 'sessions', 'tina4-nodejs', 'create-tina4']) {
    const cwd = join(packages, name);
    await run('npx', ['--yes', 'pnpm@10.34.9', 'pack', '--pack-destination', archives], { ...options, cwd });
  }
  const files = (await readdir(archives)).map((file) => join(archives, file));
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...files], {
    ...options,
    cwd: installed,
  });
}, 240_000);

afterAll(() => rm(installed, { recursive: true, force: true }));
afterEach(async () => {
  await project?.stop('SIGKILL');
  project = undefined;
});

/** A project inside the folder with the installed packages, so that it finds them as a user's project does. */
async function projectWith(files: Record<string, string>): Promise<ServedProject> {
  const folder = await mkdtemp(join(installed, 'app-'));
  project = ServedProject.at(folder, join(installed, 'node_modules/tina4-nodejs/bin/tina4.js'));
  await project.write(files);
  return project;
}

const route = `import { Router } from 'tina4-nodejs';
Router.get('/hello/{n:int}', async (req, res) => res.json({ n: req.params.n + 1 }));
`;

test('a folder with nothing but a route file is served by the installed command', async () => {
  const address = await (await projectWith({ 'src/routes/hello.ts': route })).serve();
  expect(await (await fetch(`${address}/hello/4`)).json()).toEqual({ n: 5 });
});

test('npx finds the command under both its names', async () => {
  const { stdout } = await run('npx', ['--no', '--', 'tina4', '--version'], { ...options, cwd: installed });
  const other = await run('npx', ['--no', '--', 'tina4nodejs', '--version'], { ...options, cwd: installed });
  expect(stdout).toMatch(/^tina4 \d/);
  expect(other.stdout).toBe(stdout);
});

test('the command that npm create runs is installed, and pages that messages lead to are there', async () => {
  const cwd = await mkdtemp(join(installed, 'create-'));
  const created = await run('npx', ['--no', '--', 'create-tina4', 'my-app'], { ...options, cwd });
  expect(created.stdout).toContain('Created src/routes/home.ts');
  const failed = await run('npx', ['--no', '--', 'tina4', 'migrate'], { ...options, cwd: installed }).catch(
    (error: { stderr: string }) => error,
  );
  const [, page = ''] = /What to use instead: (\S+)/.exec(failed.stderr) ?? [];
  expect(page).toBe(join('node_modules', 'tina4-nodejs', 'docs', 'not-built.md'));
  expect((await stat(join(installed, page))).isFile()).toBe(true);
});

test.each([
  [
    'new Tina4().start()',
    "import { Tina4 } from 'tina4-nodejs';\nnew Tina4({ port: 0, host: '127.0.0.1' }).start();\n",
  ],
  ['startServer()', "import { startServer } from 'tina4-nodejs';\nstartServer({ port: 0, host: '127.0.0.1' });\n"],
])('%s starts the server in plain node', async (_name, app) => {
  const served = await projectWith({ 'app.mjs': app, 'src/routes/hello.ts': route });
  const address = await served.run('app.mjs');
  expect(await (await fetch(`${address}/hello/1`)).json()).toEqual({ n: 2 });
});

test('the sub-paths are installed, and require() gives the same framework as import', async () => {
  const served = await projectWith({
    'both.mjs': `import { createRequire } from 'node:module';
import { Router, TestClient } from 'tina4-nodejs';
import { ORM } from 'tina4-nodejs/orm';
import { Frond } from 'tina4-nodejs/frond';
import { TestClient as Client } from 'tina4-nodejs/test';
const required = createRequire(import.meta.url)('tina4-nodejs');
console.log(required.Router === Router, Client === TestClient, ORM.name, Frond.name);
Router.get('/from-script', () => 'answered');
console.log((await new TestClient().get('/from-script')).text());
`,
  });
  const { stdout } = await run(process.execPath, ['both.mjs'], { ...options, shell: false, cwd: served.folder });
  expect(stdout).toBe('true true ORM Frond\nanswered\n');
});

test('TypeScript types the parameters of a route and lets session values be used as they come', async () => {
  const served = await projectWith({
    'src/routes/cart.ts': `import { Router } from 'tina4-nodejs';
Router.get('/api/cart/{product_id:int}', async (req, res) => {
  const id: number = req.params.product_id;
  req.session.cart.push({ id });
  return res.json({ total: req.session.cart.length, name: req.body.name });
});`,
    'tsconfig.json': JSON.stringify({
      compilerOptions: { strict: true, noEmit: true, module: 'nodenext', types: ['node'], typeRoots: [types] },
    }),
  });
  await run(process.execPath, [tsc, '-p', served.folder], { ...options, shell: false });
});

test('the default install stays small and holds no database driver', async () => {
  const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { ...options, cwd: installed });
  const names = stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((path) => path.split(/node_modules[\\/]/).pop());
  expect(names.length).toBeLessThan(80);
  const drivers = [
    'ioredis',
    'mongodb',
    'knex',
    'pg',
    'mysql2',
    'tedious',
    'node-firebird',
    'libsql',
    'better-sqlite3',
  ];
  expect(names.filter((name) => drivers.includes(name ?? ''))).toEqual([]);
});
