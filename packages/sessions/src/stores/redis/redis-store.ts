import { randomBytes } from 'node:crypto';
import { StoreUnavailableError } from '../../errors.js';
import { STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';
import type {
  EntriesPage,
  Lease,
  LockResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  SweepResult,
  UpdateOptions,
  UpdateResult,
} from '../../session-store.js';
import { Batcher } from './batcher.js';
import { readRedisAddress } from './redis-address.js';
import { openRedisConnection, type RedisConnection } from './redis-connection.js';
import { decodeBusy, decodeEntry, encodeEntry, timeToLive } from './redis-entry.js';
import { patternOf } from './redis-pattern.js';
import { ARGS_PER_ITEM, REDIS_VERBS } from './redis-script.js';

/** One server runs a whole turn's work as one script; each node of a cluster is sent single items, which the client pipelines. */
const ONE_SERVER = { maxItems: 64, maxBytes: 1_048_576 };
const CLUSTER = { maxItems: 1, maxBytes: Number.POSITIVE_INFINITY };

interface ScriptItem {
  readonly key: string;
  readonly verb: string;
  readonly args: readonly string[];
}

/**
 * Opens the store of the backends redis and valkey: one server, Redis Cluster, or a primary found by Sentinel.
 * A server that does not answer yet is no error: calls reject with T4_STORE_UNAVAILABLE until it does.
 * Rejects with T4_DRIVER_MISSING, or T4_SESSION_OPTION_INVALID for an address that cannot be used.
 */
export async function openRedisStore(settings: StoreSettings): Promise<SessionStore> {
  const address = readRedisAddress(settings);
  const storeName = settings.backend === 'valkey' ? 'valkey' : 'redis';
  const connection = await openRedisConnection(address, {
    storeName,
    timeoutMs: settings.timeoutMs ?? STORE_DEFAULTS.timeoutMs,
    projectDir: settings.projectDir ?? process.cwd(),
  });
  const prefix = settings.prefix ?? STORE_DEFAULTS.prefix;
  return new RedisStore(storeName, connection, prefix, settings.now ?? Date.now);
}

/** Sessions on Redis or Valkey. A session is one string key and, while somebody holds it, a lease key beside it. */
class RedisStore implements SessionStore {
  readonly name: string;
  readonly isShared = true;
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #reads: Batcher<string, string | null>;
  readonly #items: Batcher<ScriptItem, unknown>;
  /** Makes versions that no other process and no earlier run uses again. */
  readonly #versionBase = randomBytes(9).toString('base64url');
  #versionCount = 0;
  #isClosed = false;

  constructor(name: string, connection: RedisConnection, prefix: string, now: () => number) {
    this.name = name;
    this.#connection = connection;
    this.#prefix = prefix;
    this.#now = now;
    const limits = connection.isCluster ? CLUSTER : ONE_SERVER;
    this.#reads = new Batcher((keys) => connection.readValues(keys), limits);
    this.#items = new Batcher((items) => this.#runItems(items), limits);
  }

  read(key: string): Promise<StoredSession | undefined> {
    if (this.#isClosed) return this.#refuse();
    return this.#reads.add(this.#entryKey(key), key.length, this.#live);
  }

  lock(key: string, lease: Lease): Promise<LockResult> {
    return this.#run(REDIS_VERBS.lock, key, leaseArgs(lease), readLocked);
  }

  renew(key: string, lease: Lease): Promise<boolean> {
    return this.#run(REDIS_VERBS.renew, key, leaseArgs(lease), isDone);
  }

  unlock(key: string, owner: string): Promise<void> {
    return this.#run(REDIS_VERBS.unlock, key, [owner], ignore);
  }

  create(key: string, write: SessionWrite): Promise<string | undefined> {
    const version = this.#nextVersion();
    const args = this.#writeArgs(version, write);
    return this.#run(REDIS_VERBS.create, key, args, (reply) => (reply === 1 ? version : undefined));
  }

  update(
    key: string,
    write: SessionWrite,
    expectedVersion: string,
    options: UpdateOptions = {},
  ): Promise<UpdateResult> {
    const version = this.#nextVersion();
    const args = [
      ...this.#writeArgs(version, write),
      expectedVersion,
      options.owner ?? '',
      options.keepLease ? '1' : '',
    ];
    return this.#run(REDIS_VERBS.update, key, args, (reply): UpdateResult => {
      if (reply === 1) return { outcome: 'updated', version };
      if (typeof reply !== 'string') return { outcome: 'gone' };
      if (reply.startsWith('B ')) return decodeBusy(reply);
      return { outcome: 'conflict', current: decodeEntry(reply.slice(2)) };
    });
  }

  touch(key: string, from: number, to: number): Promise<boolean> {
    const args = [String(Math.round(from)), String(Math.round(to)), String(timeToLive(to, this.#now()))];
    return this.#run(REDIS_VERBS.touch, key, args, isDone);
  }

  remove(key: string): Promise<void> {
    return this.#run(REDIS_VERBS.remove, key, [], ignore);
  }

  /** Nothing to do: the server removes its keys by itself, a margin after their expiry. */
  sweep(_expiredBefore: number, _limit: number): SweepResult {
    return { removed: 0, hasMore: false };
  }

  /** Master by master with SCAN. The cursor is `MASTER CURSOR`. */
  async entries(cursor: string | undefined, limit: number): Promise<EntriesPage> {
    if (this.#isClosed) return this.#refuse();
    const masters = this.#connection.masterNames();
    const space = cursor?.lastIndexOf(' ') ?? -1;
    const master = cursor === undefined ? masters[0] : cursor.slice(0, space);
    if (master === undefined) throw this.#connection.failure(new Error('CLUSTERDOWN'));
    const position = cursor === undefined ? '0' : cursor.slice(space + 1);

    const [next, names] = await this.#connection.scan(master, position, this.#pattern(), limit);
    const entries = await Promise.all(names.map((name) => this.#describe(name)));
    const following = next === '0' ? masters.find((other) => other > master) : master;
    return {
      entries: entries.filter((entry) => entry !== undefined),
      ...(following === undefined ? {} : { cursor: `${following} ${next}` }),
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#reads.drain(), this.#items.drain()]);
    this.#connection.close();
  }

  /** One promise a call, that of the batch: each further layer of them costs 0.1 µs, twice a request. */
  #run<T>(verb: string, key: string, args: readonly string[], read: (reply: unknown) => T): Promise<T> {
    if (this.#isClosed) return this.#refuse();
    let bytes = 0;
    for (const arg of args) bytes += arg.length;
    return this.#items.add({ key: this.#entryKey(key), verb, args }, bytes, (reply) => {
      if (typeof reply !== 'string' || !reply.startsWith('E ')) return read(reply);
      throw this.#connection.failure(new Error(reply.slice(2)));
    });
  }

  #runItems(items: readonly ScriptItem[]): Promise<readonly unknown[]> {
    const keys: string[] = [];
    const args = [String(this.#now())];
    for (const item of items) {
      keys.push(item.key, `${item.key}:lease`);
      args.push(item.verb, ...item.args);
      for (let count = 1 + item.args.length; count < ARGS_PER_ITEM; count++) args.push('');
    }
    return this.#connection.runScript(keys, args);
  }

  /** Size and expiry without the text. Undefined for a key that ended meanwhile or is none of ours. */
  async #describe(name: string): Promise<EntriesPage['entries'][number] | undefined> {
    const key = name.slice(this.#prefix.length + 1, -1);
    const reply = await this.#run(REDIS_VERBS.describe, key, [], String);
    const space = reply.indexOf(' ');
    const head = reply.slice(space + 1);
    const entry = decodeEntry(head);
    if (entry === undefined) return undefined;
    const bytes = Number(reply.slice(0, space)) - (head.length - entry.text.length);
    return { key, bytes, expiresAt: entry.expiresAt };
  }

  readonly #live = (value: string | null): StoredSession | undefined => {
    const session = value === null ? undefined : decodeEntry(value);
    return session === undefined || session.expiresAt <= this.#now() ? undefined : session;
  };

  #writeArgs(version: string, write: SessionWrite): [string, string] {
    return [encodeEntry(version, write.expiresAt, write.text), String(timeToLive(write.expiresAt, this.#now()))];
  }

  #nextVersion(): string {
    this.#versionCount += 1;
    return `${this.#versionBase}.${this.#versionCount.toString(36)}`;
  }

  /** The braces are the hash tag: a cluster keeps entry and lease on one node. */
  #entryKey(key: string): string {
    return `${this.#prefix}{${key}}`;
  }

  #pattern(): string {
    return `${patternOf(this.#prefix)}{${'?'.repeat(64)}}`;
  }

  #refuse(): Promise<never> {
    return Promise.reject(new StoreUnavailableError(`The ${this.name} store was closed.`));
  }
}

function leaseArgs(lease: Lease): [string, string, string] {
  return [lease.owner, String(Math.max(1, Math.ceil(lease.durationMs))), lease.label];
}

function readLocked(reply: unknown): LockResult {
  if (typeof reply !== 'string') return { outcome: 'absent' };
  if (reply.startsWith('B ')) return decodeBusy(reply);
  const session = decodeEntry(reply);
  return session === undefined ? { outcome: 'absent' } : { outcome: 'held', session };
}

function isDone(reply: unknown): boolean {
  return reply === 1;
}

function ignore(): void {
  // The reply says nothing more than that it was done.
}
