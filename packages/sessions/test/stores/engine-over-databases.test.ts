import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { describeService } from '../../../../test/services/describe-service.js';
import type { StoreSettings } from '../../src/session-options.js';
import { openSqlStore } from '../../src/stores/sql-store.js';
import { closeApps, openApp } from '../support/apps.js';
import { Browser, type Routes, type TestApp } from '../support/test-app.js';
import { makeFirebirdDatabase, makeTestDatabase } from './sql-test-database.js';

afterEach(closeApps);

const shop: Routes = {
  'GET /': ({ session }) => {
    session.visits = (session.visits ?? 0) + 1;
  },
  'POST /cart/add': async ({ session, query }) => {
    const cart = session.cart ?? [];
    await new Promise((resolve) => setImmediate(resolve));
    cart.push(query.get('item'));
    session.cart = cart;
  },
  'POST /login': ({ session }) => {
    session.regenerate();
    session.user = 'anna';
  },
  'POST /logout': ({ session }) => {
    session.destroy();
  },
  'GET /all': ({ session }) => ({ ...session }),
};

/** Two apps with a store of their own each on one database, as two processes have them. */
async function twoApps(settings: StoreSettings): Promise<[TestApp, TestApp]> {
  const open = async () =>
    openApp(shop, { store: await openSqlStore({ ...settings, timeoutMs: 10_000 }), timeoutMs: 15_000 });
  return [await open(), await open()];
}

async function expectAddsKept(settings: StoreSettings): Promise<void> {
  const apps = await twoApps(settings);
  const browser = new Browser(apps[0]);
  await browser.get('/');
  const { cookie } = browser;

  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      (apps[index % 2] as TestApp).send('POST', `/cart/add?item=${index}`, { cookie }),
    ),
  );

  // The text of an answer that failed names its error.
  expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
  const { json } = await apps[1].send('GET', '/all', { cookie });
  const items = (json as { cart: string[] }).cart.map(Number).sort((a, b) => a - b);
  expect(items).toEqual(Array.from({ length: 200 }, (_, index) => index));
}

async function expectLoginAndLogout(settings: StoreSettings): Promise<void> {
  const [one, other] = await twoApps(settings);
  const browser = new Browser(one);
  await browser.get('/');
  const before = browser.cookie;

  await browser.post('/login');
  const after = browser.cookie;
  const asUser = await other.send('GET', '/all', { cookie: after });
  const withOldId = await other.send('GET', '/all', { cookie: before });
  await browser.post('/logout');
  const gone = await other.send('GET', '/all', { cookie: after });

  expect(asUser.json).toEqual({ visits: 1, user: 'anna' });
  expect(withOldId.json).toEqual({});
  expect(gone.json).toEqual({});
}

function cases(open: () => Promise<{ settings: StoreSettings; stop(): Promise<void> }>): void {
  const withDatabase = (work: (settings: StoreSettings) => Promise<void>) => async () => {
    const { settings, stop } = await open();
    try {
      await work(settings);
    } finally {
      await closeApps();
      await stop();
    }
  };
  test('200 parallel cart adds through two apps keep 200 items', withDatabase(expectAddsKept), 60_000);
  test('a login changes the id and a logout ends it, on the other app too', withDatabase(expectLoginAndLogout), 60_000);
}

describe('the engine over SQLite', () =>
  cases(async () => {
    const projectDir = await mkdtemp(join(tmpdir(), 'tina4-sqlite-'));
    const settings = { backend: 'database', databaseUrl: 'sqlite:///app.db', projectDir } as const;
    return { settings, stop: () => rm(projectDir, { recursive: true }) };
  }));

for (const name of ['postgres', 'mysql', 'mssql'] as const) {
  describeService(name, (service) => describe('the engine over it', () => cases(() => makeTestDatabase(service.url))));
}

describeService('firebird', (service) =>
  describe('the engine over it', () => cases(() => makeFirebirdDatabase(service.url))),
);
