import { findProgram, valkeyFolder } from './find-program.js';
import { findFreePort } from './free-port.js';
import { PrivateProcess } from './private-process.js';
import { type PrivateServer, runPrivateServer } from './private-server.js';
import { redisCommand } from './redis-command.js';
import { ServiceMissingError } from './service-missing.js';
import { createTempFolder } from './temp-folder.js';

/** How a Redis or Valkey server is started. */
export interface RedisOptions {
  /** Keep data over `kill` and `restart`: append-only file, written through before each reply. Default false. */
  readonly isDurable?: boolean;
  /** Further arguments of the server, such as `['--maxmemory', '8mb']`. */
  readonly args?: readonly string[];
  /** Password of the default user. It becomes part of `url`. */
  readonly password?: string;
}

/** Starts redis-server. Rejects with ServiceMissingError where there is none. */
export function startRedis(options: RedisOptions = {}): Promise<PrivateServer> {
  return startRedisLike(findRedisProgram(), 'redis', options);
}

/** Starts valkey-server, from the PATH or unpacked by the installer. Rejects with ServiceMissingError where there is none. */
export function startValkey(options: RedisOptions = {}): Promise<PrivateServer> {
  return startRedisLike(findValkeyProgram(), 'valkey', options);
}

/** Full path of redis-server, or undefined. */
export const findRedisProgram = (): string | undefined => findProgram('redis-server');

/** Full path of valkey-server, or undefined. */
export const findValkeyProgram = (): string | undefined => findProgram('valkey-server', [`${valkeyFolder()}/usr/bin`]);

/** Starts `program` as one node. Cluster and Sentinel are made of such nodes. */
export async function startRedisLike(
  program: string | undefined,
  name: string,
  options: RedisOptions,
): Promise<PrivateServer> {
  if (program === undefined) throw new ServiceMissingError(`${name}-server is not installed`);
  const port = await findFreePort();
  const folder = await createTempFolder(name);
  const credentials = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
  const args = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--daemonize', 'no', '--dir', folder],
    ...['--save', '', '--shutdown-timeout', '0'],
    ...['--appendonly', options.isDurable ? 'yes' : 'no', '--appendfsync', 'always'],
    ...(options.password === undefined ? [] : ['--requirepass', options.password]),
    ...(options.args ?? []),
  ];
  return runPrivateServer({
    url: `redis://${credentials}127.0.0.1:${port}`,
    port,
    folder,
    stopSignal: 'SIGTERM',
    launch: () => PrivateProcess.start(program, args, { folder, log: name }),
    // A server that wants a password answers NOAUTH and is ready; one that still reads its file answers LOADING and is not.
    isReady: async () => /^(\+PONG|-NOAUTH)/.test(await redisCommand(port, 'PING')),
  });
}
