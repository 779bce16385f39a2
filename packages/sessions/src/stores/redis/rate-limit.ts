import { type SessionLog, STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';
import { OptionalServer } from './optional-server.js';
import { readRedisAddress } from './redis-address.js';
import { openRedisConnection } from './redis-connection.js';
import { redisScript } from './redis-script.js';

/** Where a client stands in its window. */
export interface RateLimitState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** When the oldest request that counts leaves the window, ms since the epoch by this process's clock. */
  readonly resetAt: number;
}

/** Counts requests for all processes together. */
export interface SharedRateLimit {
  /** Counts a request of `key`, unless the limit is reached. Never rejects: a server that is away lets everyone through. */
  hit(key: string, limit: number, windowMs: number): Promise<RateLimitState>;
  /** Ends the connection. Calling twice is safe; later hits are let through. */
  close(): Promise<void>;
}

/** A limiter must not be what makes a site slow: it waits for less than a session may. */
const LONGEST_WAIT_MS = 500;
const MESSAGES = {
  away: 'The rate limit lets every request through until its server answers.',
  back: 'The rate limit counts for all processes again.',
};

type RateLimitLog = Pick<SessionLog, 'info' | 'error'>;

/**
 * KEYS: a list of the times of one client's requests, oldest first. ARGV: limit, window in ms. Replies: 1 when the request
 * was counted, how many count now, ms until the oldest leaves. The server's clock decides, so that those of the processes
 * need not agree.
 */
const SLIDING_WINDOW = redisScript(`
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= now - window do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end
local count = redis.call('LLEN', KEYS[1])
local allowed = 0
if count < limit then
  redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], window)
  allowed, count = 1, count + 1
end
return {allowed, count, (tonumber(oldest) or now) + window - now}
`);

/** Rejects with T4_DRIVER_MISSING, or T4_SESSION_OPTION_INVALID for an address that cannot be used. */
export async function openRedisRateLimit(settings: StoreSettings, log: RateLimitLog): Promise<SharedRateLimit> {
  const timeoutMs = Math.min(settings.timeoutMs ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS);
  const connection = await openRedisConnection(readRedisAddress(settings), {
    storeName: settings.backend,
    timeoutMs,
    projectDir: settings.projectDir ?? process.cwd(),
  });
  const prefix = settings.prefix ?? STORE_DEFAULTS.prefix;
  return new RedisRateLimit(new OptionalServer(connection, timeoutMs, MESSAGES, log), prefix, settings.now ?? Date.now);
}

/** Sliding windows on Redis or Valkey: one command a request. */
class RedisRateLimit implements SharedRateLimit {
  readonly #server: OptionalServer;
  readonly #prefix: string;
  readonly #now: () => number;

  constructor(server: OptionalServer, prefix: string, now: () => number) {
    this.#server = server;
    this.#prefix = prefix;
    this.#now = now;
  }

  async hit(key: string, limit: number, windowMs: number): Promise<RateLimitState> {
    const args = [String(limit), String(Math.ceil(windowMs))];
    const reply = await this.#server.ask(
      (connection) => connection.run(SLIDING_WINDOW, [`${this.#prefix}rate:{${key}}`], args),
      undefined,
    );
    const now = this.#now();
    if (reply === undefined) return { allowed: true, limit, remaining: limit, resetAt: now + windowMs };
    const [counted, count, leftMs] = reply as [number, number, number];
    return { allowed: counted === 1, limit, remaining: Math.max(0, limit - count), resetAt: now + leftMs };
  }

  async close(): Promise<void> {
    this.#server.close();
  }
}
