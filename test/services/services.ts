import { findFirebirdProgram, startFirebird } from './firebird.js';
import { findMongodbProgram, startMongodb } from './mongodb.js';
import { startMssql } from './mssql.js';
import { findMariadbProgram, startMysql } from './mysql.js';
import { findPostgresProgram, startPostgres } from './postgres.js';
import { findRedisProgram, findValkeyProgram, startRedis, startValkey } from './redis.js';
import { startRedisCluster } from './redis-cluster.js';
import { startRedisSentinel } from './redis-sentinel.js';

/** A server as the suites use it when they do not hurt it. */
export interface Service {
  readonly url: string;
  /** Which program answers, where that matters for a claim: `mongod` or `SecantusDB`. */
  readonly kind?: string | undefined;
  stop(): Promise<void>;
}

/** One kind of server that suites can ask for. */
export interface ServiceEntry {
  readonly name: ServiceName;
  /** A URL here is used instead of a server of our own; nothing but what the tests make there is touched. */
  readonly givenBy: string;
  /** Where `npm test` puts the URL of the server that it started for the whole run. */
  readonly sharedBy: string;
  /** Whether `start` has what it needs, as far as can be told without asking anyone. */
  isInstalled(): boolean;
  /** Rejects with ServiceMissingError where the server cannot be had. */
  start(): Promise<Service>;
}

export type ServiceName =
  | 'redis'
  | 'valkey'
  | 'cluster'
  | 'sentinel'
  | 'postgres'
  | 'mysql'
  | 'firebird'
  | 'mongodb'
  | 'mssql';

function entry(
  name: ServiceName,
  variable: string,
  isInstalled: () => boolean,
  start: () => Promise<Service>,
): ServiceEntry {
  return { name, givenBy: `TEST_${variable}_URL`, sharedBy: `T4_${variable}_URL`, isInstalled, start };
}

const hasRedis = (): boolean => findRedisProgram() !== undefined;

/** Every server that the tests know how to start. SQLite needs none. */
export const services: readonly ServiceEntry[] = [
  entry('redis', 'REDIS', hasRedis, () => startRedis()),
  entry(
    'valkey',
    'VALKEY',
    () => findValkeyProgram() !== undefined,
    () => startValkey(),
  ),
  entry('cluster', 'REDIS_CLUSTER', hasRedis, () => startRedisCluster()),
  entry('sentinel', 'REDIS_SENTINEL', hasRedis, () => startRedisSentinel()),
  entry(
    'postgres',
    'POSTGRES',
    () => findPostgresProgram('initdb') !== undefined,
    () => startPostgres(),
  ),
  entry(
    'mysql',
    'MYSQL',
    () => findMariadbProgram() !== undefined,
    () => startMysql(),
  ),
  entry(
    'firebird',
    'FIREBIRD',
    () => findFirebirdProgram() !== undefined,
    () => startFirebird(),
  ),
  entry(
    'mongodb',
    'MONGODB',
    () => findMongodbProgram() !== undefined,
    () => startMongodb(),
  ),
  // Whether a Docker engine answers takes a while to find out: `npm test` does, a single file run by hand does not.
  entry(
    'mssql',
    'MSSQL',
    () => false,
    () => startMssql(),
  ),
];

/** The entry of that name. */
export function serviceNamed(name: ServiceName): ServiceEntry {
  const found = services.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no service "${name}".`);
  return found;
}
