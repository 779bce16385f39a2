// Over 250 lines: this is the one file that knows the client; its options and events belong together.
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import { Deadline, LateError, silenceMs, within } from '../../deadline.js';
import { importDriver } from '../../import-driver.js';
import type { RedisAddress } from './redis-address.js';
import { isFinalReply, isReadOnly, isWorthResending, unavailable } from './redis-failure.js';
import { REDIS_SCRIPT, type RedisScript, redisScript } from './redis-script.js';

/** The part of ioredis' Redis and Cluster that is used here. */
interface RedisClient {
  readonly status: string;
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
  on(event: string, listener: (error: unknown) => void): unknown;
  once(event: string, listener: () => void): unknown;
  evalsha(digest: string, keyCount: number, ...keysAndArgs: readonly string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...keysAndArgs: readonly string[]): Promise<unknown>;
  mget(keys: readonly string[]): Promise<(string | null)[]>;
  get(key: string): Promise<string | null>;
  scan(cursor: string, match: 'MATCH', pattern: string, count: 'COUNT', limit: number): Promise<[string, string[]]>;
  info(): Promise<string>;
  config(verb: 'GET', parameter: string): Promise<unknown>;
  /** Cluster only. */
  nodes?(role: 'master'): (RedisClient & { readonly options: { readonly host?: string; readonly port?: number } })[];
}

const SESSION_SCRIPT = redisScript(REDIS_SCRIPT);

/** Part of the deadline that a call waits for a connection: what is left over is for its failure to reach the caller with its reason. */
const PATIENCE = 0.9;
/** The pause before a command goes to a connection that broke, ms, doubled each time; without effect where one has to be made. */
const FIRST_PAUSE_MS = 10;
/** A server that takes no writes is left for another one at most this often, ms: it may be the only one, and reads use it. */
const LEAVE_EVERY_MS = 5_000;

type RedisConstructor = new (options: RedisOptions) => RedisClient;
type ClusterConstructor = new (nodes: { host: string; port: number }[], options: ClusterOptions) => RedisClient;

/** What a server tells of itself. */
export interface RedisFacts {
  /** The reply to INFO: lines `field:value`. */
  readonly info: string;
  /** When it saves to disk, empty for never; undefined where it does not say (managed services forbid CONFIG). */
  readonly saves: string | undefined;
}

/** What `openRedisConnection` needs besides the address. */
export interface RedisConnectionOptions {
  /** `redis` or `valkey`, for messages. */
  readonly storeName: string;
  /** How long callers wait for a command, ms; connecting is given as long, a silent server longer. */
  readonly timeoutMs: number;
  readonly projectDir: string;
}

/**
 * Loads ioredis and connects. A server that does not answer in time is no error here: the connection is tried again in the
 * background and every command says what is wrong until it stands. Rejects with T4_DRIVER_MISSING.
 */
export async function openRedisConnection(
  address: RedisAddress,
  options: RedisConnectionOptions,
): Promise<RedisConnection> {
  const driver = await importDriver('ioredis', options.storeName, options.projectDir);
  const client =
    address.topology === 'cluster'
      ? new (driver.Cluster as ClusterConstructor)([...address.nodes], clusterOptions(address, options.timeoutMs))
      : new (driver.Redis as RedisConstructor)(serverOptions(address, options.timeoutMs));
  const connection = new RedisConnection(client, address.topology === 'cluster', options);
  await connection.connect();
  return connection;
}

/** One client with the script and errors in words. The only place that knows ioredis. */
export class RedisConnection {
  readonly isCluster: boolean;
  readonly #client: RedisClient;
  readonly #storeName: string;
  readonly #timeoutMs: number;
  readonly #silence: Deadline;
  /** What the client last said went wrong: a command that finds no connection only knows that there is none. */
  #lastFailure: unknown;
  /** Resolves when the client is ready again; undefined while nobody waits for that. */
  #ready: Promise<void> | undefined;
  /** When a server that takes no writes may be left again, by performance.now(). */
  #mayLeaveAt = 0;
  #isClosed = false;

  constructor(client: RedisClient, isCluster: boolean, options: RedisConnectionOptions) {
    this.#client = client;
    this.isCluster = isCluster;
    this.#storeName = options.storeName;
    this.#timeoutMs = options.timeoutMs;
    this.#silence = new Deadline(silenceMs(options.timeoutMs));
    const remember = (failure: unknown): void => {
      this.#lastFailure = lastNodeFailure(failure);
    };
    client.on('error', remember);
    client.on('node error', remember);
    client.on('ready', () => {
      this.#lastFailure = undefined;
    });
  }

  /** Waits for the first connection, at most for the deadline. Never rejects. */
  async connect(): Promise<void> {
    // The client goes on trying by itself, and commands tell what is wrong.
    await within(this.#timeoutMs, this.#client.connect()).catch(() => undefined);
  }

  /** Runs the session script. One key pair and its arguments per item; one reply per item. */
  async runScript(keys: readonly string[], args: readonly string[]): Promise<readonly unknown[]> {
    const replies = (await this.#patiently(() => this.#callScript(SESSION_SCRIPT, keys, args))) as unknown[];
    if (replies.some((reply) => typeof reply === 'string' && reply.startsWith('E ') && isReadOnly(reply.slice(2)))) {
      this.#leave();
    }
    return replies;
  }

  /** Runs any script, once: it fails at once where there is no connection. On a cluster all keys must lie in one slot. */
  run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.#inWords(() => this.#callScript(script, keys, args));
  }

  /** The values of several keys, null where there is none. On a cluster: of one key. */
  async readValues(keys: readonly string[]): Promise<readonly (string | null)[]> {
    if (!this.isCluster) return this.#patiently(() => this.#client.mget(keys));
    return [await this.#patiently(() => this.#readOnCluster(keys[0] ?? ''))];
  }

  /** Masters by address; one server alone has the empty address. */
  masterNames(): readonly string[] {
    return this.#masters().map(([name]) => name);
  }

  /** One step of SCAN on one master. A master that has gone meanwhile has nothing more to tell. */
  async scan(master: string, cursor: string, pattern: string, limit: number): Promise<readonly [string, string[]]> {
    const client = this.#masters().find(([name]) => name === master)?.[1];
    if (client === undefined) return ['0', []];
    return this.#patiently(() => client.scan(cursor, 'MATCH', pattern, 'COUNT', limit));
  }

  /** What each master tells of itself. */
  facts(): Promise<readonly RedisFacts[]> {
    return Promise.all(
      this.#masters().map(async ([, client]) => {
        const [info, saves] = await this.#inWords(() =>
          Promise.all([client.info(), client.config('GET', 'save').then(savesOf, () => undefined)]),
        );
        return { info, saves };
      }),
    );
  }

  /** In the words of an operator, without secrets. */
  failure(error: unknown): Error {
    return unavailable(this.#storeName, error);
  }

  close(): void {
    this.#isClosed = true;
    this.#client.disconnect();
  }

  #masters(): (readonly [string, RedisClient])[] {
    const nodes = this.#client.nodes?.('master');
    if (nodes === undefined) return [['', this.#client]];
    const named = nodes.map((node) => [`${node.options.host}:${node.options.port}`, node] as const);
    return named.sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /**
   * By digest first. `eval` is not pipelined (see `clusterOptions`), so there the client follows MOVED and ASK for this command
   * alone; in a pipeline whose other commands were done it would not. It also puts a flushed script back.
   */
  async #callScript(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    try {
      return await this.#client.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isWorthResending(error)) throw error;
      return this.#client.eval(script.text, keys.length, ...keys, ...args);
    }
  }

  async #readOnCluster(key: string): Promise<string | null> {
    try {
      return await this.#client.get(key);
    } catch (error) {
      if (!isWorthResending(error)) throw error;
      const replies = (await this.#client.eval(REDIS_SCRIPT, 2, key, `${key}:lease`, '0', 'g')) as (string | null)[];
      return replies[0] ?? null;
    }
  }

  async #inWords<Result>(send: () => Promise<Result>): Promise<Result> {
    try {
      // A socket that stays silent ends by itself; a cluster whose nodes are away is looked for without end.
      return await this.#silence.within(send());
    } catch (error) {
      throw this.#inTheEnd(error);
    }
  }

  /**
   * As `#inWords`, but a connection that is lost is waited for, and what was under way on it is sent again: reads, and items of
   * the session script, which finds what it has done before. The last try begins within the deadline of the caller.
   */
  async #patiently<Result>(send: () => Promise<Result>): Promise<Result> {
    const giveUpAt = performance.now() + this.#timeoutMs * PATIENCE;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      if (this.#client.status !== 'ready') await this.#untilReady(giveUpAt);
      try {
        return await this.#silence.within(send());
      } catch (error) {
        if (!this.#isWorthWaiting(error) || performance.now() + pauseMs > giveUpAt) throw this.#inTheEnd(error);
        // A cluster is ready although one of its nodes is away.
        if (this.#client.status === 'ready') await pause(pauseMs, undefined, { ref: false });
      }
    }
  }

  /** Settles when the client is ready, when it turns out that waiting does not help, or at `giveUpAt`. Never rejects. */
  async #untilReady(giveUpAt: number): Promise<void> {
    if (!this.#isWorthWaiting(undefined)) return;
    this.#ready ??= new Promise((resolve) => {
      this.#client.once('ready', () => {
        this.#ready = undefined;
        resolve();
      });
    });
    await within(Math.max(giveUpAt - performance.now(), 0), this.#ready).catch(() => undefined);
  }

  /** False for what the server itself answered (a wrong password is as wrong on a new connection), and once a reply is late. */
  #isWorthWaiting(error: unknown): boolean {
    return !this.#isClosed && !isFinalReply(error) && !isFinalReply(this.#lastFailure) && !(error instanceof LateError);
  }

  #inTheEnd(error: unknown): Error {
    if (isReadOnly(error)) this.#leave();
    const isWithoutConnection = this.#client.status !== 'ready' && this.#lastFailure !== undefined;
    return this.failure(isWithoutConnection ? this.#lastFailure : error);
  }

  /** Only a new connection finds out who the primary is now. */
  #leave(): void {
    const now = performance.now();
    if (now < this.#mayLeaveAt) return;
    this.#mayLeaveAt = now + LEAVE_EVERY_MS;
    this.#client.disconnect(true);
  }
}

/**
 * No offline queue and no resending by the client, which knows no deadline of a call: what is sent again, and until when, is decided
 * in `#patiently`. A socket that stays silent for too long is given up for a new one.
 */
function serverOptions(address: RedisAddress, timeoutMs: number): RedisOptions {
  const shared = {
    ...connectionOptions(address, timeoutMs),
    db: address.database,
    enableOfflineQueue: false,
    retryStrategy: retryPause,
  };
  if (address.topology === 'standalone') return { ...shared, ...address.nodes[0] };
  const { username, password } = address.sentinelLogin;
  return {
    ...shared,
    sentinels: [...address.nodes],
    name: address.sentinelName,
    role: 'master',
    sentinelRetryStrategy: retryPause,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(address.isTls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  };
}

function clusterOptions(address: RedisAddress, timeoutMs: number): ClusterOptions {
  return {
    redisOptions: connectionOptions(address, timeoutMs),
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryPause,
    clusterNodeRetryStrategy: retryPause,
    slotsRefreshTimeout: timeoutMs,
    enableAutoPipelining: true,
    autoPipeliningIgnoredCommands: ['eval'],
    // Certificates are made out for names; a lookup would have the client ask for an address.
    ...(address.isTls ? { dnsLookup: (name, callback) => callback(null, name) } : {}),
  };
}

function connectionOptions(address: RedisAddress, timeoutMs: number): RedisOptions {
  const { username, password } = address.login;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(address.isTls ? { tls: {} } : {}),
    lazyConnect: true,
    connectTimeout: timeoutMs,
    // Nothing is under way any more when we disconnect; a longer wait would only keep the process from ending.
    disconnectTimeout: 200,
    // Where another server may be the primary by now, what a silent one would still acknowledge is lost with it: it is left at the
    // deadline. One server alone is waited for longer, so that its late reply is heard.
    socketTimeout: address.topology === 'standalone' ? silenceMs(timeoutMs) : timeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Every proxy and managed service understands version 2, and nothing here needs more.
    protocol: 2,
    disableClientInfo: true,
  };
}

/** The reply is a list of name and value, or an object, as the protocol version has it. */
function savesOf(reply: unknown): string | undefined {
  const value: unknown = Array.isArray(reply) ? reply[1] : (reply as { save?: unknown } | null)?.save;
  return typeof value === 'string' ? value : undefined;
}

/** Quickly at first, then a few times a second: requests wait for a server that is back only as long as this. */
function retryPause(attempt: number): number {
  return Math.min(25 * 2 ** Math.min(attempt - 1, 5), 300) + Math.floor(Math.random() * 50);
}

/** A cluster of which no node answers says only that; the error of the last node says why. */
function lastNodeFailure(failure: unknown): unknown {
  if (typeof failure !== 'object' || failure === null) return failure;
  return (failure as { lastNodeError?: unknown }).lastNodeError ?? failure;
}
