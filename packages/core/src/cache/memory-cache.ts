import { CACHE_DEFAULTS, type CacheBounds, type CacheStore } from './cache-store.js';

interface MemoryEntry {
  readonly text: string;
  readonly expiresAt: number;
  readonly bytes: number;
}

/** Text in memory; the longest unused entries go first. */
export class MemoryCache implements CacheStore {
  readonly backend = 'memory';
  readonly #entries = new Map<string, MemoryEntry>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;

  constructor(options: CacheBounds & { readonly now?: () => number } = {}) {
    this.#maxEntries = options.maxEntries ?? CACHE_DEFAULTS.maxEntries;
    this.#maxBytes = options.maxBytes ?? CACHE_DEFAULTS.maxBytes;
    this.#now = options.now ?? Date.now;
  }

  /** Bytes of all keys and texts. */
  get bytes(): number {
    return this.#bytes;
  }

  async get(key: string): Promise<string | undefined> {
    const entry = this.#take(key);
    if (entry === undefined || entry.expiresAt <= this.#now()) return undefined;
    // Put back: the map's order is that of last use.
    this.#put(key, entry);
    return entry.text;
  }

  async set(key: string, text: string, expiresAt: number): Promise<void> {
    this.#take(key);
    const bytes = bytesOf(key) + bytesOf(text);
    if (bytes > this.#maxBytes) return;
    this.#put(key, { text, expiresAt, bytes });
    while (this.#entries.size > this.#maxEntries || this.#bytes > this.#maxBytes) {
      this.#take(this.#entries.keys().next().value as string);
    }
  }

  async delete(key: string): Promise<void> {
    this.#take(key);
  }

  async deletePrefix(prefix: string): Promise<void> {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#take(key);
  }

  async size(): Promise<number> {
    return this.#entries.size;
  }

  #put(key: string, entry: MemoryEntry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #take(key: string): MemoryEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    return entry;
  }
}

/** What V8 needs for the characters of a text: one byte each, or two where one of them is not of Latin-1. */
function bytesOf(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? text.length * 2 : text.length;
}
