import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from './free-port.js';
import { PrivateProcess } from './private-process.js';
import { type PrivateServer, runPrivateServer } from './private-server.js';
import { findRedisProgram, startRedisLike } from './redis.js';
import { redisCommand } from './redis-command.js';
import { ServiceMissingError } from './service-missing.js';
import { createTempFolder } from './temp-folder.js';
import { waitFor } from './wait-for.js';

/** A master, one replica, and three sentinels that elect the replica within about 4 s of the master's death. */
export interface RedisSentinelServer {
  /** Comma-separated list of the sentinels. */
  readonly url: string;
  /** Name of the group, for the client. */
  readonly masterName: string;
  readonly master: PrivateServer;
  readonly replica: PrivateServer;
  stop(): Promise<void>;
}

const MASTER_NAME = 'mymaster';

/** Starts the group. Rejects with ServiceMissingError where there is no redis-server. */
export async function startRedisSentinel(): Promise<RedisSentinelServer> {
  const program = findRedisProgram();
  if (program === undefined) throw new ServiceMissingError('redis-server is not installed');
  const servers: PrivateServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    // Without these two the first synchronisation waits five seconds for more replicas to come.
    const quick = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
    const master = await startRedisLike(program, 'redis-master', { args: quick });
    servers.push(master);
    const replicaArgs = [...quick, '--replicaof', '127.0.0.1', String(master.port)];
    const replica = await startRedisLike(program, 'redis-replica', { args: replicaArgs });
    servers.push(replica);
    await waitFor('the replica to follow its master', async () =>
      (await redisCommand(replica.port, 'INFO', 'replication')).includes('master_link_status:up'),
    );
    const sentinels: PrivateServer[] = [];
    for (let count = 0; count < 3; count++) {
      const sentinel = await startSentinel(program, master.port);
      sentinels.push(sentinel);
      servers.push(sentinel);
    }
    for (const sentinel of sentinels) {
      await waitFor('the sentinels to know each other and the replica', async () => {
        const quorum = await redisCommand(sentinel.port, 'SENTINEL', 'CKQUORUM', MASTER_NAME);
        const info = await redisCommand(sentinel.port, 'INFO', 'sentinel');
        return quorum.startsWith('+OK 3') && info.includes('slaves=1');
      });
    }
    return { url: sentinels.map((one) => one.url).join(','), masterName: MASTER_NAME, master, replica, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startSentinel(program: string, masterPort: number): Promise<PrivateServer> {
  const port = await findFreePort();
  const folder = await createTempFolder('redis-sentinel');
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds ${MASTER_NAME} 1000`,
    `sentinel failover-timeout ${MASTER_NAME} 3000`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return runPrivateServer({
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    stopSignal: 'SIGTERM',
    launch: () => PrivateProcess.start(program, [file, '--sentinel'], { folder, log: 'sentinel' }),
    isReady: async () => (await redisCommand(port, 'PING')).startsWith('+PONG'),
  });
}
