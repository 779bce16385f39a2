import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { transform } from '@swc/core';
import { Auth } from '../../src/auth/auth.js';
import { provideAuthSettings } from '../../src/auth/auth-defaults.js';
import { AUTH_DEFAULTS } from '../../src/auth/auth-settings.js';
import { loadSigningKey, loadSigningKeySync } from '../../src/auth/signing-key.js';

const run = promisify(execFile);
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-key-'));
  file = join(folder, 'secrets', 'jwt.key');
});

afterEach(async () => {
  provideAuthSettings(undefined);
  await rm(folder, { recursive: true });
});

test('the first start makes a key that only its owner can read, and later starts keep it', async () => {
  const key = await loadSigningKey(file);
  expect(key).toMatch(/^[\w-]{86}$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await loadSigningKey(file)).toBe(key);
  expect(loadSigningKeySync(file)).toBe(key);
  expect(await readdir(join(folder, 'secrets'))).toEqual(['jwt.key']);
});

test('starts at the same time agree on one key and leave nothing behind', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadSigningKey(file)));
  expect(new Set(keys).size).toBe(1);
  expect(await readdir(join(folder, 'secrets'))).toEqual(['jwt.key']);
});

test('processes that start at the same time agree on one key', async () => {
  // Node 20 cannot load TypeScript: the files are made JavaScript the way jest does it.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const name of ['auth/signing-key', 'errors/tina4-error']) {
    const source = await readFile(join(__dirname, `../../src/${name}.ts`), 'utf8');
    const { code } = await transform(source, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    await mkdir(join(folder, dirname(name)));
    await writeFile(join(folder, `${name}.js`), code);
  }
  const script = join(folder, 'start.js');
  await writeFile(
    script,
    `import { loadSigningKey } from './auth/signing-key.js';\nconsole.log(await loadSigningKey(process.argv[2]));`,
  );
  const starts = await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, [script, file], { timeout: 15_000 })),
  );
  expect(new Set(starts.map(({ stdout }) => stdout.trim())).size).toBe(1);
});

test('a key file that is too short stops the start with the cure', async () => {
  await loadSigningKey(file);
  await writeFile(file, 'short');
  await expect(loadSigningKey(file)).rejects.toThrow(/^T4_AUTH_KEY_FILE: .* has 5 characters.*Remove it/);
  expect(() => loadSigningKeySync(file)).toThrow('T4_AUTH_KEY_FILE');
});

test('a folder that cannot be made stops the start with the cure', async () => {
  await writeFile(join(folder, 'secrets'), 'a file, no folder');
  await expect(loadSigningKey(file)).rejects.toThrow(/^T4_AUTH_KEY_FILE: .*TINA4_SECRET/);
  expect(() => loadSigningKeySync(file)).toThrow(/^T4_AUTH_KEY_FILE: .*TINA4_SECRET/);
});

test('without a secret, tokens are signed with the key file that setup made', async () => {
  await Auth.setup({ ...AUTH_DEFAULTS, keyFile: file });
  const token = Auth.getToken({ user_id: 7 });
  expect(Auth.validToken(token, loadSigningKeySync(file))).toMatchObject({ user_id: 7 });
  // What setup read is kept: a request needs the file no more.
  await chmod(file, 0);
  await rm(file);
  expect(Auth.validToken(token)).toMatchObject({ user_id: 7 });
});

test('a script without a server can sign a token at once, and a server started later accepts it', async () => {
  provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: file });
  const token = Auth.getToken({ user_id: 7 });
  await Auth.setup({ ...AUTH_DEFAULTS, keyFile: file });
  expect(Auth.validToken(token)).toMatchObject({ user_id: 7 });
});

test('with a secret no key file is made', async () => {
  await Auth.setup({ ...AUTH_DEFAULTS, keyFile: file, secret: 'set' });
  Auth.getToken({ user_id: 7 });
  expect(await readdir(folder)).toEqual([]);
});
