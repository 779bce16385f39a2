import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ServerEnvironment } from '../../src/project/environment.js';
import { type OpenOptions, openProject } from '../../src/project/open-project.js';
import type { Project } from '../../src/project/project.js';
import { StartError } from '../../src/project/start-error.js';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'tina4-open-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function open(files: Record<string, string>, serve?: OpenOptions['serve']): Promise<Project> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const options = { root, environment: new ServerEnvironment({}) };
  return openProject(serve === undefined ? options : { ...options, serve });
}

function pathsOf({ router }: Project): string[] {
  return router.routes.map((route) => route.pattern.source).filter((path) => path.startsWith(`/${seal}`));
}

/** The route table is the process's own, so each test has paths of its own. */
let seal = '';
beforeEach(() => {
  seal = `p${root.slice(-6)}`;
});
const route = (path: string): string => `import { get } from 'tina4-nodejs';\nget('/${seal}${path}', () => 'x');\n`;

test('app.ts is run and app.js beside it is not', async () => {
  const project = await open({ 'app.ts': route('/ts'), 'app.js': route('/js') });
  expect(pathsOf(project)).toEqual([`/${seal}/ts`]);
});

test('a project that is only looked at starts nothing and knows the folders that startServer was given', async () => {
  const project = await open({
    'app.js': `import { Tina4 } from 'tina4-nodejs';
const server = await new Tina4({ routesDir: 'web/routes', staticDir: 'files' }).start(() => { throw new Error('answers'); });
if (server.port !== 0) throw new Error('listens');
await server.close();
`,
    'web/routes/a.ts': route('/a'),
    'web/middleware/b.ts': route('/b'),
  });
  expect(project.folders.publicDirectories).toEqual([join(root, 'files')]);
  await project.load();
  expect(pathsOf(project)).toEqual([`/${seal}/b`, `/${seal}/a`]);
});

test('a project that is served gets what the entry file asks for, and the entry file gets the server', async () => {
  const asked: unknown[] = [];
  const project = await open(
    {
      'app.ts': `import { startServer } from 'tina4-nodejs';
const { port } = await startServer({ port: 7, routesDir: 'web' });
await startServer({ port: 8 });
if (port !== 7) throw new Error('another port');
`,
    },
    async (served, options) => {
      asked.push([served.folders.routes, options.port]);
      return { router: served.router, port: options.port as number, close: async () => {} };
    },
  );
  expect(asked).toEqual([
    [join(root, 'web'), 7],
    [join(root, 'web'), 8],
  ]);
  expect(project.folders.routes).toBe(join(root, 'web'));
});

test('a start that fails is no unhandled rejection for an entry file that does not await it', async () => {
  const project = await open(
    { 'app.ts': "import { startServer, Tina4 } from 'tina4-nodejs';\nstartServer();\nnew Tina4().start();\n" },
    () => Promise.reject(new StartError('the port is taken')),
  );
  expect(project.folders.root).toBe(root);
});

test('an entry file that fails, and a setting that cannot be used, are errors fit to be shown', async () => {
  const failed = open({ 'app.js': "throw new TypeError('no luck');\n" });
  await expect(failed).rejects.toThrow(StartError);
  await expect(failed).rejects.toThrow(/^Error in .*app\.js\nTypeError: no luck/);
  const unset = open({ 'app.js': '', '.env': 'TINA4_PORT=x\n' });
  await expect(unset).rejects.toThrow(StartError);
  await expect(unset).rejects.toThrow('TINA4_PORT is "x"');
});

test('the entry file finds the lines of .env, and middleware of the project is found by its name', async () => {
  const target: NodeJS.ProcessEnv = {};
  await writeFile(join(root, '.env'), 'GREETING=hello\n');
  await writeFile(join(root, 'app.js'), '');
  await mkdir(join(root, 'src/middleware'), { recursive: true });
  await writeFile(join(root, 'src/middleware/audit.ts'), 'export default (req, res, next) => next();\n');
  const project = await openProject({ root, environment: new ServerEnvironment(target) });
  expect(target.GREETING).toBe('hello');
  expect(project.names.anywhere('audit')).toBeUndefined();
  expect(await project.load()).toMatchObject({ failures: [], files: [] });
  expect(typeof project.names.anywhere('audit')).toBe('function');
});

test('after forget the files are read again, and routes of the entry file stay', async () => {
  const project = await open({ 'app.ts': route('/app'), 'src/routes/a.ts': route('/before') });
  await project.load();
  await writeFile(join(root, 'src/routes/a.ts'), route('/after'));
  await project.forget();
  await project.load();
  expect(pathsOf(project)).toEqual([`/${seal}/app`, `/${seal}/after`]);
});
