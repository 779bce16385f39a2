/** What a cache does where nobody says it: entries that it holds, seconds that a value is kept, what an absent key gives. */
export const CACHE_DEFAULTS = Object.freeze({ maxEntries: 1000, seconds: 60, miss: null });

/** Where cached text is kept. Keys and values are opaque; `expiresAt` is ms since the epoch. */
export interface CacheStore {
  /** Name for `cacheStats()`. */
  readonly backend: string;
  /** Undefined when absent or expired. */
  get(key: string): Promise<string | undefined>;
  set(key: string, text: string, expiresAt: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Removes every key that starts with `prefix`; all of them for an empty one. */
  deletePrefix(prefix: string): Promise<void>;
  size(): Promise<number>;
}
