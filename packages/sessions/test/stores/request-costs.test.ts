import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { describeService } from '../../../../test/services/describe-service.js';
import { startRedis, startValkey } from '../../../../test/services/redis.js';
import type { SessionStore } from '../../src/session-store.js';
import { connectMongodb } from '../../src/stores/mongodb/mongodb-connection.js';
import { MongodbStore } from '../../src/stores/mongodb/mongodb-store.js';
import { openDatabase } from '../../src/stores/sql/sql-connection.js';
import { SQL_DIALECTS } from '../../src/stores/sql/sql-dialect.js';
import { SqlStore } from '../../src/stores/sql/sql-store.js';
import { parseDatabaseUrl } from '../../src/stores/sql/sql-url.js';
import { closeApps, openApp } from '../support/apps.js';
import { Browser, type Routes } from '../support/test-app.js';
import { commandCounts, RedisClients } from './redis/redis-clients.js';
import { SHARED_STORES, type TestPlace } from './shared-stores.js';

const TIMEOUT_MS = 10_000;

/** A store, and how many commands or statements its server was sent so far. */
interface MeteredStore {
  readonly store: SessionStore;
  count(): Promise<number>;
  stop(): Promise<void>;
}

const clients = new RedisClients();
afterEach(async () => {
  await closeApps();
  await clients.close();
});

const routes: Routes = {
  'POST /start': ({ session }) => {
    session.visits = 1;
  },
  'GET /untouched': () => ({}),
  'GET /read': ({ session }) => ({ visits: session.visits }),
  'POST /change': ({ session }) => {
    session.visits += 1;
  },
  'POST /flash': ({ session }) => {
    session.flash('note', 'saved');
  },
  'GET /flash': ({ session }) => ({ note: session.flash('note') }),
  'POST /login': ({ session }) => {
    session.regenerate();
    session.user = 'ada';
  },
};

/** What each kind of request costs, by the columns of the table in docs/session-stores.md. */
async function measure({ store, count }: MeteredStore): Promise<Record<string, number>> {
  const app = await openApp(routes, { store, timeoutMs: TIMEOUT_MS });
  const browser = new Browser(app);
  const costOf = async (method: string, path: string, cookie?: string): Promise<number> => {
    const before = await count();
    expect((await app.send(method, path, { cookie })).status).toBe(200);
    return (await count()) - before;
  };
  // The first requests make the table, load the script, and teach the engine which routes set nothing.
  await browser.post('/start');
  for (const path of ['/untouched', '/read', '/flash']) await browser.get(path);
  await browser.post('/flash');

  return {
    'no cookie': await costOf('GET', '/read'),
    untouched: await costOf('GET', '/untouched', browser.cookie),
    read: await costOf('GET', '/read', browser.cookie),
    changed: await costOf('POST', '/change', browser.cookie),
    'flash taken': await costOf('GET', '/flash', browser.cookie),
    login: await costOf('POST', '/login', browser.cookie),
  };
}

/** The row of the table in docs/session-stores.md that names `storeName`. */
async function documentedCosts(storeName: string): Promise<Record<string, number>> {
  const text = await readFile(join(__dirname, '../../../../docs/session-stores.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  const cells = (row = '') =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const heading = rows.findIndex((row) => row.includes('no cookie'));
  const row = rows.slice(heading).find((line) => cells(line)[0]?.split(', ').includes(storeName));
  const names = cells(rows[heading]);
  return Object.fromEntries(cells(row).flatMap((cell, index) => (index === 0 ? [] : [[names[index], Number(cell)]])));
}

async function meterSql({ settings, stop }: TestPlace): Promise<MeteredStore> {
  const target = parseDatabaseUrl(settings);
  const database = await openDatabase(target, { ...settings, timeoutMs: TIMEOUT_MS });
  let statements = 0;
  database.on('query', () => {
    statements += 1;
  });
  const store = new SqlStore(database, SQL_DIALECTS[target.engine], TIMEOUT_MS, Date.now);
  return { store, count: async () => statements, stop };
}

async function meterMongodb({ settings, stop }: TestPlace): Promise<MeteredStore> {
  const connection = await connectMongodb({ ...settings, timeoutMs: TIMEOUT_MS }, { monitorCommands: true });
  let commands = 0;
  connection.client.on('commandStarted', ({ commandName }) => {
    // Asked every ten seconds for the server's clock, whatever the requests are.
    if (commandName !== 'hello') commands += 1;
  });
  return { store: new MongodbStore(connection, TIMEOUT_MS, Date.now), count: async () => commands, stop };
}

/** Only what the client sends: a script's own calls travel nowhere. */
async function meterRedis(start: typeof startRedis): Promise<MeteredStore> {
  const server = await start();
  const raw = clients.raw(server.url);
  const count = async (): Promise<number> => {
    const { evalsha = 0, eval: scripts = 0, mget = 0, multi = 0 } = await commandCounts(raw);
    return evalsha + scripts + mget + multi;
  };
  const stop = async (): Promise<void> => {
    await clients.close();
    await server.stop();
  };
  return { store: await clients.store({ url: server.url }), count, stop };
}

function costsAre(storeName: string, open: () => Promise<MeteredStore>): void {
  test('a request costs what the table in the documentation says', async () => {
    const metered = await open();
    try {
      expect(await measure(metered)).toEqual(await documentedCosts(storeName));
    } finally {
      await closeApps();
      await metered.stop();
    }
  }, 60_000);
}

for (const { name, describe } of SHARED_STORES) {
  if (['sqlite', 'postgres', 'mysql', 'mssql', 'firebird'].includes(name)) {
    describe((open) => costsAre(name, async () => meterSql(await open())));
  }
  if (name === 'mongodb') describe((open) => costsAre(name, async () => meterMongodb(await open())));
}

// Servers of their own: theirs are the counters.
describeService('redis', () => costsAre('redis', () => meterRedis(startRedis)));
describeService('valkey', () => costsAre('valkey', () => meterRedis(startValkey)));
