import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FileStore } from '../../../src/stores/file/file-store.js';

let directory: string;
let stores: FileStore[];
const newKey = () => randomBytes(32).toString('hex');
const owner = (name: string) => name.padEnd(22, '_');
const lease = (name: string, durationMs = 15_000) => ({ owner: owner(name), label: `POST /${name}`, durationMs });

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 't4-files-')), 'sessions');
  stores = [];
});

afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await rm(join(directory, '..'), { recursive: true, force: true });
});

function openStore(now?: () => number): FileStore {
  const store = new FileStore({ directory, now });
  stores.push(store);
  return store;
}

test('a commit under a lease is read back, and only one file is left', async () => {
  const store = openStore();
  const key = newKey();
  const expiresAt = Date.now() + 60_000;
  const version = await store.create(key, { text: '{"a":1}', expiresAt });
  expect(version).toHaveLength(20);
  const locked = await store.lock(key, lease('one'));
  expect(locked).toEqual({ outcome: 'held', session: { text: '{"a":1}', version, expiresAt } });
  const other = openStore();
  expect(await other.lock(key, lease('two'))).toMatchObject({ outcome: 'busy', holder: 'POST /one' });
  const updated = await store.update(key, { text: '{"a":2}', expiresAt: expiresAt + 5 }, String(version), {
    owner: owner('one'),
  });
  expect(updated.outcome).toBe('updated');
  expect(await other.read(key)).toMatchObject({ text: '{"a":2}', expiresAt: expiresAt + 5 });
  expect(await readdir(join(directory, key.slice(0, 2)))).toEqual([key]);
});

test('reading or locking what was never stored leaves no trace, not even the folder', async () => {
  const store = openStore();
  expect(await store.read(newKey())).toBeUndefined();
  expect(await store.lock(newKey(), lease('one'))).toEqual({ outcome: 'absent' });
  expect(await store.update(newKey(), { text: 'x', expiresAt: Date.now() + 1000 }, 'v')).toEqual({ outcome: 'gone' });
  expect(await store.touch(newKey(), 1, 2)).toBe(false);
  await store.remove(newKey());
  expect(await store.sweep(Date.now(), 10)).toEqual({ removed: 0, hasMore: false });
  expect(existsSync(directory)).toBe(false);
});

test('the folders are open to the owner only, and so are the files', async () => {
  const store = openStore();
  const key = newKey();
  await store.create(key, { text: 'x', expiresAt: Date.now() + 60_000 });
  const shard = join(directory, key.slice(0, 2));
  const modes = await Promise.all(
    [directory, shard, join(shard, key)].map(async (path) => (await stat(path)).mode & 0o777),
  );
  expect(modes).toEqual([0o700, 0o700, 0o600]);
});

test('a touch changes the expiry in place and not one byte of the rest', async () => {
  const store = openStore();
  const key = newKey();
  const from = Date.now() + 60_000;
  await store.create(key, { text: '{"cart":[1,2,3]}', expiresAt: from });
  const path = join(directory, key.slice(0, 2), key);
  const [before, { ino }] = [await readFile(path, 'latin1'), await stat(path)];
  expect(await store.touch(key, from, from + 1_000)).toBe(true);
  expect(await store.touch(key, from, from + 2_000)).toBe(false);
  expect(await readFile(path, 'latin1')).toBe(before.replaceAll(String(from), String(from + 1_000)));
  expect((await stat(path)).ino).toBe(ino);
});
