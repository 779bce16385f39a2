/** What a cache does where nobody says it: what it holds at most, seconds that a value is kept, what an absent key gives. */
export const CACHE_DEFAULTS = Object.freeze({ maxEntries: 1000, maxBytes: 64 * 1024 * 1024, seconds: 60, miss: null });

/** How much a cache holds. Both count: clients choose what is cached, and how large it is. */
export interface CacheBounds {
  /** Default 1,000. */
  readonly maxEntries?: number | undefined;
  /** Keys and texts together, default 64 MiB. What is larger by itself is not kept. */
  readonly maxBytes?: number | undefined;
}

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
