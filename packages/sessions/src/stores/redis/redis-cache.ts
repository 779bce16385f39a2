import type { SessionLog, StoreSettings } from '../../session-options.js';
import { OptionalServer } from './optional-server.js';
import { readRedisAddress } from './redis-address.js';
import { openRedisConnection, type RedisConnection } from './redis-connection.js';
import { patternOf } from './redis-pattern.js';
import { redisScript } from './redis-script.js';

/** Texts that all processes share until they expire. Keys and texts are opaque; `expiresAt` is ms since the epoch. */
export interface SharedCache {
  /** `redis` or `valkey`. */
  readonly backend: string;
  /** Undefined when absent or expired, and while the server is away: a cache may forget at any time. */
  get(key: string): Promise<string | undefined>;
  /** Does nothing while the server is away: what it had under the key may show again until that expires. */
  set(key: string, text: string, expiresAt: number): Promise<void>;
  /** Rejects with T4_STORE_UNAVAILABLE when the server is away: an old value would come back with it. */
  delete(key: string): Promise<void>;
  /** Removes every key that starts with `prefix`; all of the cache's own for an empty one. Rejects as `delete` does. */
  deletePrefix(prefix: string): Promise<void>;
  size(): Promise<number>;
  /** Ends the connection. Calling twice is safe. */
  close(): Promise<void>;
}

/** Where the server is. No `prefix` of sessions may start with the cache's: emptying the cache would remove them. */
export type SharedCacheSettings = StoreSettings & { readonly backend: 'redis' | 'valkey'; readonly prefix: string };

/** A cache must not be what makes a site slow: it waits for less than a session may. */
const LONGEST_WAIT_MS = 500;
/** Names that one step of a search looks at. */
const NAMES_PER_STEP = 1000;
const MESSAGES = {
  away: 'The cache finds and keeps nothing until its server answers.',
  back: 'The cache works again.',
};

// The server counts the lifetime: clocks of processes need not agree.
const SET = redisScript("return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])");
const REMOVE = redisScript("return redis.call('DEL', unpack(KEYS))");

/**
 * Opens the cache. Rejects with T4_DRIVER_MISSING, or T4_SESSION_OPTION_INVALID for an
 * address that cannot be used.
 */
export async function openRedisCache(
  settings: SharedCacheSettings,
  log: Pick<SessionLog, 'info' | 'error'>,
): Promise<SharedCache> {
  const timeoutMs = Math.min(settings.timeoutMs ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS);
  const connection = await openRedisConnection(readRedisAddress(settings), {
    storeName: settings.backend,
    timeoutMs,
    projectDir: settings.projectDir ?? process.cwd(),
  });
  const server = new OptionalServer(connection, timeoutMs, MESSAGES, log);
  return new RedisCache(settings.backend, server, settings.prefix, settings.now ?? Date.now);
}

/** One string per key on Redis or Valkey, with the server's own expiry. How much it holds is the server's `maxmemory`. */
class RedisCache implements SharedCache {
  readonly backend: string;
  readonly #server: OptionalServer;
  readonly #prefix: string;
  readonly #now: () => number;

  constructor(backend: string, server: OptionalServer, prefix: string, now: () => number) {
    this.backend = backend;
    this.#server = server;
    this.#prefix = prefix;
    this.#now = now;
  }

  async get(key: string): Promise<string | undefined> {
    const [text] = await this.#server.ask((connection) => connection.readValues([this.#prefix + key]), []);
    return text ?? undefined;
  }

  async set(key: string, text: string, expiresAt: number): Promise<void> {
    const lifetimeMs = Math.ceil(expiresAt - this.#now());
    const [script, args] = lifetimeMs > 0 ? [SET, [text, String(lifetimeMs)]] : [REMOVE, []];
    await this.#server.ask((connection) => connection.run(script, [this.#prefix + key], args), undefined);
  }

  async delete(key: string): Promise<void> {
    await this.#server.insist((connection) => connection.run(REMOVE, [this.#prefix + key], []));
  }

  async deletePrefix(prefix: string): Promise<void> {
    await this.#eachStep(prefix, (connection, names) =>
      // On a cluster the keys of one command must lie together, and these lie anywhere.
      Promise.all(
        (connection.isCluster ? names.map((name) => [name]) : [names]).map((keys) => connection.run(REMOVE, keys, [])),
      ),
    );
  }

  async size(): Promise<number> {
    const found = new Set<string>();
    await this.#eachStep('', async (_connection, names) => {
      for (const name of names) found.add(name);
    });
    return found.size;
  }

  async close(): Promise<void> {
    this.#server.close();
  }

  /** Hands the keys that start with `prefix` to `work`, a bounded number at a time, master after master. */
  async #eachStep(
    prefix: string,
    work: (connection: RedisConnection, names: readonly string[]) => Promise<unknown>,
  ): Promise<void> {
    const pattern = `${patternOf(this.#prefix + prefix)}*`;
    const masters = await this.#server.insist(async (connection) => connection.masterNames());
    for (const master of masters) {
      let cursor = '0';
      do {
        const [next, names] = await this.#server.insist((connection) =>
          connection.scan(master, cursor, pattern, NAMES_PER_STEP),
        );
        cursor = next;
        if (names.length > 0) await this.#server.insist((connection) => work(connection, names));
      } while (cursor !== '0');
    }
  }
}
