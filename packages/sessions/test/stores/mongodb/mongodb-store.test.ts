import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeService, type ServiceUnderTest } from '../../../../../test/services/describe-service.js';
import { connectMongodb, type MongodbConnection } from '../../../src/stores/mongodb/mongodb-connection.js';
import { MongodbStore, openMongodbStore } from '../../../src/stores/mongodb/mongodb-store.js';
import { runStoreProcesses } from '../store-processes.js';

const HOUR = 3_600_000;
const newKey = () => createHash('sha256').update(randomBytes(16)).digest('hex');
const newLease = (durationMs = 5000, label = 'POST /cart') => ({
  owner: randomBytes(16).toString('base64url').slice(0, 22),
  label,
  durationMs,
});
const later = () => Date.now() + 24 * HOUR;

describeService('mongodb', (service) => {
  describe('sessions in documents', () => suite(service));
});

function suite(service: ServiceUnderTest): void {
  let connection: MongodbConnection;
  let store: MongodbStore;
  const commands: string[] = [];
  const settings = () =>
    ({ backend: 'mongodb', url: service.url, database: service.namespace, timeoutMs: 5000 }) as const;
  const storeAt = (clockOffsetMs: number) => new MongodbStore(connection, 5000, () => Date.now() + clockOffsetMs);
  const counted = async (work: () => Promise<unknown>) => {
    commands.length = 0;
    await work();
    return commands.length;
  };

  beforeAll(async () => {
    connection = await connectMongodb(settings(), { monitorCommands: true });
    connection.client.on('commandStarted', ({ commandName }) => commands.push(commandName));
    store = storeAt(0);
  });

  afterAll(async () => {
    await connection.client.db(service.namespace).dropDatabase();
    await store.close();
    await store.close();
  });

  test('processes with clocks an hour apart add 200 times and keep 200', async () => {
    const key = createHash('sha256').update('shared').digest('hex');
    await store.create(key, { text: '0', expiresAt: later() });

    await runStoreProcesses('mongodb', settings(), [
      { task: 'add', count: 100, clockOffsetMs: HOUR },
      { task: 'compareAndSet', count: 50, clockOffsetMs: -HOUR },
      { task: 'add', count: 50 },
    ]);

    expect((await store.read(key))?.text).toBe('200');
  }, 60_000);

  test('text comes back as it was, emoji, dollars, dots and 300 KB included', async () => {
    const key = newKey();
    const text = `{"$set":{"a.b":"é ✓ 😀"},"long":"${'ü'.repeat(150_000)}"}`;

    await store.create(key, { text, expiresAt: later() });

    expect((await store.read(key))?.text).toBe(text);
    expect(await store.lock(key, newLease())).toMatchObject({ outcome: 'held', session: { text } });
  });

  test('a lease is measured by the clock of the server, not of a process', async () => {
    const key = newKey();
    await store.create(key, { text: 'x', expiresAt: later() });

    const ahead = await storeAt(HOUR).lock(key, newLease(60_000, 'POST /ahead'));
    const behind = await storeAt(-HOUR).lock(key, newLease(60_000));

    expect(ahead.outcome).toBe('held');
    expect(behind).toMatchObject({ outcome: 'busy', holder: 'POST /ahead' });
    expect((behind as { remainingMs: number }).remainingMs).toBeGreaterThan(50_000);
    expect((behind as { remainingMs: number }).remainingMs).toBeLessThanOrEqual(60_000);
  });

  test('a lease that claims to end in an hour lasts its own length and no longer', async () => {
    const key = newKey();
    await store.create(key, { text: 'x', expiresAt: later() });
    await store.lock(key, newLease(300));
    await connection.sessions.updateOne({ _id: key }, { $inc: { leaseUntil: HOUR } });

    const first = await store.lock(key, newLease());

    expect(first).toMatchObject({ outcome: 'busy' });
    expect((first as { remainingMs: number }).remainingMs).toBeLessThanOrEqual(300);
    await expect(becomesHeld(key, 3000)).resolves.toBe(true);
  });

  test('a lease ends by itself and its holder hears so', async () => {
    const key = newKey();
    await store.create(key, { text: 'x', expiresAt: later() });
    const lost = newLease(100);
    await store.lock(key, lost);

    await expect(becomesHeld(key, 3000)).resolves.toBe(true);
    expect(await store.renew(key, lost)).toBe(false);
  });

  test('of twenty takers at once one holds, of twenty writers one is stored', async () => {
    const key = newKey();
    const version = (await store.create(key, { text: 'x', expiresAt: later() })) ?? '';

    const writers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.update(key, { text: `${index}`, expiresAt: later() }, version)),
    );
    const takers = await Promise.all(Array.from({ length: 20 }, () => store.lock(key, newLease())));

    expect(writers.filter(({ outcome }) => outcome === 'updated')).toHaveLength(1);
    expect(writers.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(19);
    expect(takers.filter(({ outcome }) => outcome === 'held')).toHaveLength(1);
  }, 60_000);

  test('a stranger is refused while a lease stands and the holder commits and lets go in one step', async () => {
    const key = newKey();
    const version = (await store.create(key, { text: 'x', expiresAt: later() })) ?? '';
    const lease = newLease(5000, 'POST /holder');
    await store.lock(key, lease);

    const stranger = await store.update(key, { text: 'stranger', expiresAt: later() }, version);
    const kept = await store.update(key, { text: 'saved', expiresAt: later() }, version, { ...lease, keepLease: true });
    const keptVersion = kept.outcome === 'updated' ? kept.version : '';
    const stillBusy = await store.lock(key, newLease());
    const done = await store.update(key, { text: 'done', expiresAt: later() }, keptVersion, lease);
    const next = await store.lock(key, newLease());

    expect(stranger).toMatchObject({ outcome: 'busy', holder: 'POST /holder' });
    expect(stillBusy.outcome).toBe('busy');
    expect(done.outcome).toBe('updated');
    expect(next).toMatchObject({ outcome: 'held', session: { text: 'done' } });
  });

  test('an entry that expired is absent for every verb, and its key can be made again', async () => {
    const key = newKey();
    const expiresAt = Date.now() + HOUR;
    const version = (await store.create(key, { text: 'old', expiresAt })) ?? '';
    const after = storeAt(2 * HOUR);

    expect(await after.read(key)).toBeUndefined();
    expect(await after.lock(key, newLease())).toEqual({ outcome: 'absent' });
    expect(await after.update(key, { text: 'new', expiresAt: later() }, version)).toEqual({ outcome: 'gone' });
    expect(await after.touch(key, expiresAt, later())).toBe(false);
    expect(await after.create(key, { text: 'second', expiresAt: later() })).not.toBe(version);
    expect(await after.create(key, { text: 'third', expiresAt: later() })).toBeUndefined();
    expect((await after.read(key))?.text).toBe('second');
  });

  test('a touch moves the expiry it saw and nothing else', async () => {
    const key = newKey();
    const from = later();
    const version = await store.create(key, { text: 'x', expiresAt: from });

    expect(await store.touch(key, from, from + 1000)).toBe(true);
    expect(await store.touch(key, from, from + 2000)).toBe(false);
    expect(await store.read(key)).toEqual({ text: 'x', version, expiresAt: from + 1000 });
  });

  test('the server may remove a document only days after its expiry', async () => {
    const key = newKey();
    const expiresAt = later();
    await store.create(key, { text: 'x', expiresAt });
    await store.touch(key, expiresAt, expiresAt + HOUR);

    const found = await connection.sessions.findOne({ _id: key });

    expect(found?.removeAt.getTime()).toBe(expiresAt + HOUR + 48 * HOUR);
  });

  test('a write costs one command to load and one to commit, two each at most', async () => {
    const key = newKey();
    const version = (await store.create(key, { text: 'x', expiresAt: later() })) ?? '';
    const lease = newLease();
    const commit = async () => store.update(key, { text: 'y', expiresAt: later() }, version, { owner: lease.owner });
    await store.lock(key, newLease(1)); // The server's clock is known from here on.
    await becomesUnlocked(key);

    expect(await counted(async () => store.read(key))).toBe(1);
    expect(await counted(async () => store.lock(key, lease))).toBe(1);
    expect(await counted(async () => store.lock(key, newLease()))).toBe(2);
    expect(await counted(commit)).toBe(1);
    expect(await counted(commit)).toBe(2);
    expect(await counted(async () => store.create(newKey(), { text: 'x', expiresAt: later() }))).toBe(1);
  });

  test('the sweep removes what expired, in bounded steps by key, and counts it', async () => {
    const cutoff = Date.now() - 10 * HOUR;
    for (let index = 0; index < 7; index += 1) await store.create(newKey(), { text: 'x', expiresAt: cutoff - 1000 });
    const alive = newKey();
    await store.create(alive, { text: 'x', expiresAt: cutoff });

    expect(await store.sweep(cutoff, 3)).toEqual({ removed: 3, hasMore: true });
    expect(await store.sweep(cutoff, 100)).toEqual({ removed: 4, hasMore: false });
    expect(await connection.sessions.countDocuments({ _id: alive })).toBe(1);
  });

  test('the pages of all entries hold each one once, with its size', async () => {
    const keys = Array.from({ length: 5 }, newKey);
    for (const key of keys) await store.create(key, { text: 'äx', expiresAt: later() });

    const seen: { key: string; bytes: number }[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.entries(cursor, 2);
      seen.push(...page.entries);
      cursor = page.cursor;
    } while (cursor !== undefined);

    expect(new Set(seen.map(({ key }) => key)).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(keys.map((key) => expect.objectContaining({ key, bytes: 3 }))));
  });

  test('what was removed stays removed', async () => {
    const key = newKey();
    const version = (await store.create(key, { text: 'x', expiresAt: later() })) ?? '';
    const lease = newLease();
    await store.lock(key, lease);

    await store.remove(key);
    await store.remove(key);

    expect(await store.update(key, { text: 'y', expiresAt: later() }, version, lease)).toEqual({ outcome: 'gone' });
    expect(await store.renew(key, lease)).toBe(false);
  });

  async function becomesHeld(key: string, withinMs: number, owner = newLease().owner): Promise<boolean> {
    const end = Date.now() + withinMs;
    while (Date.now() < end) {
      if ((await store.lock(key, { ...newLease(), owner })).outcome === 'held') return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  async function becomesUnlocked(key: string): Promise<void> {
    const { owner } = newLease();
    await expect(becomesHeld(key, 3000, owner)).resolves.toBe(true);
    await store.unlock(key, owner);
  }
}

test('a server that is away is unavailable within the deadline, and its password stays secret', async () => {
  const store = await openMongodbStore({
    backend: 'mongodb',
    url: 'mongodb://anna:hunter2@127.0.0.1:1/x',
    timeoutMs: 300,
  });

  const error: unknown = await Promise.resolve(store.read(newKey())).then(undefined, (reason: unknown) => reason);

  expect(error).toMatchObject({ code: 'T4_STORE_UNAVAILABLE', status: 503 });
  expect(String((error as Error).message) + String((error as Error).cause)).not.toMatch(/hunter2|anna/);
  await store.close();
});

test('a URL that cannot be read is refused without its password', async () => {
  const opened = openMongodbStore({ backend: 'mongodb', url: 'mongodb://anna:hunt er2@@127.0.0.1:x/' });

  await expect(opened).rejects.toMatchObject({ code: 'T4_SESSION_URL' });
  await expect(opened).rejects.not.toThrow(/hunt/);
});

test.each([
  [{}, 'tina4_sessions', 'localhost:27017'],
  [{ host: 'db', port: 1, username: 'a', password: 'p@/' }, 'tina4_sessions', 'db:1'],
  [{ url: 'mongodb://one,two:2/?replicaSet=rs' }, 'tina4_sessions', 'one:27017,two:2'],
  [{ url: 'mongodb://one/shop' }, 'shop', 'one:27017'],
  [{ url: 'mongodb://one/shop', database: 'other' }, 'other', 'one:27017'],
])('%j is the database %s on %s', async (settings, database, hosts) => {
  const { client, sessions } = await connectMongodb({ backend: 'mongodb', ...settings });

  expect(sessions.dbName).toBe(database);
  expect(client.options.hosts.map(String).join()).toBe(hosts);
  if ('password' in settings) expect(client.options.credentials?.password).toBe('p@/');
  await client.close();
});
