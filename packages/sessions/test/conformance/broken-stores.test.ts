import { afterAll, expect, test } from '@jest/globals';
import { runStoreCase, storeCases } from '../../src/conformance/store-conformance.js';
import type { SessionStore, SessionWrite, UpdateResult } from '../../src/session-store.js';
import { documentedStore } from './documented-store.js';

/** What the clients of one space share, and the clock of this one. */
interface Surroundings {
  readonly owners: Map<string, string>;
  readonly versions: Map<string, string>;
  clock: () => number;
}

/** What a broken store does differently, given the sound one. */
type Fault = (sound: SessionStore, around: Surroundings) => Partial<SessionStore>;

const MapStore = documentedStore();
const HOUR_MS = 3_600_000;
const timers: NodeJS.Timeout[] = [];

afterAll(() => {
  for (const timer of timers) clearTimeout(timer);
});

/** Each fault with the cases that must catch it. */
const FAULTS: readonly (readonly [mistake: string, caughtBy: readonly string[], fault: Fault])[] = [
  [
    'an update that ignores the version',
    ['T05', 'T32', 'T32a', 'T35', 'T37d', 'T61', 'T77'],
    (sound) => ({ update: (key, write, _version, options) => overwrite(sound, key, write, options) }),
  ],
  [
    'an update that compares and then writes, in two steps',
    ['T32', 'T35'],
    (sound) => ({
      async update(key, write, version, options) {
        if ((await sound.read(key))?.version !== version) return sound.update(key, write, version, options);
        return overwrite(sound, key, write, options);
      },
    }),
  ],
  [
    'an update that creates',
    ['T07', 'T09', 'T27'],
    (sound) => ({
      async update(key, write, version, options) {
        const result = await sound.update(key, write, version, options);
        if (result.outcome !== 'gone') return result;
        return { outcome: 'updated', version: String(await sound.create(key, write)) };
      },
    }),
  ],
  [
    'a touch that gives a new version',
    ['T23'],
    (sound) => ({
      async touch(key, from, to) {
        const current = await sound.read(key);
        if (current?.expiresAt !== from) return false;
        return (await sound.update(key, { text: current.text, expiresAt: to }, current.version)).outcome === 'updated';
      },
    }),
  ],
  [
    'a touch that does not look at the expiry it replaces',
    ['T23b', 'T40', 'T40b'],
    (sound) => ({
      async touch(key, _from, to) {
        for (;;) {
          const current = await sound.read(key);
          if (current === undefined || (await sound.touch(key, current.expiresAt, to))) return current !== undefined;
        }
      },
    }),
  ],
  [
    'a touch that never shortens',
    ['T24'],
    (sound) => ({ touch: (key, from, to) => sound.touch(key, from, Math.max(from, to)) }),
  ],
  [
    'an expired entry that is read until it is swept',
    ['T21', 'T22', 'T24', 'T27', 'T30'],
    (sound, around) => ({ read: (key) => atTime(around, 0, () => sound.read(key)) }),
  ],
  [
    'an entry that is still there in the millisecond of its expiry',
    ['T22', 'T24', 'T27', 'T27b'],
    (_sound, around) => {
      const { clock } = around;
      around.clock = () => clock() - 1;
      return {};
    },
  ],
  [
    'an expiry kept in seconds',
    ['T02', 'T22', 'T23'],
    (sound) => ({
      create: (key, write) => sound.create(key, inSeconds(write)),
      update: (key, write, version, options) => sound.update(key, inSeconds(write), version, options),
    }),
  ],
  [
    'a lock that two owners get',
    ['T35a', 'T35d', 'T35e', 'T37c', 'T79', 'T80'],
    (sound) => ({
      async lock(key, lease) {
        const result = await sound.lock(key, lease);
        const session = await sound.read(key);
        return result.outcome === 'busy' && session ? { outcome: 'held', session } : result;
      },
    }),
  ],
  ['a renewal by a stranger that is accepted', ['T78', 'T80', 'T77b'], () => ({ renew: () => true })],
  [
    'an unlock by a stranger that frees the lease',
    ['T78', 'T80'],
    (sound, { owners }) => ({ unlock: (key) => sound.unlock(key, owners.get(key) ?? '') }),
  ],
  [
    'a renewal that does not make the lease longer',
    ['T80b'],
    (sound) => ({
      renew: async (key, lease) => sound.renew(key, { ...lease, durationMs: 500 }),
    }),
  ],
  [
    'a lease that never ends',
    ['T77', 'T78', 'T79'],
    (sound) => ({ lock: (key, lease) => sound.lock(key, { ...lease, durationMs: HOUR_MS }) }),
  ],
  [
    'a commit that keeps the lease',
    ['T37b', 'T35e'],
    (sound) => ({
      update: (key, write, version, options) => sound.update(key, write, version, { ...options, keepLease: true }),
    }),
  ],
  [
    'a commit that never keeps the lease',
    ['T37c'],
    (sound) => ({
      update: (key, write, version, options) => sound.update(key, write, version, { ...options, keepLease: false }),
    }),
  ],
  [
    'an update that ignores the lease of another owner',
    ['T76', 'T77'],
    (sound, { owners }) => ({
      async update(key, write, version, options) {
        const result = await sound.update(key, write, version, options);
        if (result.outcome !== 'busy') return result;
        return sound.update(key, write, version, { owner: owners.get(key), keepLease: true });
      },
    }),
  ],
  [
    'a lock on an absent key that creates it',
    ['T35b', 'T27c'],
    (sound, { clock }) => ({
      async lock(key, lease) {
        const result = await sound.lock(key, lease);
        if (result.outcome !== 'absent') return result;
        await sound.create(key, { text: '{}', expiresAt: clock() + HOUR_MS });
        return sound.lock(key, lease);
      },
    }),
  ],
  [
    'a sweep that removes what is live',
    ['T28', 'T30'],
    (sound) => ({ sweep: (before, limit) => sound.sweep(before + 2 * HOUR_MS, limit) }),
  ],
  [
    'a sweep that does not keep to its limit',
    ['T28'],
    (sound) => ({ sweep: (before) => sound.sweep(before, 1_000_000) }),
  ],
  [
    'a sweep that says it is done too early',
    ['T28'],
    (sound) => ({ sweep: async (before, limit) => ({ ...(await sound.sweep(before, limit)), hasMore: false }) }),
  ],
  [
    'a read that removes what expired',
    ['T28b'],
    (sound) => ({
      async read(key) {
        const session = await sound.read(key);
        if (session === undefined) await sound.remove(key);
        return session;
      },
    }),
  ],
  [
    'a create that overwrites',
    ['T03', 'T41'],
    (sound) => ({
      async create(key, write) {
        for (;;) {
          await sound.remove(key);
          const version = await sound.create(key, write);
          if (version !== undefined) return version;
        }
      },
    }),
  ],
  [
    'versions that start again after a removal',
    ['T05'],
    (sound, { versions }) => ({
      async create(key, write) {
        const version = await sound.create(key, write);
        if (version !== undefined) versions.set(`${key} 1`, version);
        return version && '1';
      },
      async read(key) {
        const session = await sound.read(key);
        return session && { ...session, version: session.version === versions.get(`${key} 1`) ? '1' : session.version };
      },
      async lock(key, lease) {
        const result = await sound.lock(key, lease);
        if (result.outcome !== 'held' || result.session.version !== versions.get(`${key} 1`)) return result;
        return { ...result, session: { ...result.session, version: '1' } };
      },
      update: (key, write, version, options) =>
        sound.update(key, write, version === '1' ? String(versions.get(`${key} 1`)) : version, options),
    }),
  ],
  ['a text column of 65,535 bytes', ['T17'], (sound) => changeText(sound, (text) => text.slice(0, 65_535))],
  ['a column that trims', ['T16'], (sound) => changeText(sound, (text) => text.trim())],
  ['a column that normalises Unicode', ['T11'], (sound) => changeText(sound, (text) => text.normalize())],
  [
    'a driver that reads the empty text as nothing',
    ['T12', 'T18'],
    (sound) => changeText(sound, (text) => text || 'null'),
  ],
  [
    'an expired update that revives',
    ['T27'],
    (sound, around) => ({
      update: (key, write, version, options) => atTime(around, 0, () => sound.update(key, write, version, options)),
    }),
  ],
  [
    'a listing that loses its last page',
    ['T81'],
    (sound) => ({
      async entries(cursor, limit) {
        const page = await sound.entries(cursor, limit);
        return page.cursor === undefined && cursor !== undefined ? { entries: [] } : page;
      },
    }),
  ],
  [
    'a timer for every entry',
    ['T68'],
    (sound) => ({
      create(key, write) {
        timers.push(setTimeout(() => {}, 20_000));
        return sound.create(key, write);
      },
    }),
  ],
];

/** Every case over a store with `fault`, all at once: the ids of those that failed. */
async function failuresOf(fault: Fault, isOneSpace = false): Promise<Set<string>> {
  const spaces = new Map<string, Pick<Surroundings, 'owners' | 'versions'> & { rows: Map<string, unknown> }>();
  const createStore = ({ space, now }: { space: string; now: () => number }): SessionStore => {
    const name = isOneSpace ? 'one for all' : space;
    const shared = spaces.get(name) ?? { rows: new Map(), owners: new Map(), versions: new Map() };
    spaces.set(name, shared);
    const around: Surroundings = { ...shared, clock: now };
    const sound = noting(new MapStore(shared.rows, () => around.clock()), shared.owners);
    return { ...sound, ...fault(sound, around) };
  };
  const failed = new Set<string>();
  const runAll = storeCases
    .filter(({ needs = [] }) => !needs.includes('damage') && !needs.includes('outage'))
    .map(async (one) => {
      try {
        await runStoreCase(one, { test, createStore, patienceMs: 1_500, rounds: 200 });
      } catch {
        failed.add(one.id);
      }
    });
  await Promise.all(runAll);
  return failed;
}

/** The sound store as plain functions, which also notes who took each lease last. */
function noting(sound: SessionStore, owners: Map<string, string>): SessionStore {
  return {
    name: 'broken',
    isShared: true,
    async lock(key, lease) {
      const result = await sound.lock(key, lease);
      if (result.outcome === 'held') owners.set(key, lease.owner);
      return result;
    },
    read: (key) => sound.read(key),
    renew: (key, lease) => sound.renew(key, lease),
    unlock: (key, owner) => sound.unlock(key, owner),
    create: (key, write) => sound.create(key, write),
    update: (key, write, version, options) => sound.update(key, write, version, options),
    touch: (key, from, to) => sound.touch(key, from, to),
    remove: (key) => sound.remove(key),
    sweep: (before, limit) => sound.sweep(before, limit),
    entries: (cursor, limit) => sound.entries(cursor, limit),
    close: () => sound.close(),
  };
}

async function overwrite(
  sound: SessionStore,
  key: string,
  write: SessionWrite,
  options: Parameters<SessionStore['update']>[3],
): Promise<UpdateResult> {
  for (;;) {
    const current = await sound.read(key);
    const result = await sound.update(key, write, current?.version ?? '', options);
    if (result.outcome !== 'conflict') return result;
  }
}

function changeText(sound: SessionStore, change: (text: string) => string): Partial<SessionStore> {
  const changed = (write: SessionWrite) => ({ ...write, text: change(write.text) });
  return {
    create: (key, write) => sound.create(key, changed(write)),
    update: (key, write, version, options) => sound.update(key, changed(write), version, options),
  };
}

function inSeconds(write: SessionWrite): SessionWrite {
  return { ...write, expiresAt: Math.floor(write.expiresAt / 1_000) * 1_000 };
}

function atTime<T>(around: Surroundings, time: number, call: () => T): T {
  const { clock } = around;
  around.clock = () => time;
  try {
    return call();
  } finally {
    around.clock = clock;
  }
}

test('a sound store passes every case, also when all run at once', async () => {
  expect([...(await failuresOf(() => ({})))]).toEqual([]);
});

test.concurrent.each(FAULTS)('the suite catches %s', async (_mistake, caughtBy, fault) => {
  const failed = await failuresOf(fault);
  expect(caughtBy.filter((id) => !failed.has(id))).toEqual([]);
});

test('the suite catches applications that see each other', async () => {
  expect([...(await failuresOf(() => ({}), true))]).toContain('T64');
});
