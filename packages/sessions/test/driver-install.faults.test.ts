import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

// Each install line is run as it is printed, by plain npm in an empty folder. Needs the built package and npm's registry.
const run = promisify(execFile);

/** The built package where no driver is beside it; the app's folder is another one. */
let base: string;
beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'tina4-drivers-')));
  await cp(join(__dirname, '../dist'), join(base, 'sessions'), { recursive: true });
  // Not beside the apps: npm would take a package.json above an empty folder for the folder's own.
  await writeFile(join(base, 'sessions/package.json'), '{"type":"module"}');
  await writeFile(join(base, 'sessions/open.js'), opener);
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** Opens the store, reads once from a server that is not there, and prints how that went: a code, or `read`. */
const opener = `import { openStore } from './index.js';
const [settings] = process.argv.slice(2).map((text) => JSON.parse(text));
try {
  const store = await openStore({ timeoutMs: 1000, ...settings });
  try {
    await store.read('0'.repeat(64));
    console.log('read');
  } finally {
    await store.close();
  }
} catch (error) {
  console.log(error.message);
}
`;

async function open(app: string, settings: object): Promise<string> {
  const { stdout } = await run(
    process.execPath,
    ['sessions/open.js', JSON.stringify({ ...settings, projectDir: app })],
    {
      cwd: base,
      timeout: 60_000,
      // Without NODE_PATH, which would lead to this repository's own drivers.
      env: { PATH: process.env.PATH },
    },
  );
  return stdout.trim();
}

/** Runs a line as a user's shell does. */
async function type(line: string, folder: string): Promise<void> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_audit: 'false', npm_config_fund: 'false' };
  await run(line, { cwd: folder, env, shell: true, timeout: 180_000, maxBuffer: 10_000_000 } as never);
}

const database = (databaseUrl: string): object => ({ backend: 'database', databaseUrl });

test.each([
  ['redis', { backend: 'redis', host: '127.0.0.1', port: 1 }, /T4_STORE_UNAVAILABLE/],
  ['valkey', { backend: 'valkey', host: '127.0.0.1', port: 1 }, /T4_STORE_UNAVAILABLE/],
  ['mongodb', { backend: 'mongodb', url: 'mongodb://127.0.0.1:1' }, /T4_STORE_UNAVAILABLE/],
  ['sqlite', database('sqlite:///data/app.db'), /^read$/],
  ['postgres', database('postgres://127.0.0.1:1/app'), /T4_STORE_UNAVAILABLE/],
  ['mysql', database('mysql://127.0.0.1:1/app'), /T4_STORE_UNAVAILABLE/],
  ['mssql', database('mssql://127.0.0.1:1/app'), /T4_STORE_UNAVAILABLE/],
  ['firebird', database('firebird://127.0.0.1:1/app'), /T4_STORE_UNAVAILABLE/],
])(
  'the install line for %s works in an empty folder, and so do later installs',
  async (name, settings, whenInstalled) => {
    const app = join(base, name);
    await mkdir(app);
    const missing = await open(app, settings);
    expect(missing).toMatch(/^T4_DRIVER_MISSING: .* Run: npm install /);
    await type(missing.slice(missing.indexOf('Run: ') + 5), app);
    expect(await open(app, settings)).toMatch(whenInstalled);
    await type('npm install cookie && npm ls', app);
  },
  240_000,
);
