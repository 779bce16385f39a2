import { execFile } from 'node:child_process';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { type Ended, ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

function tina4(...args: string[]): Promise<Ended> {
  project.output = '';
  return project.start(args).ended();
}

function read(path: string): Promise<string> {
  return readFile(join(project.folder, path), 'utf8');
}

test('init makes a project and says what comes next', async () => {
  project = await ServedProject.create({});
  const { code, output } = await tina4('init', 'my-shop');
  expect(code).toBe(0);
  const lines = output.split('\n');
  expect(lines.slice(0, 2)).toEqual([
    'Creating Tina4 project in ./my-shop ...',
    '  Detected language: Node.js (package.json)',
  ]);
  expect(output).toContain('  Created .env\n');
  expect(output).toMatch(/\n\nProject created! Next steps:\n {2}cd my-shop\n {2}npm install\n {2}npx tina4 serve\n$/);
  expect(await read('my-shop/.env')).toBe('TINA4_DEBUG=true\n');
  expect(JSON.parse(await read('my-shop/package.json'))).toMatchObject({ name: 'my-shop', type: 'module' });
});

test('what init makes for secrets, and what a server makes for sessions, is for the owner alone', async () => {
  project = await ServedProject.create({});
  await tina4('init', 'my-shop');
  const rights = async (path: string): Promise<number> =>
    (await stat(join(project.folder, 'my-shop', path))).mode & 0o777;
  expect(await rights('.env')).toBe(0o600);
  expect((await rights('.env.example')) & 0o044).toBe(0o044);
  const served = ServedProject.at(join(project.folder, 'my-shop'), project.command);
  await fetch(await served.serve());
  await served.stop();
  expect([await rights('data'), await rights('secrets')]).toEqual([0o700, 0o700]);
});

test('init in a folder with files adds only what is missing', async () => {
  project = await ServedProject.create({ '.env': 'MINE=1\n', 'app.ts': '// mine\n' });
  const { code, output } = await tina4('init', 'nodejs', '.');
  expect(code).toBe(0);
  expect(output).not.toContain('Created .env\n');
  expect(await read('.env')).toBe('MINE=1\n');
  expect(await read('app.ts')).toBe('// mine\n');
  expect((await tina4('init', '.')).output).not.toContain('Created ');
});

test('a project made by init is served, its tests pass, its types fit, and no folder is empty', async () => {
  project = await ServedProject.create({});
  await tina4('init', '.');
  const entries = await readdir(project.folder, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  expect(folders.filter((folder) => !entries.some((entry) => entry.parentPath === folder))).toEqual([]);

  await project.link('tina4-nodejs', 'typescript', '@types');
  await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { cwd: project.folder });
  expect((await tina4('test')).output).toContain('3 passed, 0 failed');
  const address = await project.serve();
  expect(await (await fetch(address)).text()).toContain('<h2>Notes</h2>');
  expect(project.output).toContain('Debug mode: ON');
  expect(project.output).not.toMatch(/^warning:/m);
});

test('create-tina4 makes the same project and asks nothing', async () => {
  project = await ServedProject.create({});
  const script = join(__dirname, '../../../create-tina4/bin/create-tina4.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: project.folder });
  expect(stdout).toContain('Creating Tina4 project in ./tina4-app ...');
  expect(await read('tina4-app/src/routes/home.ts')).toContain('home.html');
  expect(JSON.parse(await read('tina4-app/package.json'))).toMatchObject({ name: 'tina4-app' });
});

test('generate route writes five routes that load, and never overwrites a file', async () => {
  project = await ServedProject.create({ 'src/routes/.keep': '' });
  expect((await tina4('generate', 'route', 'products', '--prefix', '/shop')).output).toContain('Created');
  expect((await tina4('generate', 'route', 'products')).output).toContain('Skipped');
  const { output } = await tina4('routes');
  expect(output).toContain('5 routes registered');
  expect(output).toContain('/shop/products/{id:int}');
});

test.each([['../evil'], ['a/b'], ['']])('generate refuses the name %j', async (name) => {
  project = await ServedProject.create({});
  const { code, output } = await tina4('generate', 'route', name);
  expect(code).toBe(1);
  expect(output).toContain('cannot be a file name');
});

test('routes lists method, path, middleware and access, filtered when asked', async () => {
  project = await ServedProject.create({
    'app.ts': "import { startServer, Router } from 'tina4-nodejs';\nRouter.get('/', () => ({}));\nstartServer();\n",
    'src/routes/a.ts': `import { Router } from 'tina4-nodejs';
function logRequest(req, res, next) { return next(req, res); }
Router.post('/api/a', () => ({}), [logRequest]);
/** @secured */
Router.get('/api/b', () => ({}));
`,
  });
  expect((await tina4('routes')).output).toBe(
    [
      'Method  Path    Middleware  Auth',
      '------  ------  ----------  --------',
      'GET     /       -           public',
      'POST    /api/a  logRequest  public',
      'GET     /api/b  -           @secured',
      '',
      '3 routes registered',
      '',
    ].join('\n'),
  );
  expect((await tina4('routes', '--method', 'post')).output).toContain('1 routes registered');
  expect((await tina4('routes', '--filter', '/api')).output).toContain('2 routes registered');
});

test('routes shows all that guards a route, for programs too: of the app, of its groups, its own, and what settings ask for', async () => {
  project = await ServedProject.create({
    '.env': 'TINA4_CSRF=true\nTINA4_RATE_LIMIT=9\nTINA4_SECURE_WRITES=true\n',
    'src/routes/a.ts': `import { Router } from 'tina4-nodejs';
function audit(req, res, next) { return next(req, res); }
function requireAdmin(req, res, next) { return next(req, res); }
Router.use(audit);
Router.group('/admin', () => { Router.post('/teas', () => ({}), 'ResponseCache:5'); }, [requireAdmin]);
`,
  });
  const { code, output } = await tina4('routes', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(output)).toEqual([
    {
      method: 'POST',
      path: '/admin/teas',
      middleware: ['TINA4_RATE_LIMIT', 'audit', 'TINA4_CSRF', 'requireAdmin', 'ResponseCache:5'],
      auth: 'secured',
      file: 'src/routes/a.ts',
    },
  ]);
});

test('routes ends although a route file leaves a timer running', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': "setInterval(() => {}, 1000);\nrequire('tina4-nodejs').get('/a', () => 'a');\n",
  });
  expect(await tina4('routes')).toMatchObject({ code: 0, output: expect.stringContaining('1 routes registered') });
});

test('a reader that has enough ends a command without an error', async () => {
  const lines = Array.from({ length: 3000 }, (_, n) => `get('/a${n}/${'x'.repeat(60)}', () => 'a');`).join('\n');
  project = await ServedProject.create({ 'src/routes/a.ts': `import { get } from 'tina4-nodejs';\n${lines}\n` });
  const command = `"${process.execPath}" "${project.command}" routes | head -1`;
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], { cwd: project.folder });
  expect(stdout).toMatch(/^Method +Path[^\n]*\n$/);
  expect(stderr).toBe('');
});

test('doctor and sessions tell programs what they found', async () => {
  project = await ServedProject.create({ 'src/routes/.keep': '', '.env': 'TINA4_PORT=x\n' });
  const doctor = await tina4('doctor', '--json');
  expect(doctor.code).toBe(1);
  expect(JSON.parse(doctor.output)).toContainEqual({
    level: 'ERROR',
    text: expect.stringContaining('TINA4_PORT is "x"'),
  });
  await project.write({ '.env': '' });
  expect(JSON.parse((await tina4('sessions', 'stats', '--json')).output)).toMatchObject({ store: 'file', live: 0 });
  expect(JSON.parse((await tina4('sessions', 'sweep', '--json')).output)).toMatchObject({ store: 'file', removed: 0 });
});

test('routes reads app.js as serve does', async () => {
  project = await ServedProject.create({
    'app.js': "import { get, startServer } from 'tina4-nodejs';\nget('/app', () => 'app');\nstartServer();\n",
    'src/routes/a.js': "import { get } from 'tina4-nodejs';\nget('/a', () => 'a');\n",
  });
  const { code, output } = await tina4('routes');
  expect(output).toMatch(/\/app [\s\S]*\/a [\s\S]*\n2 routes registered\n$/);
  expect(code).toBe(0);
});

test('routes takes the folders that app.ts names when it starts the server', async () => {
  project = await ServedProject.create({
    'app.ts': "import { Tina4 } from 'tina4-nodejs';\nnew Tina4({ routesDir: 'web/routes' }).start();\n",
    'web/routes/a.ts': "import { get } from 'tina4-nodejs';\nget('/a', () => 'a');\n",
    'src/routes/b.ts': "import { get } from 'tina4-nodejs';\nget('/b', () => 'b');\n",
  });
  const { output } = await tina4('routes');
  expect(output).toMatch(/\/a /);
  expect(output).toContain('\n1 routes registered\n');
});

test('routes runs the middleware files, so what they register is listed and one that fails is told', async () => {
  project = await ServedProject.create({
    'src/middleware/metrics.ts': "import { get } from 'tina4-nodejs';\nget('/metrics', () => 'metrics');\n",
    'src/middleware/broken.ts': "throw new Error('no luck');\n",
    'src/routes/a.ts': "import { get } from 'tina4-nodejs';\nget('/a', () => 'a');\n",
  });
  const { code, output } = await tina4('routes');
  expect(output).toContain('\n2 routes registered\n');
  expect(output).toMatch(/Error in .*broken\.ts\nError: no luck/);
  expect(code).toBe(1);
});

test('routes of a project that cannot start says why as serve does', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': '', '.env': 'TINA4_PORT=x\n' });
  const listed = await tina4('routes');
  project.output = '';
  expect(listed).toEqual(await project.start(['serve']).ended());
  expect(listed).toMatchObject({ code: 1, output: expect.stringContaining('TINA4_PORT is "x"') });
  await project.write({ '.env': '', 'app.js': "throw new Error('no luck');\n" });
  const entry = await tina4('routes');
  expect(entry.code).toBe(1);
  expect(entry.output).toMatch(/Error in .*app\.js\nError: no luck/);
});

test('doctor tells every mistake in the settings, hides secrets, and ends with 1', async () => {
  project = await ServedProject.create({
    'src/routes/.keep': '',
    '.env': 'TINA4_SESSION_BACKEND=redsi\nTINA4_PORT=x\n',
  });
  const broken = await tina4('doctor');
  expect(broken.code).toBe(1);
  expect(broken.output).toContain('[ERROR] TINA4_SESSION_BACKEND is "redsi"');
  expect(broken.output).toContain('2 errors');
  await project.write({ '.env': 'TINA4_SECRET=hunter2\nTINA4_SESION_NAME=a\nDATABASE_URL=postgres://u:pw@h/db\n' });
  const sound = await tina4('doctor');
  expect(sound.code).toBe(0);
  expect(sound.output).toContain('[OK] TINA4_SECRET = (hidden) (.env)');
  expect(sound.output).toContain('TINA4_SESION_NAME is no setting of Tina4. Did you mean TINA4_SESSION_NAME?');
  expect(sound.output).not.toMatch(/hunter2|pw@/);
});

test('doctor names the store it would use, and one that does not answer is an error without its password', async () => {
  const [env, url] = ['TINA4_SESSION_BACKEND=redis\n', 'TINA4_SESSION_URL=redis://:hunter2@127.0.0.1:1\n'];
  project = await ServedProject.create({ 'src/routes/.keep': '', '.env': env + url });
  const { code, output } = await tina4('doctor');
  expect(code).toBe(1);
  expect(output).toContain('[OK] Sessions are kept in: redis, redis://127.0.0.1:1\n');
  expect(output).toContain('[ERROR] T4_STORE_UNAVAILABLE: The redis server cannot be used');
  expect(output).not.toContain('hunter2');
});

test('doctor warns of sessions in memory', async () => {
  project = await ServedProject.create({ 'src/routes/.keep': '', '.env': 'TINA4_SESSION_BACKEND=memory\n' });
  const { code, output } = await tina4('doctor');
  expect(code).toBe(0);
  expect(output).toContain('[WARN] Sessions in memory end with the server process.');
});

test('build compiles a project that plain node serves, its templates from the project and its access rules kept', async () => {
  project = await ServedProject.create({
    'package.json': '{ "type": "module" }',
    'app.ts':
      "import { options } from './src/options';\nimport { startServer } from 'tina4-nodejs';\nstartServer(options);\n",
    'src/options.ts': "export const options: { port: number; host: string } = { port: 0, host: '127.0.0.1' };\n",
    'src/models/Product.ts': 'export class Product { static total: number = 3; }\n',
    'src/public/robots.txt': 'User-agent: *\n',
    'src/routes/a.ts': `import { Router } from 'tina4-nodejs';
import { Product } from '../models/Product';
Router.get('/total', (req: any, res: any) => res.json({ total: Product.total }));
/** @secured */
Router.get('/secret', () => ({}));
`,
  });
  await project.link('tina4-nodejs', 'typescript');
  const { code, output } = await tina4('build');
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/ {2}Compiled 4 TypeScript files\n/) });
  expect(output).toMatch(/^Building for production\.\.\.\n[\s\S]*Ready for deployment:\n {2}node dist\/app\.js\n$/);
  expect(await read('dist/src/routes/a.js')).toContain('@secured');
  const address = await project.run('dist/app.js');
  expect(await (await fetch(`${address}/total`)).json()).toEqual({ total: 3 });
  expect(await (await fetch(`${address}/robots.txt`)).text()).toContain('User-agent');
});

test('build keeps what app.js does', async () => {
  project = await ServedProject.create({
    'package.json': '{ "type": "module" }',
    'app.js':
      "import { get, startServer } from 'tina4-nodejs';\nget('/app', () => 'app');\nstartServer({ port: 0, host: '127.0.0.1' });\n",
    'src/routes/a.js': "import { get } from 'tina4-nodejs';\nget('/a', () => 'a');\n",
  });
  await project.link('tina4-nodejs', 'typescript');
  expect(await tina4('build')).toMatchObject({
    code: 0,
    output: expect.stringContaining('Compiled 0 TypeScript files'),
  });
  const address = await project.run('dist/app.js');
  expect(await (await fetch(`${address}/app`)).text()).toBe('app');
  expect(await (await fetch(`${address}/a`)).text()).toBe('a');
});

test('build without TypeScript says how to get it, and a mistake in the source ends with 1', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': 'const x = ;\n' });
  expect((await tina4('build')).output).toContain('npm install --save-dev typescript');
  await project.link('typescript');
  const { code, output } = await tina4('build');
  expect(code).toBe(1);
  expect(output).toMatch(/a\.ts/);
  await expect(access(join(project.folder, 'dist/app.js'))).rejects.toThrow();
});
