import { clockWarnings } from '../../clock-warning.js';
import { STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';
import { readRedisAddress } from './redis-address.js';
import { openRedisConnection, type RedisFacts } from './redis-connection.js';

/**
 * What may lose sessions on the Redis or Valkey server that `settings` name, one sentence each; on a cluster, of its worst
 * node. Among them: a clock that differs from ours. Rejects with T4_STORE_UNAVAILABLE where the server does not answer.
 */
export async function redisWarnings(settings: StoreSettings): Promise<readonly string[]> {
  const storeName = settings.backend === 'valkey' ? 'valkey' : 'redis';
  const connection = await openRedisConnection(readRedisAddress(settings), {
    storeName,
    timeoutMs: settings.timeoutMs ?? STORE_DEFAULTS.timeoutMs,
    projectDir: settings.projectDir ?? process.cwd(),
  });
  const now = settings.now ?? Date.now;
  try {
    const askedAt = now();
    const facts = await connection.facts();
    const answeredAt = now();
    const warnings = facts.flatMap(warningsOf).map((warning) => `The ${storeName} server ${warning}`);
    const clocks = facts.flatMap((fact) => {
      const theirs = Math.floor(Number(fieldOf(fact, 'server_time_usec')) / 1000);
      return theirs > 0 ? clockWarnings(storeName, { theirs, askedAt, answeredAt }) : [];
    });
    return [...new Set([...warnings, ...clocks.slice(0, 1)])];
  } finally {
    connection.close();
  }
}

/** The value of a line of INFO, empty where there is none. */
function fieldOf({ info }: RedisFacts, name: string): string {
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
}

function warningsOf(facts: RedisFacts): string[] {
  const field = (name: string): string => fieldOf(facts, name);
  const { saves } = facts;
  const warnings: string[] = [];
  // A replica that can take over keeps what a server that starts anew has forgotten.
  const hasReplica = Number(field('connected_slaves')) > 0;
  if (field('aof_enabled') !== '1' && saves === '' && !hasReplica) {
    warnings.push(
      'writes nothing to disk and has no replica: a restart ends all sessions. Set appendonly yes, or add a replica.',
    );
  }
  if (saves === undefined && field('aof_enabled') !== '1' && !hasReplica) {
    warnings.push(
      'does not tell whether it saves to disk, and has no replica. Make sure that it does, or a restart ends all sessions.',
    );
  }
  const policy = field('maxmemory_policy');
  if (policy !== '' && policy !== 'noeviction') {
    warnings.push(
      `removes keys when its memory is full (maxmemory-policy ${policy}), living sessions among them. Set maxmemory-policy noeviction.`,
    );
  }
  return warnings;
}
