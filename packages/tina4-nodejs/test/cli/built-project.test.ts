import { afterEach, expect, test } from '@jest/globals';
import { bodyOnce, ServedProject } from './served-project.js';

// Needs the built packages and TypeScript.
let project: ServedProject;
afterEach(() => project.remove());

const entry = "import { startServer } from 'tina4-nodejs';\nstartServer({ port: 0, host: '127.0.0.1' });\n";

async function build(files: Record<string, string>): Promise<void> {
  project = await ServedProject.create({ 'package.json': '{ "type": "module" }', 'app.ts': entry, ...files });
  await project.link('tina4-nodejs', 'typescript');
  expect(await project.start(['build']).ended()).toMatchObject({ code: 0 });
}

async function answerOf(path: string, env: Record<string, string> = {}): Promise<string> {
  const address = await project.run('dist/app.js', env);
  return (await fetch(address + path)).text();
}

const counter = 'export const counter = { count: 0 };\n';
const sharing = {
  'app.ts': `import { counter } from './src/counter';\ncounter.count += 1;\n${entry}`,
  'src/counter.ts': counter,
  'src/routes/count.ts':
    "import { get } from 'tina4-nodejs';\nimport { counter } from '../counter';\nget('/count', () => String(counter.count));\n",
};

test('what the entry file and a route of a build import is one module, as in the project itself', async () => {
  await build(sharing);
  expect(await answerOf('/count')).toBe('1');
});

test('middleware of a build is found by the name of its function or its file, exported or not', async () => {
  await build({
    'src/middleware/stamp.ts': 'export default (req: any, res: any, next: any) => next();\n',
    'src/routes/page.ts': `import { Router } from 'tina4-nodejs';
function mark(req: any, res: any, next: any) { res.header('x-mark', 'yes'); return next(); }
Router.get('/page', (req: any, res: any) => res.json(1), ['mark', 'stamp']);
`,
  });
  const address = await project.run('dist/app.js');
  const answer = await fetch(`${address}/page`);
  expect([answer.status, answer.headers.get('x-mark')]).toEqual([200, 'yes']);
});

test.each([
  ['JSON by its name', "import data from '../data.json';\nexport const value: string = data.value;\n"],
  ['require', "declare const require: any;\nexport const value: string = require('../data.json').value;\n"],
  [
    '__dirname',
    "import { readFileSync } from 'node:fs';\ndeclare const __dirname: string;\nexport const value: string = JSON.parse(readFileSync(__dirname + '/../data.json', 'utf8')).value;\n",
  ],
])('a build with files that use %s runs, too', async (_what, text) => {
  await build({
    'src/data.json': '{ "value": "kept" }',
    'src/lib/value.ts': text,
    'src/routes/value.ts':
      "import { get } from 'tina4-nodejs';\nimport { value } from '../lib/value';\nget('/value', () => value);\n",
  });
  await project.write({ 'dist/src/data.json': '{ "value": "kept" }' });
  expect(await answerOf('/value')).toBe('kept');
});

test('a route of a build that imports a name that is not there stops the start with the name', async () => {
  await build({
    'src/counter.ts': counter,
    'src/routes/a.ts': "import { get } from 'tina4-nodejs';\nimport { guard } from '../counter';\nget('/a', guard);\n",
  });
  await expect(project.run('dist/app.js')).rejects.toThrow();
  expect((await project.ended()).code).not.toBe(0);
  expect(project.output).toMatch(/a\.js[\s\S]*guard/);
});

test('in debug mode a changed route of a build takes effect without a new start', async () => {
  await build({ ...sharing, 'src/routes/a.ts': "import { get } from 'tina4-nodejs';\nget('/a', () => 'before');\n" });
  const address = await project.run('dist/app.js', { TINA4_DEBUG: 'true' });
  expect(await (await fetch(`${address}/a`)).text()).toBe('before');
  await project.write({ 'dist/src/routes/a.js': "import { get } from 'tina4-nodejs';\nget('/a', () => 'after');\n" });
  expect(await bodyOnce(`${address}/a`, 'after')).toBe('after');
});
