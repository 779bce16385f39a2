/** What a developer is told about files that cannot be loaded, by the real command. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

const good = "import { get } from 'tina4-nodejs';\nget('/good', () => 'good');\n";

test.each([
  [
    'a queue',
    "import { Queue } from 'tina4-nodejs';\nconst mails = new Queue('mails');\n",
    'Queue (background queues)',
    2,
  ],
  [
    'a WebSocket route',
    "import { Router } from 'tina4-nodejs';\nRouter.get('/half', () => 'half');\nRouter.websocket('/chat', () => {});\n",
    'websocket (WebSocket routes)',
    3,
  ],
])(
  '%s at the top of a route file is named with its line and a page that is there; in debug mode the rest is served',
  async (_name, code, what, line) => {
    project = await ServedProject.create({ 'src/routes/a.ts': code, 'src/routes/good.ts': good });
    const address = await project.serve([], { TINA4_DEBUG: 'true' });
    expect(await (await fetch(`${address}/good`)).text()).toBe('good');
    expect((await fetch(`${address}/half`)).status).toBe(404);
    const file = join(project.folder, 'src/routes/a.ts');
    const [, page = ''] = /What to use instead: (\S+)/.exec(project.output) ?? [];
    expect(project.output).toContain(
      `Error in ${file}\nT4_NOT_BUILT: ${what} is not part of Tina4 for Node.js yet. What to use instead: ${page}\n    at ${file}:${line}:`,
    );
    expect(await readFile(page, 'utf8')).toContain(what.split(' ')[0]);
    await project.stop();
    const refused = await project.start(['serve', '--port', '0']).ended();
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('The server does not start') });
  },
);

test.each([
  ['null', 'throw null;\n', 'Error: null was thrown instead of an Error.'],
  ['a text', "throw 'no luck';\n", 'Error: the text "no luck" was thrown instead of an Error.'],
  ['an object', "throw { status: 503, message: 'no database' };\n", 'Error: no database'],
])('a route file that throws %s is named, and the others are served', async (_name, code, said) => {
  project = await ServedProject.create({ 'src/routes/a.ts': code, 'src/routes/good.ts': good });
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  expect(await (await fetch(`${address}/good`)).text()).toBe('good');
  expect(project.output).toContain(`Error in ${join(project.folder, 'src/routes/a.ts')}\n${said}\n`);
});

test('a package that is not installed comes with the line that installs it, and no stack of the framework', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': "import pool from '@my/pg-pool/lib';\npool();\n" });
  const { code, output } = await project.start(['serve', '--port', '0']).ended();
  expect(code).toBe(1);
  expect(output).toContain('\nInstall it: npm install @my/pg-pool\n');
  expect(output).not.toMatch(/jiti|commander|tina4-nodejs\/dist/);
});

test('a file of the project that is missing is no package', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': "import { x } from '../gone';\nx();\n" });
  const { output } = await project.start(['serve', '--port', '0']).ended();
  expect(output).toContain('gone');
  expect(output).not.toContain('npm install');
});

test('an error shows the lines of the project and not those of the framework', async () => {
  project = await ServedProject.create({
    'src/price.ts': 'export function price(tea: any) { return tea.price.toFixed(2); }\n',
    'src/routes/a.ts': "import { price } from '../price';\nprice({});\n",
  });
  const { output } = await project.start(['serve', '--port', '0']).ended();
  const frames = output.split('\n').filter((line) => line.startsWith('    at '));
  expect(frames.map((line) => line.replace(/^.*tina4-cli-\w+\//, '').replace(/:\d+\)?$/, ''))).toEqual([
    'src/price.ts:1',
    'src/routes/a.ts:2',
  ]);
});

test.each(['serve', 'routes'])('tina4 %s names the file whose top-level await never ends', async (command) => {
  project = await ServedProject.create({
    'src/routes/a.ts': "import { get } from 'tina4-nodejs';\nawait new Promise(() => {});\n",
  });
  const { code, output } = await project.start([command]).ended();
  expect(code).toBe(13);
  expect(output).toContain(
    `Error in ${join(project.folder, 'src/routes/a.ts')}\nIt never came to its end: a top-level await`,
  );
});

test.each([
  ['Router.get', "Router.get('/x', () => ({}), 'requireLogn');", 'GET /x uses the middleware "requireLogn"'],
  ['Router.use', "Router.use('requireLogn');", 'Router.use uses the middleware "requireLogn"'],
])(
  'a mistyped middleware name in %s is told with file, line and the name that was meant',
  async (_name, line, said) => {
    project = await ServedProject.create({
      'src/middleware/auth.ts': 'export function requireLogin(req, res, next) { return next(); }\n',
      'src/routes/a.ts': `import { Router } from 'tina4-nodejs';\n\n${line}\n`,
    });
    const { code, output } = await project.start(['serve', '--port', '0']).ended();
    expect(code).toBe(1);
    expect(output).toContain(said);
    expect(output).toContain(`(${join(project.folder, 'src/routes/a.ts')}:3). Did you mean requireLogin?`);
  },
);
