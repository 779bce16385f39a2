import { constants } from 'node:fs';
import type { StoredSession } from '../../session-store.js';
import { type FileCalls, failureCode } from './file-calls.js';
import { decodeHeader, encodeTouch, type FileHeader, HEADER_BYTES, isLaterFormat } from './file-format.js';
import { READ } from './file-lock.js';

/**
 * What stands at the name of a session. `unreadable`: damaged, cut short, a link or a folder: set aside by the sweeper.
 * `foreign`: written by a later version of this store, left alone. `empty`: the trace of a removal that a crash cut off.
 */
export type EntryState =
  | { readonly kind: 'session'; readonly header: FileHeader }
  | { readonly kind: 'absent' | 'unreadable' | 'foreign' | 'empty' };

const READ_WRITE = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const BUFFER_BYTES = 16_384;
const MAX_BUFFERS = 32;
const ATTEMPTS = 5;
const NOT_A_FILE = new Set(['ELOOP', 'EISDIR', 'EMLINK', 'ENXIO']);

/** Reads session files and moves their expiry in place. */
export class FileEntries {
  readonly #calls: FileCalls;
  readonly #buffers: Buffer[] = [];

  constructor(calls: FileCalls) {
    this.#calls = calls;
  }

  /** The session at `path`, expired or not. Anything else there counts as absent. */
  async read(path: string): Promise<StoredSession | undefined> {
    for (let attempt = 1; ; attempt++) {
      const buffer = this.#buffers.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
      try {
        const bytes = await this.#readAll(path, buffer);
        if (typeof bytes === 'string') return undefined;
        const header = decodeHeader(bytes);
        if (header !== undefined) return toSession(header, bytes);
        // The two copies of the time differ while a touch is between them.
        if (attempt === ATTEMPTS) return undefined;
      } finally {
        if (this.#buffers.length < MAX_BUFFERS) this.#buffers.push(buffer);
      }
    }
  }

  /** What stands at `path`, without its text. */
  async inspect(path: string): Promise<EntryState> {
    const buffer = Buffer.allocUnsafe(HEADER_BYTES);
    for (let attempt = 1; ; attempt++) {
      const fd = await this.#open(path, READ);
      if (typeof fd === 'string') return { kind: fd };
      try {
        const bytes = buffer.subarray(0, await this.#calls.read(fd, buffer, 0));
        const header = decodeHeader(bytes);
        if (header?.state === 'complete') {
          const last = await this.#calls.read(fd, Buffer.allocUnsafe(1), HEADER_BYTES + header.length - 1);
          return last === 1 ? { kind: 'session', header } : { kind: 'unreadable' };
        }
        if (header !== undefined) return { kind: 'empty' };
        if (isLaterFormat(bytes)) return { kind: 'foreign' };
        if (attempt === ATTEMPTS) return { kind: 'unreadable' };
      } catch (error) {
        if (NOT_A_FILE.has(failureCode(error) ?? '')) return { kind: 'unreadable' };
        throw error;
      } finally {
        await this.#calls.close(fd);
      }
    }
  }

  /** Overwrites the expiry where it is `from` and not yet over at `now`. The caller keeps other touches and the sweeper away. */
  async touch(path: string, from: number, to: number, now: number): Promise<boolean> {
    const fd = await this.#open(path, READ_WRITE);
    if (typeof fd === 'string') return false;
    try {
      const buffer = Buffer.allocUnsafe(HEADER_BYTES);
      const header = decodeHeader(buffer.subarray(0, await this.#calls.read(fd, buffer, 0)));
      if (header?.state !== 'complete' || header.expiresAt !== from || from <= now) return false;
      const { bytes, position } = encodeTouch(to);
      await this.#calls.write(fd, bytes, position);
      return true;
    } finally {
      await this.#calls.close(fd);
    }
  }

  async #open(path: string, flags: number): Promise<number | 'absent' | 'unreadable'> {
    try {
      return await this.#calls.open(path, flags);
    } catch (error) {
      const code = failureCode(error) ?? '';
      if (code === 'ENOENT') return 'absent';
      if (NOT_A_FILE.has(code)) return 'unreadable';
      throw error;
    }
  }

  async #readAll(path: string, buffer: Buffer): Promise<Buffer | 'absent' | 'unreadable'> {
    const fd = await this.#open(path, READ);
    if (typeof fd === 'string') return fd;
    try {
      let bytes = buffer;
      let filled = await this.#calls.read(fd, bytes, 0);
      while (filled === bytes.length) {
        const larger = Buffer.allocUnsafeSlow(bytes.length * 4);
        bytes.copy(larger);
        bytes = larger;
        filled += await this.#calls.read(fd, bytes.subarray(filled), filled);
      }
      return bytes.subarray(0, filled);
    } catch (error) {
      if (NOT_A_FILE.has(failureCode(error) ?? '')) return 'unreadable';
      throw error;
    } finally {
      await this.#calls.close(fd);
    }
  }
}

function toSession(header: FileHeader, bytes: Buffer): StoredSession | undefined {
  const end = HEADER_BYTES + header.length;
  if (header.state !== 'complete' || bytes.length < end) return undefined;
  return { text: bytes.toString('utf8', HEADER_BYTES, end), version: header.token, expiresAt: header.expiresAt };
}
