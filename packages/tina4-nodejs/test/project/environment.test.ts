import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fillEnvironmentNow, ServerEnvironment } from '../../src/project/environment.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-environment-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the lines of .env reach process.env, where handlers look, and never replace what is there', async () => {
  await writeFile(join(folder, '.env'), 'A=file\nB=file\nTINA4_PORT=8080\n');
  const target: NodeJS.ProcessEnv = { A: 'real' };
  const config = await new ServerEnvironment(target).read(folder);
  expect(target).toEqual({ A: 'real', B: 'file', TINA4_PORT: '8080' });
  expect(config.server.port).toBe(8080);
});

test('a line that is gone from .env is taken back at the next reading', async () => {
  const target: NodeJS.ProcessEnv = { A: 'real' };
  const environment = new ServerEnvironment(target);
  await writeFile(join(folder, '.env'), 'B=1\nC=1\n');
  await environment.read(folder);
  await writeFile(join(folder, '.env'), 'C=2\n');
  await environment.read(folder);
  expect(target).toEqual({ A: 'real', C: '2' });
});

test('a mistake in .env changes nothing', async () => {
  const target: NodeJS.ProcessEnv = {};
  const environment = new ServerEnvironment(target);
  await writeFile(join(folder, '.env'), 'B=1\n');
  await environment.read(folder);
  await writeFile(join(folder, '.env'), 'B=2\nTINA4_PORT=x\n');
  await expect(environment.read(folder)).rejects.toThrow('TINA4_PORT is "x"');
  expect(target).toEqual({ B: '1' });
});

test('flags of the command line beat the real environment', async () => {
  const environment = new ServerEnvironment({ TINA4_NO_RELOAD: 'false' }, { TINA4_NO_RELOAD: 'true' });
  expect((await environment.read(folder)).isReloadOff).toBe(true);
});

test('what an earlier reading of the same process has filled in is no real variable for the next server', async () => {
  const target: NodeJS.ProcessEnv = { A: 'real' };
  await writeFile(join(folder, '.env'), 'A=file\nB=1\nC=1\nD=1\n');
  fillEnvironmentNow(folder, target);
  expect(target).toEqual({ A: 'real', B: '1', C: '1', D: '1' });
  target.D = 'set by the app';
  await writeFile(join(folder, '.env'), 'B=2\nD=2\n');
  await new ServerEnvironment(target).read(folder);
  expect(target).toEqual({ A: 'real', B: '2', D: 'set by the app' });
});
