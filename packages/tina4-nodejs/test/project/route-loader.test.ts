import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Router } from '@tina4/core';
import { type LoadedRoutes, loadRoutes } from '../../src/project/route-loader.js';
import { TypeScriptLoader } from '../../src/project/typescript-loader.js';

let project: string;
let router: Router;
let loader: TypeScriptLoader;

beforeEach(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'tina4-loader-')));
  router = new Router();
  loader = new TypeScriptLoader(project, { 'tina4-nodejs': { Router: router } });
});
afterEach(() => rm(project, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
}

function load(): Promise<LoadedRoutes> {
  return loadRoutes(join(project, 'src/routes'), router, loader);
}

function labels(): string[] {
  return router.routes.map((route) => route.label);
}

function stackOf(failure: { readonly error: unknown } | undefined): string {
  // No instanceof: the file runs outside jest's own realm.
  return String((failure?.error as Error | undefined)?.stack);
}

const registers = (path: string): string =>
  `import { Router } from 'tina4-nodejs';\nRouter.get('${path}', async (req, res) => res.json({}));\n`;

test('files are loaded in byte order, those of a folder before its subfolders, at any depth', async () => {
  await write({
    'src/routes/b.ts': registers('/b'),
    'src/routes/a/z.ts': registers('/a/z'),
    'src/routes/B.ts': registers('/B'),
    'src/routes/a/deep/x.js': registers('/x'),
    'src/routes/notes.md': 'not a route',
    'src/routes/types.d.ts': 'throw new Error("never run")',
  });
  await load();
  expect(labels()).toEqual(['GET /B', 'GET /b', 'GET /a/z', 'GET /x']);
});

test('a project without a routes folder has no routes', async () => {
  expect((await load()).files).toEqual([]);
});

test('files named after a verb are routes, with parameters from folder names', async () => {
  const handler = 'export default async (req, res) => res.json({});';
  await write({
    'src/routes/get.ts': handler,
    'src/routes/api/users/[id]/put.ts': handler,
    'src/routes/docs/[...page]/get.ts': handler,
    'src/routes/named/post.ts': 'export function handler(req, res) { return res.json({}); }',
  });
  await load();
  expect(labels().sort()).toEqual(['GET /', 'GET /docs/{page:path}', 'POST /named', 'PUT /api/users/{id}']);
});

test('a verb file may name the template of its answer and opt out of tokens', async () => {
  await write({
    'src/routes/page/get.ts':
      'export const template = "page.twig";\nexport const meta = { noAuth: true };\nexport default () => ({ a: 1 });',
  });
  await load();
  expect(router.routes[0]?.template).toBe('page.twig');
  expect(router.routes[0]?.setting('isSecured')).toBe(false);
});

test('a verb file without a function is skipped with a warning', async () => {
  await write({ 'src/routes/empty/get.ts': 'export const a = 1;' });
  expect((await load()).warnings).toEqual([expect.stringContaining('empty/get.ts exports no function')]);
  expect(labels()).toEqual([]);
});

test('types are stripped and not checked, imports need no extension, await works at the top level', async () => {
  await write({
    'src/orm/Product.ts': 'export interface Shape { id: number }\nexport class Product { static count: number = 3; }',
    'src/routes/products.ts': [
      "import { Router } from 'tina4-nodejs';",
      "import { Product, type Shape } from '../orm/Product';",
      'const wrong: string = 5;',
      'const count = await Promise.resolve(Product.count);',
      "Router.get('/products/' + count, async (req, res) => res.json([].map((item) => item.id)));",
    ].join('\n'),
  });
  expect((await load()).failures).toEqual([]);
  expect(labels()).toEqual(['GET /products/3']);
});

// In a process of its own: jest gives every test file a module cache that cannot be written to.
test('a module that two route files import is run once', async () => {
  await write({
    'src/shared.ts': 'export const state = { uses: 0 };',
    'src/routes/a.ts': "import { state } from '../shared';\nstate.uses++;",
    'src/routes/b.ts': "import { state } from '../shared';\nexport const uses = ++state.uses;",
  });
  const source = join(__dirname, '../../src/project/typescript-loader.ts');
  const script = `
    const { createJiti } = require(${JSON.stringify(require.resolve('jiti'))});
    (async () => {
      const { TypeScriptLoader } = await createJiti(${JSON.stringify(__filename)}, { fsCache: false }).import(${JSON.stringify(source)});
      const loader = new TypeScriptLoader(process.argv[1]);
      await loader.load(process.argv[1] + '/src/routes/a.ts');
      console.log((await loader.load(process.argv[1] + '/src/routes/b.ts')).exports.uses);
    })();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, project], { timeout: 15_000 });
  expect(stdout.trim()).toBe('2');
});

test("the stack of an error in a handler names the file's own line", async () => {
  await write({
    'src/routes/boom.ts': [
      "import { Router } from 'tina4-nodejs';",
      'interface Unused {',
      '  a: number;',
      '}',
      '',
      "Router.get('/boom', () => {",
      "  throw new Error('boom');",
      '});',
    ].join('\n'),
  });
  await load();
  const handler = router.routes[0]?.handler as unknown as () => unknown;
  const error = await Promise.resolve()
    .then(handler)
    .catch((thrown: Error) => thrown);
  expect((error as Error).stack).toContain(`${join(project, 'src/routes/boom.ts')}:7:`);
});

test('a file that fails is reported with its line, leaves no half of its routes, and the rest is served', async () => {
  await write({
    'src/routes/a.ts': `${registers('/half')}throw new Error('no database');\n`,
    'src/routes/b.ts': 'const x = ;\n',
    'src/routes/c.ts': registers('/c'),
  });
  const { failures } = await load();
  expect(labels()).toEqual(['GET /c']);
  expect(failures.map((failure) => failure.file)).toEqual([
    join(project, 'src/routes/a.ts'),
    join(project, 'src/routes/b.ts'),
  ]);
  expect(stackOf(failures[0])).toContain('a.ts:3:');
  expect(stackOf(failures[1])).toContain('b.ts:1:');
});

test('after forget, changed files and what they import are read again and nothing is registered twice', async () => {
  await write({
    'src/path.ts': "export const path = '/one';",
    'src/routes/a.ts':
      "import { Router } from 'tina4-nodejs';\nimport { path } from '../path';\nRouter.get(path, () => ({}));",
  });
  await load();
  await write({ 'src/path.ts': "export const path = '/two';" });
  await loader.forget();
  router.removeLoaded(() => true);
  await load();
  expect(labels()).toEqual(['GET /two']);
});

test('top-level functions are known by name although they are not exported', async () => {
  await write({
    'src/routes/a.ts': [
      'function logRequest(req, res, next) { return next(req, res); }',
      'const guard = async (req, res, next) => next(req, res);',
      'export class Audit {}',
      '/*',
      'function onlyInAComment() {}',
      '*/',
      'export const text = "x";',
    ].join('\n'),
  });
  const { declared } = await load();
  const names = declared.get(join(project, 'src/routes/a.ts'));
  expect([...(names?.keys() ?? [])]).toEqual(['logRequest', 'guard', 'Audit']);
});

test('@secured and @noauth above a registration act on that route', async () => {
  await write({
    'src/routes/a.ts': [
      "import { Router } from 'tina4-nodejs';",
      '/**',
      ' * Orders of a user.',
      ' * @secured',
      ' */',
      "Router.get('/orders', () => ({}));",
      '/** @noauth */',
      "Router.post('/login', () => ({}));",
      "Router.post('/other', () => ({}));",
      "Router.group('/api', () => {",
      '  /** @secured */',
      "  Router.get('/orders/{id:int}', () => ({}));",
      '});',
    ].join('\n'),
    'src/routes/me/get.ts': '/** @secured */\nexport default () => ({});',
  });
  expect((await load()).failures).toEqual([]);
  const secured = Object.fromEntries(router.routes.map((route) => [route.label, route.setting('isSecured')]));
  expect(secured).toEqual({
    'GET /orders': true,
    'POST /login': false,
    'POST /other': undefined,
    'GET /api/orders/{id:int}': true,
    'GET /me': true,
  });
});

test('@secured above a route whose path is computed stops that file instead of being lost', async () => {
  await write({
    'src/routes/a.ts':
      "import { Router } from 'tina4-nodejs';\nconst base = '/api';\n/** @secured */\nRouter.get(base + '/x', () => ({}));",
  });
  const { failures } = await load();
  expect(String(failures[0]?.error)).toContain('T4_ROUTE_ANNOTATION: line 3');
  expect(labels()).toEqual([]);
});

test('transformed files are cached inside the project and never in a folder that others can write to', async () => {
  await mkdir(join(project, 'node_modules'));
  await write({ 'src/routes/a.ts': registers('/a') });
  await load();
  const [cached] = await readdir(join(project, 'node_modules/.cache/tina4'));
  expect(await readFile(join(project, 'node_modules/.cache/tina4', cached ?? ''), 'utf8')).toContain('/a');
});
