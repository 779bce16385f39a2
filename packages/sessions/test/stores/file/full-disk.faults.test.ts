/** Stores on a disk that is really full: a file system in memory of two megabytes, which only root may make. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SessionStore } from '../../../src/session-store.js';
import { FileStore } from '../../../src/stores/file/file-store.js';
import { openSqlStore } from '../../../src/stores/sql/sql-store.js';

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const title = canMount ? '' : ' (skipped: only root on Linux can mount a small disk)';

let disk: string;
let store: SessionStore | undefined;

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 't4-full-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
});

afterEach(async () => {
  await store?.close();
  store = undefined;
  // Lazily: libsql gives its files back only when its objects are collected.
  execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
});

/** Writes until nothing fits any more; returns the file to remove to make room again. */
async function fill(): Promise<string> {
  const filler = join(disk, 'filler');
  for (const size of [65_536, 4096, 512]) {
    try {
      for (;;) await writeFile(filler, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
  }
  return filler;
}

const newKey = (): string => randomBytes(32).toString('hex');
const write = (text: string) => ({ text, expiresAt: Date.now() + 3_600_000 });
const codeOf = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
    return 'stored';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

const stores: [string, () => Promise<SessionStore>][] = [
  ['files', async () => new FileStore({ directory: join(disk, 'sessions') })],
  ['SQLite', () => openSqlStore({ backend: 'database', databaseUrl: `sqlite:///${join(disk, 'app.db')}` })],
];

(canMount ? describe : describe.skip).each(stores)(`a full disk under %s${title}`, (_name, open) => {
  test('refuses what does not fit, keeps what was there, and goes on once there is room', async () => {
    store = await open();
    const key = newKey();
    const version = (await store.create(key, write('kept'))) as string;
    const filler = await fill();

    const large = 'x'.repeat(100_000);
    expect(await codeOf(() => store?.create(newKey(), write(large)))).toBe('T4_STORE_REFUSED');
    expect(await codeOf(() => store?.update(key, write(large), version))).toBe('T4_STORE_REFUSED');
    expect((await store.read(key))?.text).toBe('kept');

    await rm(filler);
    expect(await store.update(key, write('changed'), version)).toMatchObject({ outcome: 'updated' });
    expect((await store.read(key))?.text).toBe('changed');
  });
});
