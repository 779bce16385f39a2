import type { SessionStore } from './session-store.js';

/** Where the engine's warnings go. `context` holds plain values, never a session id: only the digest's first 16 characters. */
export interface SessionLog {
  debug(message: string, context?: Readonly<Record<string, unknown>>): void;
  info(message: string, context?: Readonly<Record<string, unknown>>): void;
  warn(message: string, context?: Readonly<Record<string, unknown>>): void;
  error(message: string, context?: Readonly<Record<string, unknown>>): void;
}

/** Attributes of the session cookie. */
export interface SessionCookieOptions {
  /** Default `tina4_session`. A `__Host-` or `__Secure-` prefix is checked against the other attributes at the start. */
  readonly name?: string | undefined;
  /** True: always. False: never. Undefined: when the request came over HTTPS, or SameSite is None. */
  readonly secure?: boolean | undefined;
  /** Default true. */
  readonly httpOnly?: boolean | undefined;
  /** Default `Lax`. */
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | undefined;
  /** Default `/`. */
  readonly path?: string | undefined;
  /** Default none: the cookie stays with the host that set it. */
  readonly domain?: string | undefined;
}

/** Everything `createSessionEngine` takes. Only `store` is required. */
export interface SessionEngineOptions {
  readonly store: SessionStore;
  readonly cookie?: SessionCookieOptions | undefined;
  /** Idle lifetime, default 3600. 0: a cookie without Max-Age, 400 days in the store. */
  readonly lifetimeSeconds?: number | undefined;
  /** From the creation of the session, whatever happens in it. Default and 0: none. */
  readonly absoluteLifetimeSeconds?: number | undefined;
  /** Create on the first visit instead of the first write. Default false. */
  readonly autostart?: boolean | undefined;
  /** `auto` (default): unsafe methods and routes that set keys hold exclusively. `all`: every route. `off`: none. */
  readonly lock?: 'auto' | 'all' | 'off' | undefined;
  /** How long a request waits for a holder, ms, default 20,000. Then 503 T4_SESSION_BUSY. */
  readonly lockWaitMs?: number | undefined;
  /** How long one request may hold, ms, default 60,000: its lease is not renewed further. */
  readonly lockHoldMs?: number | undefined;
  /** Length of a lease in the store, ms, default 15,000. Renewed every third of it. */
  readonly leaseMs?: number | undefined;
  /** Waiters per session and process, default 1,000. One more is answered 503 at once. */
  readonly maxWaiters?: number | undefined;
  /** Deadline of one store call, ms, default 2,000. */
  readonly timeoutMs?: number | undefined;
  /** UTF-8 bytes of the stored text, default 1,048,576. */
  readonly maxBytes?: number | undefined;
  /** Debug mode: warns of large sessions, shadowed methods, values that JSON drops, long holds. Default false. */
  readonly isDebug?: boolean | undefined;
  /** Pause between sweeps, ms, default 60,000 with jitter. 0: no sweeper. */
  readonly sweepEveryMs?: number | undefined;
  /** Ms since the epoch, default Date.now. For tests. */
  readonly now?: (() => number) | undefined;
  /** `size` random bytes, default a pool over node:crypto. For tests. */
  readonly randomBytes?: ((size: number) => Buffer) | undefined;
  readonly log?: SessionLog | undefined;
}

/** What a store does where its settings say nothing. */
export const STORE_DEFAULTS = Object.freeze({
  host: 'localhost',
  prefix: 'tina4:session:',
  collection: 'sessions',
  topology: 'standalone',
  timeoutMs: 2000,
} as const satisfies Partial<StoreSettings>);

/** Which store to open and how to reach it: the settings as plain data, read from the environment by the caller. */
export interface StoreSettings {
  readonly backend: 'file' | 'memory' | 'redis' | 'valkey' | 'mongodb' | 'database';
  /** file: absolute folder. */
  readonly path?: string | undefined;
  /** redis, valkey, mongodb: wins over host, port and credentials. Lists of nodes as the client takes them. */
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** redis, valkey: database number. mongodb: database name. */
  readonly database?: string | undefined;
  /** redis, valkey: key prefix, default `tina4:session:`. */
  readonly prefix?: string | undefined;
  /** mongodb: collection, default `sessions`. */
  readonly collection?: string | undefined;
  /** database: `sqlite:///data/app.db` (relative to `projectDir`), `postgres://`, `mysql://`, `mssql://`, `firebird://`. */
  readonly databaseUrl?: string | undefined;
  /** database: overrides what the URL says. */
  readonly databaseUsername?: string | undefined;
  readonly databasePassword?: string | undefined;
  /** redis, valkey: `cluster` with a list of nodes in `url`, or `sentinel` with `sentinelName`. Default `standalone`. */
  readonly topology?: 'standalone' | 'cluster' | 'sentinel' | undefined;
  readonly sentinelName?: string | undefined;
  /** Connections that the store may open. Default: the client's own (database: 10). */
  readonly poolSize?: number | undefined;
  /** How long callers wait for a call, ms, default 2,000. Connecting is given as long, a silent server twice as long. */
  readonly timeoutMs?: number | undefined;
  /** Folder that relative paths start from and that drivers are looked for in. Default: the working directory. */
  readonly projectDir?: string | undefined;
  /** Ms since the epoch, default Date.now. For tests. */
  readonly now?: (() => number) | undefined;
}
