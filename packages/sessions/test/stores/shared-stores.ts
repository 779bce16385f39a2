import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { describeService, type ServiceUnderTest } from '../../../../test/services/describe-service.js';
import type { ServiceName } from '../../../../test/services/services.js';
import type { StoreSettings } from '../../src/session-options.js';
import { connectMongodb } from '../../src/stores/mongodb/mongodb-connection.js';
import { makeFirebirdDatabase, makeTestDatabase } from './sql/sql-test-database.js';

/** A fresh place for sessions on some backend, and what frees it. */
export interface TestPlace {
  readonly settings: StoreSettings;
  stop(): Promise<void>;
}

/** A backend that several processes can share. */
export interface SharedStore {
  readonly name: 'files' | 'sqlite' | Exclude<ServiceName, 'sentinel'>;
  /** Like `describeService`: skipped with the reason where the server is missing. `open` may be called when the suite runs. */
  describe(suite: (open: () => Promise<TestPlace>) => void): void;
}

/** Each of them, for suites that must pass everywhere. MSSQL runs only where a server of that kind is given. */
export const SHARED_STORES: readonly SharedStore[] = [
  local('files', (path) => ({ backend: 'file', path })),
  local('sqlite', (folder) => ({ backend: 'database', databaseUrl: `sqlite:///${folder}/app.db` })),
  onServer('redis', ({ url }) => onRedis({ backend: 'redis', url })),
  onServer('valkey', ({ url }) => onRedis({ backend: 'valkey', url })),
  onServer('cluster', ({ url }) => onRedis({ backend: 'redis', topology: 'cluster', url })),
  onServer('mongodb', ({ url }) => onMongodb(url)),
  onServer('postgres', ({ url }) => makeTestDatabase(url)),
  onServer('mysql', ({ url }) => makeTestDatabase(url)),
  onServer('mssql', ({ url }) => makeTestDatabase(url)),
  onServer('firebird', ({ url }) => makeFirebirdDatabase(url)),
];

function local(name: 'files' | 'sqlite', settingsOf: (folder: string) => StoreSettings): SharedStore {
  const open = async (): Promise<TestPlace> => {
    const folder = await mkdtemp(join(tmpdir(), `tina4-${name}-`));
    return { settings: settingsOf(folder), stop: () => rm(folder, { recursive: true, force: true }) };
  };
  return { name, describe: (suite) => describe(name, () => suite(open)) };
}

function onServer(
  name: Exclude<SharedStore['name'], 'files' | 'sqlite'>,
  open: (service: ServiceUnderTest) => Promise<TestPlace>,
): SharedStore {
  return {
    name,
    // A block of its own, so that what the suite cleans up is cleaned up before the server stops.
    describe: (suite) => describeService(name, (service) => describe('shared', () => suite(() => open(service)))),
  };
}

async function onRedis(server: StoreSettings): Promise<TestPlace> {
  const prefix = `t4test${randomBytes(6).toString('hex')}:`;
  return { settings: { ...server, prefix }, stop: () => removeKeys(server, prefix) };
}

async function removeKeys({ url = '', topology }: StoreSettings, prefix: string): Promise<void> {
  const client = topology === 'cluster' ? new Cluster(url.split(',')) : new Redis(url, { maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
  try {
    // Asked once, so that a cluster knows its nodes.
    await client.get(prefix);
    const nodes = client instanceof Cluster ? client.nodes('master') : [client];
    for (const node of nodes) {
      for await (const keys of node.scanStream({ match: `${prefix}*`, count: 1000 })) {
        await Promise.all((keys as string[]).map((key) => client.del(key)));
      }
    }
  } finally {
    client.disconnect();
  }
}

async function onMongodb(url: string): Promise<TestPlace> {
  const settings = { backend: 'mongodb', url, database: `t4test${randomBytes(6).toString('hex')}` } as const;
  const stop = async (): Promise<void> => {
    const { client } = await connectMongodb(settings);
    try {
      await client.db(settings.database).dropDatabase();
    } finally {
      await client.close();
    }
  };
  return { settings, stop };
}
