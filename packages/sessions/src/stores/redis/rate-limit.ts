import type { SessionLog, StoreSettings } from '../../session-options.js';

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

/**
 * Opens the shared counters where the session store has a server for them: redis and valkey. Resolves to undefined for any
 * other backend, whose processes count by themselves. Rejects as `openStore` does for the same settings.
 */
export async function openSharedRateLimit(
  settings: StoreSettings,
  log: Pick<SessionLog, 'info' | 'error'>,
): Promise<SharedRateLimit | undefined> {
  if (settings.backend !== 'redis' && settings.backend !== 'valkey') return undefined;
  return (await import('./redis-rate-limit.js')).openRedisRateLimit(settings, log);
}
