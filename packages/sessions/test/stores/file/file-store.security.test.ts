import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FileStore } from '../../../src/stores/file/file-store.js';

const expiresAt = Date.now() + 3_600_000;
let root: string;
let directory: string;
let store: FileStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 't4-file-security-'));
  directory = join(root, 'sessions');
  store = new FileStore({ directory });
});

afterEach(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

const HOSTILE_KEYS = ['../../x', '..', 'CON', 'a%2fb', 'a\0b', '', '/etc/passwd', 'A'.repeat(64), `${'a'.repeat(63)}/`];

test.each(HOSTILE_KEYS)('the key %j reaches no file', async (key) => {
  await expect(store.create(key, { text: 'x', expiresAt })).rejects.toThrow(TypeError);
  await expect(store.read(key)).rejects.toThrow(TypeError);
  await expect(store.remove(key)).rejects.toThrow(TypeError);
  expect(await readdir(root)).toEqual([]);
});

test('a link planted at the name of a session is neither read, written through nor collected through', async () => {
  const key = randomBytes(32).toString('hex');
  const outside = join(root, 'outside');
  // A whole session file, so that only the refusal to follow the link makes it absent.
  await store.create(key, { text: 'planted', expiresAt: Date.now() - 1 });
  const path = join(directory, key.slice(0, 2), key);
  const content = await readFile(path);
  await writeFile(outside, content);
  await rm(path);
  await symlink(outside, path);
  expect(await store.read(key)).toBeUndefined();
  expect(await store.touch(key, expiresAt, expiresAt + 1)).toBe(false);
  for (let hasMore = true; hasMore; ) ({ hasMore } = await store.sweep(Date.now(), 10));
  expect(await store.create(key, { text: 'new', expiresAt })).toHaveLength(20);
  expect(await readFile(outside)).toEqual(content);
  expect((await lstat(path)).isFile()).toBe(true);
});

test('a link planted at the name of a lock is not followed', async () => {
  const key = randomBytes(32).toString('hex');
  await store.create(key, { text: 'x', expiresAt });
  const outside = join(root, 'outside');
  await writeFile(outside, 'untouched');
  await symlink(outside, join(directory, key.slice(0, 2), `${key}.lock`));
  const lease = { owner: 'o'.repeat(22), label: 'POST /test', durationMs: 1_000 };
  await expect(store.lock(key, lease)).rejects.toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
  expect(await readFile(outside, 'utf8')).toBe('untouched');
});

test('names and content of a session file hold the digest of an id at most', async () => {
  const id = randomBytes(32).toString('base64url');
  const key = createHash('sha256').update(id).digest('hex');
  await store.create(key, { text: '{"a":1}', expiresAt });
  const names = await readdir(directory, { recursive: true });
  const content = await readFile(join(directory, key.slice(0, 2), key), 'utf8');
  expect([...names, content].filter((text) => text.includes(id))).toEqual([]);
});
