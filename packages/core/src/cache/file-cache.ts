import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE_DEFAULTS, type CacheStore } from './cache-store.js';

interface FileEntry {
  readonly key: string;
  readonly text: string;
  readonly expiresAt: number;
}

const SUFFIX = '.json';
/** How many writes go by before expired and surplus files are looked for. */
const WRITES_PER_SWEEP = 100;

/** Text in files of one folder, named by the digest of the key, so that processes share it and restarts keep it. */
export class FileCache implements CacheStore {
  readonly backend = 'file';
  readonly #directory: string;
  readonly #maxEntries: number;
  readonly #now: () => number;
  #writes = 0;

  constructor(options: { directory: string; maxEntries?: number; now?: () => number }) {
    this.#directory = options.directory;
    this.#maxEntries = options.maxEntries ?? CACHE_DEFAULTS.maxEntries;
    this.#now = options.now ?? Date.now;
  }

  async get(key: string): Promise<string | undefined> {
    const entry = await this.#read(this.#fileOf(key));
    return entry !== undefined && entry.key === key && entry.expiresAt > this.#now() ? entry.text : undefined;
  }

  async set(key: string, text: string, expiresAt: number): Promise<void> {
    const file = this.#fileOf(key);
    const draft = `${file}.${randomBytes(6).toString('hex')}`;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    try {
      await writeFile(draft, JSON.stringify({ key, text, expiresAt } satisfies FileEntry), { mode: 0o600 });
      await rename(draft, file);
    } finally {
      await rm(draft, { force: true });
    }
    if (++this.#writes % WRITES_PER_SWEEP === 0) await this.#sweep();
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

  /** Removes expired files, then those that expire first until few enough are left. */
  async #sweep(): Promise<void> {
    const kept: { file: string; expiresAt: number }[] = [];
    for (const file of await this.#files()) {
      const expiresAt = (await this.#read(file))?.expiresAt ?? 0;
      if (expiresAt <= this.#now()) await rm(file, { force: true });
      else kept.push({ file, expiresAt });
    }
    kept.sort((a, b) => a.expiresAt - b.expiresAt);
    for (const { file } of kept.slice(0, Math.max(0, kept.length - this.#maxEntries))) await rm(file, { force: true });
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
