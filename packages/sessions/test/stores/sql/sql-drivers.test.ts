import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** The built package alone in a folder without any driver, as an app has it that never used a database. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-no-drivers-'));
  await cp(join(__dirname, '../../../dist'), join(folder, 'dist'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});

afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['sqlite:///app.db', 'npm install knex libsql'],
  ['postgres://h/d', 'npm install knex pg'],
  ['mysql://h/d', 'npm install knex mysql2'],
  ['mssql://h/d', 'npm install knex tedious@19'],
  [
    'firebird://h/d',
    'npm install knex node-firebird@2 && npm pkg set overrides.knex-firebird-dialect.node-firebird=2 && npm install knex-firebird-dialect',
  ],
])('without a driver %s names the line that installs it', async (databaseUrl, line) => {
  const message = await startWithout(
    `openSqlStore(${JSON.stringify({ backend: 'database', databaseUrl })})`,
    'sql/sql-store',
  );

  expect(message).toMatch(/^T4_DRIVER_MISSING: /);
  expect(message.endsWith(`Run: ${line}`)).toBe(true);
});

test('without its driver mongodb names the line that installs it', async () => {
  const message = await startWithout("openMongodbStore({ backend: 'mongodb' })", 'mongodb/mongodb-store');

  expect(message).toBe('T4_DRIVER_MISSING: the mongodb store needs the package mongodb. Run: npm install mongodb');
});

/** The message that opening a store rejects with, in a process of its own. */
async function startWithout(call: string, module: string): Promise<string> {
  const script = `import * as store from './dist/stores/${module}.js'; await store.${call}.catch((error) => console.log(error.message));`;
  // npx and pnpm put their own folders of packages there.
  const { NODE_PATH: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return text.trim();
}
