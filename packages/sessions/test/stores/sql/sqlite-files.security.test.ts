import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore } from '../../../src/open-store.js';
import type { SessionStore } from '../../../src/session-store.js';
import { newKey } from './sql-cases.js';

let projectDir: string;
let umask: number;
const stores: SessionStore[] = [];

beforeEach(async () => {
  umask = process.umask(0o022);
  projectDir = await mkdtemp(join(tmpdir(), 'tina4-private-'));
});
afterEach(async () => {
  process.umask(umask);
  for (const store of stores.splice(0)) await store.close();
  await rm(projectDir, { recursive: true });
});

/** A store that has written a session. */
async function useStore(databaseUrl: string): Promise<SessionStore> {
  const store = await openStore({ backend: 'database', databaseUrl, projectDir });
  stores.push(store);
  await store.create(newKey(), { text: '{"secret":1}', expiresAt: Date.now() + 60_000 });
  return store;
}

async function rightsIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const rights = await Promise.all(
    names.map(async (name) => ((await stat(join(folder, name))).mode & 0o777).toString(8)),
  );
  return Object.fromEntries(names.map((name, index) => [name, rights[index] as string]));
}

const PRIVATE = { 'app.db': '600', 'app.db-shm': '600', 'app.db-wal': '600' };

test('a SQLite database, what SQLite keeps beside it, and its new folders are for the owner alone', async () => {
  await useStore('sqlite:///data/deep/app.db');
  expect(await rightsIn(projectDir)).toEqual({ data: '700' });
  expect(await rightsIn(join(projectDir, 'data'))).toEqual({ deep: '700' });
  expect(await rightsIn(join(projectDir, 'data/deep'))).toEqual(PRIVATE);
});

test('a database that anybody may read is closed, its companions included', async () => {
  await (await useStore('sqlite:///app.db')).close();
  stores.length = 0;
  for (const ending of ['', '-wal', '-shm']) {
    await writeFile(join(projectDir, `app.db${ending}`), '', { flag: 'a' });
    await chmod(join(projectDir, `app.db${ending}`), 0o644);
  }
  await useStore('sqlite:///app.db');
  expect(await rightsIn(projectDir)).toEqual(PRIVATE);
});

test('rights that somebody chose are left alone', async () => {
  await writeFile(join(projectDir, 'app.db'), '');
  await chmod(join(projectDir, 'app.db'), 0o660);
  await useStore('sqlite:///app.db');
  expect(await rightsIn(projectDir)).toEqual({ 'app.db': '660', 'app.db-shm': '660', 'app.db-wal': '660' });
});
