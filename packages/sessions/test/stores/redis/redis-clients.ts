import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Lease, SessionStore } from '../../../src/session-store.js';
import { openRedisStore } from '../../../src/stores/redis/redis-store.js';

/** What the suites of the Redis store share: clients that are closed after each test, and keys and leases as the engine makes them. */
export class RedisClients {
  readonly #closing: (() => unknown)[] = [];

  async store(settings: Partial<Parameters<typeof openRedisStore>[0]>): Promise<SessionStore> {
    const store = await openRedisStore({ backend: 'redis', ...settings });
    this.#closing.push(() => store.close());
    return store;
  }

  /** A client of the driver's own, to look at the server past the store. */
  raw(url: string): Redis {
    const client = new Redis(url, { maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    this.#closing.push(() => client.disconnect());
    return client;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0)) await close();
  }
}

export function newKey(): string {
  return randomBytes(32).toString('hex');
}

export function newLease(durationMs = 15_000): Lease {
  return { owner: randomBytes(16).toString('base64url'), label: 'POST /cart', durationMs };
}

export function inAnHour(): number {
  return Date.now() + 3_600_000;
}

/** How often clients called each command since the start, scripts' own calls included. */
export async function commandCounts(client: Redis): Promise<Record<string, number>> {
  const info = await client.info('commandstats');
  return Object.fromEntries(
    [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, calls]) => [name, Number(calls)]),
  );
}
