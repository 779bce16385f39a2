import { CACHE_DEFAULTS, type CacheStore } from './cache-store.js';
import { MemoryCache } from './memory-cache.js';

export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly size: number;
  readonly backend: string;
}

/** How the cache of the app works; the composition root fills it in. */
export interface CacheOptions {
  readonly store: CacheStore;
  /** Seconds that a value is kept where `cacheSet` does not say it. */
  readonly seconds: number;
  /** What `cacheGet` gives for an absent key. */
  readonly miss: null | undefined;
}

const VALUE_PREFIX = 'value:';

// The one cache of the process: Tina4 code calls these functions from anywhere.
let options: CacheOptions = { store: new MemoryCache(), seconds: CACHE_DEFAULTS.seconds, miss: CACHE_DEFAULTS.miss };
let hits = 0;
let misses = 0;

export function provideCache(provided: CacheOptions): void {
  options = provided;
}

/** The store behind the cache, for the response cache. */
export function cacheStore(): CacheStore {
  return options.store;
}

/** Counts a look into the cache for `cacheStats()`. */
export function countLookup(isHit: boolean): void {
  if (isHit) hits++;
  else misses++;
}

/** The cached value, a copy, or null (undefined with `TINA4_CACHE_MISS=undefined`). */
// biome-ignore lint/suspicious/noExplicitAny: whatever the app cached
export function cacheGet(key: string): Promise<any> {
  return cacheLookup(key, options.miss);
}

/** The same with `miss` for an absent key, whatever the settings say. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the app cached
export async function cacheLookup(key: string, miss: null | undefined): Promise<any> {
  const text = await options.store.get(VALUE_PREFIX + key);
  countLookup(text !== undefined);
  return text === undefined ? miss : JSON.parse(text);
}

/** Caches a value that JSON can carry for `seconds`. Undefined removes the key. */
export async function cacheSet(key: string, value: unknown, seconds: number = options.seconds): Promise<void> {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) await options.store.delete(VALUE_PREFIX + key);
  else await options.store.set(VALUE_PREFIX + key, text, Date.now() + seconds * 1000);
}

/** Removes a key, or with a trailing `*` all keys that start so. */
export async function cacheDelete(key: string): Promise<void> {
  if (key.endsWith('*')) await options.store.deletePrefix(VALUE_PREFIX + key.slice(0, -1));
  else await options.store.delete(VALUE_PREFIX + key);
}

/** Forgets values and cached answers. */
export async function clearCache(): Promise<void> {
  await options.store.deletePrefix('');
  hits = 0;
  misses = 0;
}

export async function cacheStats(): Promise<CacheStats> {
  return { hits, misses, size: await options.store.size(), backend: options.store.backend };
}
