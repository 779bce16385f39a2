import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { importDriver } from '../src/import-driver.js';

let projectDir: string;

beforeEach(async () => {
  projectDir = await mkdtemp(join(tmpdir(), 't4-driver-'));
});
afterEach(async () => {
  await rm(projectDir, { recursive: true, force: true });
});

async function installInApp(name: string, source: string): Promise<void> {
  const folder = join(projectDir, 'node_modules', name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
  await writeFile(join(folder, 'index.js'), source);
}

test('a missing driver is answered with the exact install line', async () => {
  await expect(importDriver('t4-no-such-driver', 'redis', projectDir)).rejects.toMatchObject({
    code: 'T4_DRIVER_MISSING',
    message:
      'T4_DRIVER_MISSING: the redis store needs the package t4-no-such-driver. Run: npm install t4-no-such-driver',
  });
});

test('a driver that only the app has installed is found', async () => {
  await installInApp('t4-app-driver', 'exports.connect = () => "connected";');
  const driver = await importDriver('t4-app-driver', 'redis', projectDir);
  expect((driver.connect as () => string)()).toBe('connected');
});

test('a driver beside this package is found, with its named exports', async () => {
  const driver = await importDriver('ioredis', 'redis', projectDir);
  expect(typeof driver.Redis).toBe('function');
});

test('a driver that fails to load is not called missing', async () => {
  await installInApp('t4-broken-driver', 'require("t4-something-else");');
  await expect(importDriver('t4-broken-driver', 'redis', projectDir)).rejects.toMatchObject({
    code: 'T4_DRIVER_BROKEN',
  });
});

test('a file of a driver that only the app has installed is found', async () => {
  await installInApp('t4-app-driver', 'exports.connect = () => "connected";');
  const driver = await importDriver('t4-app-driver/index.js', 'database', projectDir);
  expect((driver.connect as () => string)()).toBe('connected');
});
