// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the grammar of .env has them.
/** `.env` means the same however an app is started: its modules see it as they are loaded, and the real environment wins. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ServedProject } from './served-project.js';

let project: ServedProject;

// What apps do: a pool is made when its module is loaded, long before any server starts.
const files = {
  '.env': 'DB_NAME=shop\nDATABASE_URL=postgres://db.example/${DB_NAME}\n',
  'package.json': '{ "type": "module" }',
  'src/db.ts': 'export const pool = { url: process.env.DATABASE_URL };\n',
  'app.ts': `import { pool } from './src/db';
import { get, startServer } from 'tina4-nodejs';
get('/entry', async () => ({ url: pool.url, isWorker: process.send !== undefined }));
startServer({ port: 0, host: '127.0.0.1' });
`,
  'src/routes/a.ts': `import { Router } from 'tina4-nodejs';
import { pool } from '../db';
Router.get('/route', async (req, res) => res.json({ url: pool.url }));
`,
  'tests/Pool.ts': `import { Test } from 'tina4-nodejs/test';
import { pool } from '../src/db';
export class Pool extends Test {
  async testUrl() {
    this.assertEqual([pool.url, (await this.testGet('/entry')).body.url], Array(2).fill('postgres://db.example/shop'));
  }
}
`,
};
const url = 'postgres://db.example/shop';

beforeEach(async () => {
  project = await ServedProject.create(files);
  await mkdir(join(project.folder, 'node_modules'));
  for (const [name, target] of [
    ['tina4-nodejs', join(__dirname, '../..')],
    ['typescript', join(__dirname, '../../../../node_modules/typescript')],
  ] as const) {
    await symlink(target, join(project.folder, 'node_modules', name), 'dir');
  }
});
afterEach(() => project.remove());

/** A connection of its own each time, so that workers take turns. */
function request(url: string): Promise<Response> {
  return fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(3000) });
}

async function urlsOf(address: string): Promise<unknown[]> {
  const answers = await Promise.all(['/entry', '/route'].map((path) => request(address + path)));
  const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { url: unknown }[];
  return bodies.map((body) => body.url);
}

async function build(): Promise<void> {
  const { code, output } = await project.start(['build']).ended();
  if (code !== 0) throw new Error(output);
}

test('modules that app.ts imports find .env under serve', async () => {
  expect(await urlsOf(await project.serve())).toEqual([url, url]);
});

test('modules that app.ts imports find .env under serve with workers', async () => {
  expect(await urlsOf(await project.serve(['--workers', '2']))).toEqual([url, url]);
});

test('modules that app.ts imports find .env after build, in plain node', async () => {
  await build();
  expect(await urlsOf(await project.run('dist/app.js'))).toEqual([url, url]);
});

test('modules that app.ts imports find .env after build with workers, and what replaces a worker finds the file as it is then', async () => {
  await project.write({
    '.env': `${files['.env']}TINA4_CLUSTER=true\nTINA4_CLUSTER_WORKERS=2\nTINA4_DEBUG=false\n`,
    'src/routes/crash.ts': `import { get } from 'tina4-nodejs';
get('/crash', () => { setImmediate(() => process.kill(process.pid, 'SIGKILL')); return {}; });
`,
  });
  await build();
  const address = await project.run('dist/app.js');
  expect(await urlsOf(address)).toEqual([url, url]);
  await project.write({ '.env': 'DATABASE_URL=postgres://other.example/\n' });
  // One of the two: the port of port 0 goes with the last.
  await request(`${address}/crash`).catch(() => undefined);
  const deadline = Date.now() + 10_000;
  let seen: unknown[] = [];
  while (!seen.includes('postgres://other.example/') && Date.now() < deadline) {
    seen = await urlsOf(address).catch(() => []);
  }
  expect(seen).toContain('postgres://other.example/');
});

test('modules find .env in tests', async () => {
  const { code, output } = await project.start(['test']).ended();
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('1 passed, 0 failed') });
});

test('the real environment wins, and doctor reads the same', async () => {
  await project.write({ '.env': 'DATABASE_URL=sqlite:///data/${DB_NAME:-app}.db\nTINA4_PORT=0\n' });
  const { output } = await project.start(['doctor'], { DB_NAME: 'real' }).ended();
  expect(output).toContain('Database: sqlite:///data/real.db');
  await build();
  const real = await project.serve([], { DATABASE_URL: 'postgres://real.example/' });
  expect(await urlsOf(real)).toEqual(['postgres://real.example/', 'postgres://real.example/']);
});

test('a mistake in .env ends a built app before any of its modules runs', async () => {
  await project.write({
    '.env': 'DATABASE_URL=${DB_HOST}\n',
    'src/db.ts': "console.log('the module runs');\nexport const pool = { url: process.env.DATABASE_URL };\n",
  });
  await build();
  project.output = '';
  await project.run('dist/app.js').catch(() => undefined);
  const { code, output } = await project.ended();
  expect(code).toBe(1);
  expect(output).toContain(
    'Line 1 of .env refers to ${DB_HOST}, which is set neither in the environment nor in a line above.',
  );
  expect(output).not.toContain('the module runs');
});
