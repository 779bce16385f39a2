import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from './served-project.js';

// Needs the built packages. docs/performance.md shows what each of these packages costs.
let project: ServedProject;
afterEach(() => project.remove());

/** Runs before the server and, at its banner, writes down every file that was loaded: by require, and by import. */
const recorder = `import { appendFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
register('./record-imports.mjs', import.meta.url);
const { cache } = createRequire(import.meta.url);
const { log } = console;
console.log = (text) => {
  if (String(text).includes('Press Ctrl+C')) appendFileSync('loaded.txt', Object.keys(cache).join('\\n'));
  log(text);
};
`;
const importRecorder = `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync('loaded.txt', url + '\\n');
  return next(url, context);
}
`;

const hello = `import { Router } from 'tina4-nodejs';
Router.get('/hello', async (req, res) => res.json({ hello: 'world' }));
`;

async function create(files: Record<string, string>): Promise<void> {
  project = await ServedProject.create({ ...files, 'record.mjs': recorder, 'record-imports.mjs': importRecorder });
}

/** The files that a server has loaded when its banner is there. */
async function loadedFiles(start: (env: Record<string, string>) => Promise<string>): Promise<string[]> {
  const recorderUrl = pathToFileURL(join(project.folder, 'record.mjs')).href;
  await project.write({ 'loaded.txt': '' });
  await start({ NODE_OPTIONS: `--import ${recorderUrl}` });
  await project.stop();
  return (await readFile(join(project.folder, 'loaded.txt'), 'utf8')).split('\n');
}

const served = (env: Record<string, string>): Promise<string> => project.serve([], env);

/** The names of the packages that files belong to, but our own. */
function packagesOf(files: readonly string[]): string[] {
  const names = files.flatMap((file) => /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []);
  return [...new Set(names)].filter((name) => !/^(@tina4[\\/]|tina4-nodejs$)/.test(name)).sort();
}

test('a start loads no package but those that the command and the first TypeScript file need', async () => {
  await create({ 'src/routes/hello.ts': hello });
  expect(packagesOf(await loadedFiles(served))).toEqual(['commander', 'jiti']);
});

test('the template language is loaded where there is a template, and settings are parsed where there are some', async () => {
  await create({ 'src/routes/hello.ts': hello, 'src/templates/page.twig': '{{ 1 }}', '.env': 'TINA4_CSRF=false\n' });
  const packages = packagesOf(await loadedFiles(served));
  expect(packages).toEqual(expect.arrayContaining(['dotenv', 'nunjucks']));
});

test('what tina4 build made starts without any package of others', async () => {
  await create({
    'package.json': '{ "type": "module" }',
    'app.ts': "import { startServer } from 'tina4-nodejs';\nstartServer({ port: 0, host: '127.0.0.1' });\n",
    'src/routes/hello.ts': hello,
  });
  await project.link('tina4-nodejs', 'typescript');
  expect(await project.start(['build']).ended()).toMatchObject({ code: 0 });
  expect(packagesOf(await loadedFiles((env) => project.run('dist/app.js', env)))).toEqual([]);
});

test('the second start of a route in TypeScript loads no compiler', async () => {
  await create({ 'src/routes/hello.ts': hello });
  await project.link('tina4-nodejs');
  const hasCompiler = (files: readonly string[]): boolean => files.some((file) => file.includes('babel'));
  const first = await loadedFiles(served);
  const second = await loadedFiles(served);
  expect([hasCompiler(first), hasCompiler(second)]).toEqual([true, false]);
});

test('the page about performance says of every package when it is loaded', async () => {
  const root = join(__dirname, '../../../..');
  const page = await readFile(join(root, 'docs/performance.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([\w@/-]+)` +\| [a-z]/gm)].map((match) => match[1]);
  const manifests = await Promise.all(
    ['core', 'tina4-nodejs'].map((name) => readFile(join(root, 'packages', name, 'package.json'), 'utf8')),
  );
  const needed = manifests.flatMap((text) => Object.keys((JSON.parse(text) as { dependencies: object }).dependencies));
  expect(listed.sort()).toEqual(needed.filter((name) => !name.startsWith('@tina4/')).sort());
});
