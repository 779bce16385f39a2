import fs from 'node:fs';

/** What a lock or the sweeper needs to know of a file. */
export interface FileFacts {
  readonly inode: bigint;
  /** Nanoseconds since the epoch by the clock of the file system. Moves with every write and every renewal. */
  readonly changedAtNs: bigint;
  /** 0 once the name was removed or replaced while the file is still open here. */
  readonly links: bigint;
}

/**
 * Every file system call that the file store makes, each asynchronous. Tests pass an object of their own to fail, count or
 * kill at one call. The callback functions wrapped in promises cost less than `fs/promises`, which wraps each descriptor.
 */
export interface FileCalls {
  open(path: string, flags: number): Promise<number>;
  /** Reads up to the buffer's length from `position`; resolves to the number of bytes. */
  read(fd: number, buffer: Buffer, position: number): Promise<number>;
  /** Writes the whole buffer from `position` on. */
  write(fd: number, buffer: Buffer, position: number): Promise<void>;
  truncate(fd: number, length: number): Promise<void>;
  /** Moves the change time of an open file to now. */
  refresh(fd: number): Promise<void>;
  facts(fd: number): Promise<FileFacts>;
  /** Rejects with ENOENT when there is nothing of that name. Links are not followed. */
  exists(path: string): Promise<void>;
  close(fd: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  openFolder(path: string): Promise<fs.Dir>;
}

type Failure = NodeJS.ErrnoException | null;

const WINDOWS_RENAME_CODES = new Set(['EPERM', 'EACCES', 'EBUSY']);
const WINDOWS_RENAME_MS = 2_000;

/** The calls on the real file system. `platform` decides whether a rename is tried again, as Windows needs. */
export function createFileCalls(platform: NodeJS.Platform = process.platform, rename = renameOnce): FileCalls {
  return {
    open: (path, flags) =>
      new Promise((resolve, reject) => {
        fs.open(path, flags, 0o600, (error, fd) => (error ? reject(error) : resolve(fd)));
      }),
    read: (fd, buffer, position) =>
      new Promise((resolve, reject) => {
        fs.read(fd, buffer, 0, buffer.length, position, (error, bytes) => (error ? reject(error) : resolve(bytes)));
      }),
    write: writeAll,
    truncate: (fd, length) => settle((done) => fs.ftruncate(fd, length, done)),
    refresh: (fd) => settle((done) => fs.futimes(fd, new Date(), new Date(), done)),
    facts: (fd) =>
      new Promise((resolve, reject) => {
        fs.fstat(fd, { bigint: true }, (error, stats) =>
          error ? reject(error) : resolve({ inode: stats.ino, changedAtNs: stats.ctimeNs, links: stats.nlink }),
        );
      }),
    exists: (path) => settle((done) => fs.lstat(path, done)),
    close: (fd) => settle((done) => fs.close(fd, done)),
    rename: platform === 'win32' ? (from, to) => renamePatiently(rename, from, to) : rename,
    unlink: (path) => settle((done) => fs.unlink(path, done)),
    mkdir: (path) => settle((done) => fs.mkdir(path, { recursive: true, mode: 0o700 }, done)),
    openFolder: (path) =>
      new Promise((resolve, reject) => {
        fs.opendir(path, { bufferSize: 64 }, (error, folder) => (error ? reject(error) : resolve(folder)));
      }),
  };
}

/** The system's code of a failed call, such as `ENOENT`, or undefined for any other error. */
export function failureCode(error: unknown): string | undefined {
  // Not by class: a test runner gives its files an Error of their own.
  return typeof error === 'object' && error !== null ? (error as NodeJS.ErrnoException).code : undefined;
}

function renameOnce(from: string, to: string): Promise<void> {
  return settle((done) => fs.rename(from, to, done));
}

// On Windows a reader or a virus scanner that has the target open for a moment makes the rename fail.
async function renamePatiently(rename: FileCalls['rename'], from: string, to: string): Promise<void> {
  const giveUpAt = performance.now() + WINDOWS_RENAME_MS;
  for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!WINDOWS_RENAME_CODES.has(failureCode(error) ?? '') || performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

async function writeAll(fd: number, buffer: Buffer, position: number): Promise<void> {
  for (let written = 0; written < buffer.length; ) {
    written += await writeSome(fd, buffer, written, position + written);
  }
}

function writeSome(fd: number, buffer: Buffer, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(fd, buffer, offset, buffer.length - offset, position, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    );
  });
}

function settle(call: (done: (error: Failure) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
