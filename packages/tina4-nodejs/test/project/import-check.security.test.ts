import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Router } from '@tina4/core';
import { loadRoutes } from '../../src/project/route-loader.js';
import { TypeScriptLoader } from '../../src/project/typescript-loader.js';

let project: string;
let router: Router;

beforeEach(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'tina4-imports-')));
  router = new Router();
  await write({
    'src/middleware/auth.ts':
      'export interface Login { id: number }\nexport async function requireLogin(req, res, next) { return next(); }\n',
    'node_modules/guards/package.json': '{ "name": "guards", "main": "index.js" }',
    'node_modules/guards/index.js':
      'class Guards { get dynamic() { return () => {}; } }\nmodule.exports = new Guards();\nmodule.exports.guard = () => {};\n',
    'node_modules/callable/package.json': '{ "name": "callable", "main": "index.js" }',
    'node_modules/callable/index.js': 'module.exports = function callable() {};\nmodule.exports.extra = 1;\n',
    'node_modules/modern/package.json': '{ "name": "modern", "type": "module", "exports": "./index.js" }',
    'node_modules/modern/index.js': 'export const guard = () => {};\nexport default 1;\n',
  });
});
afterEach(() => rm(project, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
}

/** What loading the routes complains of, as text; file names without the folder of the project. */
async function complaints(): Promise<string[]> {
  const loader = new TypeScriptLoader(project, { 'tina4-nodejs': { Router: router } });
  const { failures } = await loadRoutes(join(project, 'src/routes'), router, loader);
  return failures.map(({ error }) => String((error as Error).message).replaceAll(`${project}/`, ''));
}

/** The same in a process of its own: within jest Node cannot load modules itself, and no module cache can be written to. */
async function complaintsOfProcess(): Promise<string[]> {
  const built = (path: string): string => JSON.stringify(pathToFileURL(join(__dirname, '../../dist', path)).href);
  const script = `
    const { TypeScriptLoader } = await import(${built('project/typescript-loader.js')});
    const { loadRoutes } = await import(${built('project/route-loader.js')});
    const { defaultRouter, Router } = await import(${built('default-router.js')});
    const loader = new TypeScriptLoader(process.argv[1], { 'tina4-nodejs': { Router } });
    const { failures } = await loadRoutes(process.argv[1] + '/src/routes', defaultRouter, loader);
    console.log(JSON.stringify(failures.map(({ error }) => error.message)));`;
  const values = ['--input-type=module', '-e', script, project];
  const { stdout } = await promisify(execFile)(process.execPath, values, { timeout: 15_000 });
  return (JSON.parse(stdout) as string[]).map((message) => message.replaceAll(`${project}/`, ''));
}

const registers = "import { Router } from 'tina4-nodejs';\n";

test.each<[string, string, string]>([
  [
    'of a file of the app',
    "import { requireLogn } from '../middleware/auth';\nRouter.get('/x', (req, res) => res.json({}), requireLogn);",
    'src/routes/x.ts:2 imports "requireLogn" from "../middleware/auth", which does not export it. It exports requireLogin.',
  ],
  [
    'under another name',
    "import {\n  requireLogin,\n  requireAdmn as guard,\n} from '../middleware/auth';\nRouter.get('/x', (req, res) => res.json({}), [requireLogin, guard]);",
    'src/routes/x.ts:4 imports "requireAdmn" from "../middleware/auth", which does not export it. It exports requireLogin.',
  ],
  [
    'that is used in a function only',
    "import { requireLogn } from '../middleware/auth';\nexport const later = () => requireLogn();",
    'src/routes/x.ts:2 imports "requireLogn" from "../middleware/auth", which does not export it. It exports requireLogin.',
  ],
  [
    'of the framework',
    "import { Rooter } from 'tina4-nodejs';\nexport const later = () => Rooter;",
    'src/routes/x.ts:2 imports "Rooter" from "tina4-nodejs", which does not export it. It exports Router.',
  ],
  [
    'of an older package',
    "import { gard } from 'guards';\nRouter.get('/x', (req, res) => res.json({}), gard);",
    'src/routes/x.ts:2 imports "gard" from "guards", which does not export it. It exports guard.',
  ],
])('a mistyped import %s is named with file and line, and its file registers nothing', async (_name, text, message) => {
  await write({ 'src/routes/x.ts': registers + text });
  expect(await complaints()).toEqual([expect.stringContaining(`T4_IMPORT_MISSING: ${message}`)]);
  expect(router.routes).toEqual([]);
});

test('a mistyped import in a file that a route imports is named as well', async () => {
  await write({
    'src/lib/admin.ts': "import { requireLogn } from '../middleware/auth';\nexport const guards = [requireLogn];",
    'src/routes/x.js': "import { guards } from '../lib/admin';\nexport default guards;",
  });
  expect(await complaints()).toEqual([expect.stringContaining('src/lib/admin.ts:1 imports "requireLogn"')]);
});

test('a mistyped import is named again when its file comes from the kept results', async () => {
  await write({ 'src/routes/x.ts': "import { requireLogn } from '../middleware/auth';\nexport default requireLogn;" });
  expect([await complaints(), await complaints()].flat()).toEqual([
    expect.stringContaining('requireLogn'),
    expect.stringContaining('requireLogn'),
  ]);
});

test.each<[string, Record<string, string>]>([
  [
    'types, with and without the word',
    {
      'src/routes/x.ts':
        "import { Login, requireLogin } from '../middleware/auth';\nimport type { Nothing } from '../middleware/auth';\nimport { type Nobody } from '../middleware/auth';\nexport const login: Login & Nothing & Nobody = requireLogin;",
    },
  ],
  [
    'what packages of older formats export, inherited getters too',
    {
      'src/routes/x.ts':
        "import { guard, dynamic } from 'guards';\nimport callable, { extra } from 'callable';\nimport * as all from 'guards';\nexport default [guard, dynamic, callable, extra, all];",
    },
  ],
  [
    'the members of a namespace and of a re-export',
    {
      'src/lib/all.ts': "export * from '../middleware/auth';\nexport { Login } from '../middleware/auth';",
      'src/routes/x.ts':
        "import * as auth from '../lib/all';\nimport { requireLogin } from '../lib/all';\nexport default [auth.nothing, requireLogin];",
    },
  ],
  [
    'an interface that a decorated method takes',
    {
      'src/routes/x.ts':
        "import { Login } from '../middleware/auth';\nconst noted = (...args) => {};\nclass Users { @noted find(login: Login) { return login; } }\nexport default Users;",
    },
  ],
])('no one complains of %s', async (_name, files) => {
  await write(files);
  expect(await complaints()).toEqual([]);
});

test('imports of packages of modules and of Node are checked like all others', async () => {
  await write({
    'src/data.json': '{ "key": 1 }',
    'src/routes/good.ts':
      "import one, { guard } from 'modern';\nimport path, { join } from 'node:path';\nimport data from '../data.json';\nexport default [one, guard, path, join, data];",
    'src/routes/modern.ts': "import { gard } from 'modern';\nexport default gard;",
    'src/routes/node.ts': "import { join, joyn } from 'node:path';\nexport default [join, joyn];",
  });
  expect(await complaintsOfProcess()).toEqual([
    'T4_IMPORT_MISSING: src/routes/modern.ts:1 imports "gard" from "modern", which does not export it. It exports guard.',
    expect.stringContaining(
      'T4_IMPORT_MISSING: src/routes/node.ts:1 imports "joyn" from "node:path", which does not export it.',
    ),
  ]);
});

test('files that import each other find what is exported later, and a name that stays away is named', async () => {
  await write({
    'src/lib/a.ts': "import { b } from './b';\nexport const a = () => b;\nexport * from './c';",
    'src/lib/b.ts': "import { a, c } from './a';\nexport const b = () => [a, c];",
    'src/lib/c.ts': 'export const c = 1;',
    'src/lib/d.ts': "import { e } from './e';\nexport const d = () => e;\nexport * from './c';",
    'src/lib/e.ts': "import { d, f } from './d';\nexport const e = () => [d, f];",
    'src/routes/good.ts': "import { a } from '../lib/a';\nexport default a;",
    'src/routes/wrong.ts': "import { d } from '../lib/d';\nexport default d;",
  });
  expect(await complaintsOfProcess()).toEqual([
    'T4_IMPORT_MISSING: src/lib/e.ts:1 imports "f" from "./d", which does not export it. It exports d, c.',
  ]);
});
