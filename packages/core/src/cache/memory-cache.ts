import { CACHE_DEFAULTS, type CacheStore } from './cache-store.js';

/** Text in memory; the longest unused entries go first. */
export class MemoryCache implements CacheStore {
  readonly backend = 'memory';
  readonly #entries = new Map<string, { readonly text: string; readonly expiresAt: number }>();
  readonly #maxEntries: number;
  readonly #now: () => number;

  constructor(options: { maxEntries?: number; now?: () => number } = {}) {
    this.#maxEntries = options.maxEntries ?? CACHE_DEFAULTS.maxEntries;
    this.#now = options.now ?? Date.now;
  }

  async get(key: string): Promise<string | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= this.#now()) return undefined;
    // Set anew: the map's order is that of last use.
    this.#entries.set(key, entry);
    return entry.text;
  }

  async set(key: string, text: string, expiresAt: number): Promise<void> {
    this.#entries.delete(key);
    this.#entries.set(key, { text, expiresAt });
    if (this.#entries.size > this.#maxEntries) this.#entries.delete(this.#entries.keys().next().value as string);
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async deletePrefix(prefix: string): Promise<void> {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  async size(): Promise<number> {
    return this.#entries.size;
  }
}
