import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE_DEFAULTS, type CacheBounds, type CacheStore } from './cache-store.js';

interface FileEntry {
  readonly key: string;
  readonly text: string;
  readonly expiresAt: number;
}

const SUFFIX = '.json';
/** How many writes go by before expired and surplus files are looked for. */
const WRITES_PER_SWEEP = 100;
/** The part of the bytes that may be written before they are looked at again. */
const BYTES_PER_SWEEP = 1 / 8;

/**
 * Text in files of one folder, named by the digest of the key, so that processes share it and restarts keep it. A sweep leaves an
 * eighth of the bytes free, which is what one process may write until the next one.
 */
export class FileCache implements CacheStore {
  readonly backend = 'file';
  readonly #directory: string;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #writes = 0;
  #bytesWritten = 0;
  #sweeping: Promise<void> | undefined;

  constructor(options: CacheBounds & { readonly directory: string; readonly now?: () => number }) {
    this.#directory = options.directory;
    this.#maxEntries = options.maxEntries ?? CACHE_DEFAULTS.maxEntries;
    this.#maxBytes = options.maxBytes ?? CACHE_DEFAULTS.maxBytes;
    this.#now = options.now ?? Date.now;
  }

  async get(key: string): Promise<string | undefined> {
    const entry = await this.#read(this.#fileOf(key));
    return entry !== undefined && entry.key === key && entry.expiresAt > this.#now() ? entry.text : undefined;
  }

  async set(key: string, text: string, expiresAt: number): Promise<void> {
    const file = this.#fileOf(key);
    const content = Buffer.from(JSON.stringify({ key, text, expiresAt } satisfies FileEntry));
    if (content.length > this.#maxBytes) return this.delete(key);
    const draft = `${file}.${randomBytes(6).toString('hex')}`;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    try {
      await writeFile(draft, content, { mode: 0o600 });
      await rename(draft, file);
    } finally {
      await rm(draft, { force: true });
    }
    this.#writes++;
    this.#bytesWritten += content.length;
    if (this.#writes >= WRITES_PER_SWEEP || this.#bytesWritten > this.#maxBytes * BYTES_PER_SWEEP)
      await this.#sweepOnce();
  }

  async delete(key: string): Promise<void> {
    await rm(this.#fileOf(key), { force: true });
  }

  async deletePrefix(prefix: string): Promise<void> {
    for (const file of await this.#files()) {
      const entry = await this.#read(file);
      if (entry?.key.startsWith(prefix)) await rm(file, { force: true });
    }
  }

  async size(): Promise<number> {
    return (await this.#files()).length;
  }

  /** Writes that come during a sweep wait for it, so that a fast client does not outrun it. */
  async #sweepOnce(): Promise<void> {
    this.#writes = 0;
    this.#bytesWritten = 0;
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    await this.#sweeping;
  }

  /** Removes expired files, then those that expire first until what is left is within the bounds, room for more included. */
  async #sweep(): Promise<void> {
    const kept: { file: string; expiresAt: number; bytes: number }[] = [];
    for (const file of await this.#files()) {
      const bytes = await stat(file).then(
        ({ size }) => size,
        () => 0,
      );
      const expiresAt = (await this.#read(file))?.expiresAt ?? 0;
      if (expiresAt <= this.#now()) await rm(file, { force: true });
      else kept.push({ file, expiresAt, bytes });
    }
    kept.sort((a, b) => a.expiresAt - b.expiresAt);
    let entries = kept.length;
    let bytes = kept.reduce((sum, entry) => sum + entry.bytes, 0);
    const room = this.#maxBytes * (1 - BYTES_PER_SWEEP);
    for (const entry of kept) {
      if (entries <= this.#maxEntries && bytes <= room) break;
      await rm(entry.file, { force: true });
      entries--;
      bytes -= entry.bytes;
    }
  }

  async #files(): Promise<string[]> {
    // No folder yet: nothing was cached.
    const names = await readdir(this.#directory).catch(() => []);
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => join(this.#directory, name));
  }

  /** A file that is gone or broken is a miss: a cache may forget at any time. */
  async #read(file: string): Promise<FileEntry | undefined> {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as FileEntry;
    } catch {
      return undefined;
    }
  }

  #fileOf(key: string): string {
    return join(this.#directory, createHash('sha256').update(key).digest('hex') + SUFFIX);
  }
}
