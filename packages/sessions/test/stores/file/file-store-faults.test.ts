import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '../../../../../test/services/wait-for.js';
import { createSessionEngine } from '../../../src/engine/engine.js';
import { createFileCalls, type FileCalls } from '../../../src/stores/file/file-calls.js';
import { FileStore } from '../../../src/stores/file/file-store.js';
import { beginRequest, idOfCookie } from '../../support/direct-request.js';

const HOUR_MS = 3_600_000;
const expiresAt = Date.now() + HOUR_MS;
const lease = { owner: 'o'.repeat(22), label: 'POST /test', durationMs: 15_000 };
let root: string;
let directory: string;
let key: string;
let stores: FileStore[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 't4-file-faults-'));
  directory = join(root, 'sessions');
  key = randomBytes(32).toString('hex');
  stores = [];
});

afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await rm(root, { recursive: true, force: true });
});

function openStore(changes: Partial<FileCalls> = {}): FileStore {
  const store = new FileStore({ directory, calls: { ...createFileCalls(), ...changes } });
  stores.push(store);
  return store;
}

const failWith = (code: string) => () => Promise.reject(Object.assign(new Error(`${code}: no`), { code }));

test.each([
  ['ENOSPC', 'T4_STORE_REFUSED'],
  ['EROFS', 'T4_STORE_REFUSED'],
  ['EDQUOT', 'T4_STORE_REFUSED'],
  ['EIO', 'T4_STORE_UNAVAILABLE'],
])(
  'when a write fails with %s, the error is %s, the session stays as it was and is not left locked',
  async (code, expected) => {
    const good = openStore();
    const version = String(await good.create(key, { text: 'kept', expiresAt }));
    const failing = openStore({ write: failWith(code) });
    const write = { text: 'lost', expiresAt };
    await expect(failing.update(key, write, version)).rejects.toMatchObject({
      code: expected,
      status: 503,
    });
    await expect(failing.lock(key, lease)).rejects.toThrow(code);
    await expect(failing.create(randomBytes(32).toString('hex'), write)).rejects.toThrow(directory);
    expect(await good.read(key)).toEqual({ text: 'kept', version, expiresAt });
    expect((await good.lock(key, lease)).outcome).toBe('held');
  },
);

test('when the disk fills up between lock and commit, the old session stays and unlock frees it', async () => {
  let isFull = false;
  const calls = createFileCalls();
  const store = openStore({ write: (...args) => (isFull ? failWith('ENOSPC')() : calls.write(...args)) });
  const version = String(await store.create(key, { text: 'kept', expiresAt }));
  await store.lock(key, lease);
  isFull = true;
  const write = { text: 'lost', expiresAt };
  await expect(store.update(key, write, version, { owner: lease.owner })).rejects.toThrow('ENOSPC');
  await store.unlock(key, lease.owner);
  isFull = false;
  expect(await store.read(key)).toMatchObject({ text: 'kept', version });
  expect((await openStore().update(key, write, version)).outcome).toBe('updated');
});

test('when the rename of a commit fails, the old session stays and the lock is gone', async () => {
  const good = openStore();
  const version = String(await good.create(key, { text: 'kept', expiresAt }));
  const failing = openStore({ rename: failWith('EIO') });
  await expect(failing.update(key, { text: 'lost', expiresAt }, version)).rejects.toThrow('EIO');
  expect((await good.update(key, { text: 'next', expiresAt }, version)).outcome).toBe('updated');
  expect(await readdir(join(directory, key.slice(0, 2)))).toEqual([key]);
});

/** A disk that is not well while `isIll` says so: nothing can be made, renamed or removed in a folder. */
function illDisk(code: string): { isIll: boolean; readonly changes: Partial<FileCalls> } {
  const calls = createFileCalls();
  const fail = failWith(code);
  const disk = {
    isIll: false,
    changes: {
      open: (path: string, flags: number) =>
        disk.isIll && (flags & constants.O_CREAT) !== 0 ? fail() : calls.open(path, flags),
      rename: (from: string, to: string) => (disk.isIll ? fail() : calls.rename(from, to)),
      unlink: (path: string) => (disk.isIll ? fail() : calls.unlink(path)),
    },
  };
  return disk;
}

describe.each(['EACCES', 'EROFS', 'EIO', 'EMFILE'])('a disk that takes no changes for a moment (%s)', (code) => {
  test('locks no session for longer than that, whether it came before a commit or before an unlock', async () => {
    const disk = illDisk(code);
    const store = openStore(disk.changes);
    const other = randomBytes(32).toString('hex');
    const version = String(await store.create(key, { text: 'kept', expiresAt }));
    await store.create(other, { text: 'kept', expiresAt });
    await store.lock(key, lease);
    await store.lock(other, lease);

    disk.isIll = true;
    const commit = store.update(key, { text: 'lost', expiresAt }, version, { owner: lease.owner });
    await expect(commit).rejects.toThrow(code);
    await store.unlock(key, lease.owner);
    await store.unlock(other, lease.owner);
    expect((await store.read(key))?.text).toBe('kept');
    await expect(store.lock(key, { ...lease, owner: 'p'.repeat(22) })).rejects.toThrow(code);
    disk.isIll = false;

    expect(await store.lock(key, { ...lease, owner: 'q'.repeat(22) })).toMatchObject({
      outcome: 'held',
      session: { text: 'kept', version },
    });
    expect((await openStore().lock(other, lease)).outcome).toBe('held');
  });

  test('leaves no file behind, also when nobody comes for the session', async () => {
    const disk = illDisk(code);
    const store = openStore(disk.changes);
    const version = String(await store.create(key, { text: 'kept', expiresAt }));
    await store.lock(key, lease);

    disk.isIll = true;
    const keeping = { owner: lease.owner, keepLease: true };
    await expect(store.update(key, { text: 'lost', expiresAt }, version, keeping)).rejects.toThrow(code);
    await store.unlock(key, lease.owner);
    disk.isIll = false;

    const shard = join(directory, key.slice(0, 2));
    await waitFor('the lock file to be removed', async () => (await readdir(shard)).join() === key, 5000);
  });
});

test('a lock that others take again and again is waited for, not refused', async () => {
  const calls = createFileCalls();
  let isBusy = false;
  const isLock = (path: string) => isBusy && path.endsWith('.lock');
  const store = openStore({
    open: (path, flags) =>
      isLock(path) ? failWith(flags & constants.O_CREAT ? 'EEXIST' : 'ENOENT')() : calls.open(path, flags),
  });
  const engine = createSessionEngine({ store, sweepEveryMs: 0 });
  const first = beginRequest(engine, 'POST', []);
  await first.load();
  first.session.data.count = 1;
  await first.commit();
  const id = idOfCookie(first.session.setCookie) ?? '';

  isBusy = true;
  const second = beginRequest(engine, 'POST', [id]);
  const loading = second.load();
  // Longer than a single attempt in the store lasts.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  isBusy = false;
  await loading;
  second.session.data.count += 1;

  expect(await second.commit()).toBe(200);
  await engine.close();
});

test('a folder that is a file gives an error that names it', async () => {
  await writeFile(directory, '');
  await expect(openStore().create(key, { text: 'x', expiresAt })).rejects.toThrow(`"${directory}" cannot be used`);
});

test('a relative folder is refused when the store is made', () => {
  expect(() => new FileStore({ directory: 'data/sessions' })).toThrow('"data/sessions"');
});

test('a damaged file is set aside by the sweeper, not deleted', async () => {
  const store = openStore();
  await store.create(key, { text: 'x', expiresAt });
  await writeFile(join(directory, key.slice(0, 2), key), 'damaged');
  for (let hasMore = true; hasMore; ) ({ hasMore } = await store.sweep(Date.now(), 50));
  expect(await readFile(join(directory, 'quarantine', key), 'utf8')).toBe('damaged');
  expect(await readdir(join(directory, key.slice(0, 2)))).toEqual([]);
});

test('files of a later version of the store and of other programs are left where they are', async () => {
  const store = openStore();
  await store.create(key, { text: 'x', expiresAt });
  const shard = join(directory, key.slice(0, 2));
  await writeFile(join(shard, key), `t4s2 ${'x'.repeat(200)}`);
  await writeFile(join(shard, 'notes.txt'), 'mine');
  for (let hasMore = true; hasMore; ) ({ hasMore } = await store.sweep(Date.now(), 50));
  expect(await store.read(key)).toBeUndefined();
  expect(await store.create(key, { text: 'y', expiresAt })).toBeUndefined();
  expect((await readdir(shard)).sort()).toEqual([key, 'notes.txt'].sort());
});

test('on Windows a rename that meets an open file is tried again, any other failure is not', async () => {
  const seen: string[] = [];
  const codes = ['EPERM', 'EACCES', 'EBUSY'];
  const rename = (from: string) => {
    seen.push(from);
    const code = codes.shift();
    return code === undefined ? Promise.resolve() : failWith(code)();
  };
  await createFileCalls('win32', rename).rename('a', 'b');
  expect(seen).toEqual(['a', 'a', 'a', 'a']);
  await expect(createFileCalls('win32', failWith('ENOSPC')).rename('a', 'b')).rejects.toThrow('ENOSPC');
  await expect(createFileCalls('linux', failWith('EPERM')).rename('a', 'b')).rejects.toThrow('EPERM');
});
