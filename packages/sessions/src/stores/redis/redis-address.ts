import { SessionError } from '../../errors.js';
import { STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';

/** Where Redis or Valkey is and how to log in, checked. */
export interface RedisAddress {
  readonly topology: 'standalone' | 'cluster' | 'sentinel';
  /** The server; nodes of the cluster to ask first; or the sentinels. At least one. */
  readonly nodes: readonly RedisNode[];
  /** Group of the sentinels that holds the sessions. */
  readonly sentinelName: string;
  readonly isTls: boolean;
  readonly database: number;
  /** For the servers that hold the data. */
  readonly login: RedisLogin;
  /** For the sentinels. */
  readonly sentinelLogin: RedisLogin;
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisLogin {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/**
 * Reads the settings of the redis and valkey stores. `url` is one URL or a comma-separated list, of which later nodes may
 * be `host:port` alone: `rediss://user:password@one:6379,two:6379/0`. A username or password of its own wins over the one in
 * the URL; with Sentinel, those in the URL are for the sentinels, and for the servers too unless given on their own.
 * Throws T4_SESSION_OPTION_INVALID. No message repeats the URL, since it may hold a password.
 */
export function readRedisAddress(settings: StoreSettings): RedisAddress {
  const topology = settings.topology ?? STORE_DEFAULTS.topology;
  const parts = settings.url === undefined ? [] : settings.url.split(',').map((part) => parsePart(part.trim()));
  const [first] = parts;
  const isSentinel = topology === 'sentinel';
  const defaultPort = isSentinel ? 26_379 : 6379;
  const nodes =
    first === undefined
      ? [{ host: settings.host ?? STORE_DEFAULTS.host, port: settings.port ?? defaultPort }]
      : parts.map((url) => ({ host: bareHost(url), port: url.port === '' ? defaultPort : Number(url.port) }));
  if (topology === 'standalone' && nodes.length > 1) {
    throw invalid(`the Redis URL lists ${nodes.length} nodes, which only topology cluster or sentinel can use.`);
  }

  const urlLogin = loginOf(parts);
  const login = {
    username: settings.username ?? urlLogin.username,
    password: settings.password ?? urlLogin.password,
  };
  return {
    topology,
    nodes,
    sentinelName: settings.sentinelName ?? 'mymaster',
    isTls: first !== undefined && /^(rediss|valkeys):$/.test(first.protocol),
    database: readDatabase(settings.database ?? lastPath(parts), topology),
    login,
    sentinelLogin: isSentinel ? urlLogin : { username: undefined, password: undefined },
  };
}

function parsePart(part: string): URL {
  const text = part.includes('://') ? part : `redis://${part}`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('the Redis URL cannot be read. Use redis://user:password@host:6379/0, or a comma-separated list.');
  }
  if (!/^(redis|valkey)s?:$/.test(url.protocol) || url.hostname === '') {
    const form = url.protocol === 'rediss:' ? 'rediss://host:6379' : 'redis://host:6379 or rediss://host:6379';
    throw invalid(`the Redis URL has the scheme "${url.protocol}" and the host "${url.hostname}". Use ${form}.`);
  }
  return url;
}

/** URL keeps the brackets of an IPv6 address; sockets want it without. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function loginOf(parts: readonly URL[]): RedisLogin {
  const holder = parts.find((url) => url.password !== '' || url.username !== '');
  return {
    username: holder === undefined || holder.username === '' ? undefined : decodeURIComponent(holder.username),
    password: holder === undefined || holder.password === '' ? undefined : decodeURIComponent(holder.password),
  };
}

function lastPath(parts: readonly URL[]): string | undefined {
  const path = parts.map((url) => url.pathname.slice(1)).find((text) => text !== '');
  return path === undefined ? undefined : decodeURIComponent(path);
}

function readDatabase(text: string | undefined, topology: RedisAddress['topology']): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,4}$/.test(text)) throw invalid(`the Redis database is "${text}". Use a number such as 0.`);
  if (topology === 'cluster' && Number(text) !== 0) {
    throw invalid(`the Redis database is "${text}", but a Redis Cluster has only database 0.`);
  }
  return Number(text);
}

function invalid(message: string): SessionError {
  return new SessionError('T4_SESSION_OPTION_INVALID', message);
}
