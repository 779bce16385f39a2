import { findFreePort } from './free-port.js';
import type { PrivateServer } from './private-server.js';
import { findRedisProgram, type RedisOptions, startRedisLike } from './redis.js';
import { redisCommand } from './redis-command.js';
import { waitFor } from './wait-for.js';

/** Three masters without replicas. */
export interface RedisClusterServer {
  /** Comma-separated list of the nodes. */
  readonly url: string;
  readonly nodes: readonly PrivateServer[];
  stop(): Promise<void>;
}

/** Where each node's slots start, and the end of the last one's. */
const CUTS = [0, 5461, 10_923, 16_384] as const;

/**
 * Starts three Redis nodes and deals the slots by hand, which takes a fifth of the time of `redis-cli --cluster create`.
 * Rejects with ServiceMissingError where there is no redis-server.
 */
export async function startRedisCluster(options: RedisOptions = {}): Promise<RedisClusterServer> {
  const nodes: PrivateServer[] = [];
  const busPorts: number[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (const _ of CUTS.slice(1)) {
      const busPort = await findFreePort();
      busPorts.push(busPort);
      const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '2000'];
      const args = [...cluster, ...(options.args ?? [])];
      nodes.push(await startRedisLike(findRedisProgram(), 'redis-cluster', { ...options, args }));
    }
    await join(nodes, busPorts);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: nodes.map((node) => node.url).join(','), nodes, stop };
}

async function join(nodes: readonly PrivateServer[], busPorts: readonly number[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    await redisCommand(node.port, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await redisCommand(node.port, 'CLUSTER', 'ADDSLOTSRANGE', CUTS[index] ?? 0, (CUTS[index + 1] ?? 0) - 1);
  }
  const [first, ...others] = nodes;
  for (const [index, other] of others.entries()) {
    await redisCommand(first?.port ?? 0, 'CLUSTER', 'MEET', '127.0.0.1', other.port, busPorts[index + 1] ?? 0);
  }
  for (const node of nodes) {
    await waitFor(`the cluster as node ${node.port} sees it`, async () => {
      const info = await redisCommand(node.port, 'CLUSTER', 'INFO');
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
    });
  }
}
