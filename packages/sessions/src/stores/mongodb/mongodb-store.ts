// Longer than most files: the verbs of one contract, which are read side by side.
import { randomInt } from 'node:crypto';
import { Deadline, silenceMs } from '../../deadline.js';
import { StoreUnavailableError } from '../../errors.js';
import { STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';
import type {
  BusyResult,
  EntriesPage,
  Lease,
  LockResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  SweepResult,
  UpdateOptions,
  UpdateResult,
} from '../../session-store.js';
import { LONGEST_SWEEP_MARGIN_MS } from '../../sweep.js';
import { MongodbClock } from './mongodb-clock.js';
import { askMongodbTime, connectMongodb, type MongodbConnection, type SessionDocument } from './mongodb-connection.js';
import { isRefusal, unavailable } from './mongodb-failure.js';

/** How long after its expiry the server may remove a document: later than any sweep. */
const TTL_MARGIN_MS = 2 * LONGEST_SWEEP_MARGIN_MS;
const SWEEP_BATCH = 500;

/** Leases need not survive a failover: the version in the document is what keeps every update. */
const LEASE_WRITE = { writeConcern: { w: 1 } } as const;
const NO_LEASE = { leaseOwner: null, leaseLabel: null, leaseUntil: 0, leaseMs: 0 } as const;
const SESSION_FIELDS = { text: 1, version: 1, expiresAt: 1 } as const;
const LEASE_FIELDS = { ...SESSION_FIELDS, leaseOwner: 1, leaseLabel: 1, leaseUntil: 1, leaseMs: 1 } as const;

/** Codes of the server: duplicate key, not implemented, index exists with other options. */
const DUPLICATE = 11000;
const INDEX_NOT_TO_BE_HAD = new Set([85, 86, 238]);

/**
 * Opens the store on the MongoDB server or replica set of `settings`.
 * Rejects with T4_DRIVER_MISSING or T4_SESSION_URL when the settings are wrong; a server that is away does not reject.
 */
export async function openMongodbStore(settings: StoreSettings): Promise<SessionStore> {
  const connection = await connectMongodb(settings);
  return new MongodbStore(connection, settings.timeoutMs ?? STORE_DEFAULTS.timeoutMs, settings.now ?? Date.now);
}

/** One document a session. Each verb is one conditional operation, and a read when that hit nothing. */
export class MongodbStore implements SessionStore {
  readonly name = 'mongodb';
  readonly isShared = true;
  readonly #connection: MongodbConnection;
  readonly #silence: Deadline;
  readonly #now: () => number;
  readonly #clock: MongodbClock;
  #indexes: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(connection: MongodbConnection, timeoutMs: number, now: () => number) {
    this.#connection = connection;
    this.#silence = new Deadline(silenceMs(timeoutMs));
    this.#now = now;
    this.#clock = new MongodbClock(() => askMongodbTime(connection.client));
  }

  read(key: string): Promise<StoredSession | undefined> {
    return this.#run('read', 'reads', async () => {
      const found = await this.#sessions.findOne(this.#live(key), { projection: SESSION_FIELDS });
      return found === null ? undefined : toSession(found);
    });
  }

  lock(key: string, lease: Lease): Promise<LockResult> {
    return this.#run('lock', 'writes', async () => {
      for (;;) {
        const now = await this.#clock.now();
        const held = await this.#sessions.findOneAndUpdate(
          { ...this.#live(key), ...freeFor(lease.owner, now) },
          {
            $set: {
              leaseOwner: lease.owner,
              leaseLabel: lease.label.slice(0, 200),
              leaseUntil: now + lease.durationMs,
              leaseMs: lease.durationMs,
            },
          },
          { ...LEASE_WRITE, returnDocument: 'after' },
        );
        if (held !== null) return { outcome: 'held', session: toSession(held) };
        const found = await this.#inspect(key);
        if (found === null) return { outcome: 'absent' };
        if (isHeldByOther(found, lease.owner, now)) return this.#busy(found, now);
        // The lease that stood in the way ended between the two operations.
      }
    });
  }

  renew(key: string, lease: Lease): Promise<boolean> {
    return this.#run('renew', 'writes', async () => {
      const now = await this.#clock.now();
      const { matchedCount } = await this.#sessions.updateOne(
        { ...this.#live(key), leaseOwner: lease.owner, leaseUntil: { $gt: now } },
        { $set: { leaseUntil: now + lease.durationMs, leaseMs: lease.durationMs } },
        LEASE_WRITE,
      );
      return matchedCount > 0;
    });
  }

  unlock(key: string, owner: string): Promise<void> {
    return this.#run('unlock', 'writes', async () => {
      await this.#sessions.updateOne({ _id: key, leaseOwner: owner }, { $set: NO_LEASE }, LEASE_WRITE);
    });
  }

  create(key: string, write: SessionWrite): Promise<string | undefined> {
    // Random, so that a key that was removed and made again cannot meet a version that someone still holds.
    const version = randomInt(1, 2 ** 48 - 1);
    const fields = { ...fieldsOf(write), ...NO_LEASE, version };
    return this.#run('create', 'writes', async () => {
      try {
        await this.#sessions.insertOne({ _id: key, ...fields });
        return String(version);
      } catch (error) {
        if ((error as { code?: unknown }).code !== DUPLICATE) throw error;
      }
      // An entry that has expired and was not swept yet is as good as absent.
      const expired = { _id: key, expiresAt: { $lte: this.#now() } };
      const { matchedCount } = await this.#sessions.updateOne(expired, { $set: fields });
      return matchedCount > 0 ? String(version) : undefined;
    });
  }

  update(
    key: string,
    write: SessionWrite,
    expectedVersion: string,
    options: UpdateOptions = {},
  ): Promise<UpdateResult> {
    const expected = toVersion(expectedVersion);
    const set = { ...fieldsOf(write), version: expected + 1, ...(options.keepLease ? {} : NO_LEASE) };
    return this.#run('update', 'writes', async () => {
      for (;;) {
        const now = await this.#clock.now();
        const { matchedCount } = await this.#sessions.updateOne(
          { ...this.#live(key), version: expected, ...freeFor(options.owner, now) },
          { $set: set },
        );
        if (matchedCount > 0) return { outcome: 'updated', version: String(expected + 1) };
        const found = await this.#inspect(key);
        if (found === null) return { outcome: 'gone' };
        if (isHeldByOther(found, options.owner, now)) return this.#busy(found, now);
        if (found.version !== expected) return { outcome: 'conflict', current: toSession(found) };
        // The lease that stood in the way ended between the two operations.
      }
    });
  }

  touch(key: string, from: number, to: number): Promise<boolean> {
    return this.#run('touch', 'writes', async () => {
      const live = { _id: key, $and: [{ expiresAt: from }, { expiresAt: { $gt: this.#now() } }] };
      const { matchedCount } = await this.#sessions.updateOne(live, { $set: expiryOf(to) });
      return matchedCount > 0;
    });
  }

  remove(key: string): Promise<void> {
    return this.#run('remove', 'writes', async () => {
      await this.#sessions.deleteOne({ _id: key });
    });
  }

  async sweep(expiredBefore: number, limit: number): Promise<SweepResult> {
    let removed = 0;
    for (let left = limit; left > 0; ) {
      const batch = Math.min(left, SWEEP_BATCH);
      const step = await this.#run('sweep', 'writes', () => this.#sweepBatch(expiredBefore, batch));
      removed += step.removed;
      if (step.seen < batch) return { removed, hasMore: false };
      left -= batch;
    }
    return { removed, hasMore: true };
  }

  entries(cursor: string | undefined, limit: number): Promise<EntriesPage> {
    return this.#run('entries', 'reads', async () => {
      const found = await this.#sessions
        .find(cursor === undefined ? {} : { _id: { $gt: cursor } }, { projection: { bytes: 1, expiresAt: 1 } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      const entries = found.map(({ _id, bytes, expiresAt }) => ({ key: _id, bytes, expiresAt }));
      return found.length < limit ? { entries } : { entries, cursor: entries.at(-1)?.key };
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#connection.client.close();
    return this.#closing;
  }

  get #sessions() {
    return this.#connection.sessions;
  }

  #live(key: string) {
    return { _id: key, expiresAt: { $gt: this.#now() } };
  }

  #inspect(key: string) {
    return this.#sessions.findOne(this.#live(key), { projection: LEASE_FIELDS });
  }

  async #sweepBatch(expiredBefore: number, limit: number): Promise<{ seen: number; removed: number }> {
    const expired = { expiresAt: { $lt: expiredBefore } };
    const found = await this.#sessions
      .find(expired, { projection: { _id: 1 } })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .toArray();
    if (found.length === 0) return { seen: 0, removed: 0 };
    const keys = found.map(({ _id }) => _id);
    // The expiry is tested again: a touch may have come between.
    const { deletedCount } = await this.#sessions.deleteMany({ _id: { $in: keys }, ...expired }, LEASE_WRITE);
    return { seen: found.length, removed: deletedCount };
  }

  /** Says who holds and for how long; a lease that claims more than its length from now, as after a set-back clock, is cut to it. */
  async #busy(found: SessionDocument, now: number): Promise<BusyResult> {
    const leftMs = found.leaseUntil - now;
    if (leftMs > found.leaseMs) {
      const same = { _id: found._id, leaseOwner: found.leaseOwner, leaseUntil: found.leaseUntil };
      await this.#sessions.updateOne(same, { $set: { leaseUntil: now + found.leaseMs } }, LEASE_WRITE);
    }
    return { outcome: 'busy', holder: found.leaseLabel ?? undefined, remainingMs: Math.min(leftMs, found.leaseMs) };
  }

  /** Runs one verb. Whatever fails leaves as T4_STORE_UNAVAILABLE, because nobody knows what became of it. */
  async #run<T>(verb: string, kind: 'reads' | 'writes', work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new StoreUnavailableError('the mongodb session store is closed');
    try {
      // The driver bounds one operation and asks again by itself after some failures; a verb may have several of them.
      // Reads need no index but that of the key, and go on where none can be made.
      const asked = kind === 'reads' ? work() : this.#ensureIndexes().then(work);
      return await this.#silence.within(asked);
    } catch (error) {
      this.#clock.forget();
      throw unavailable(error, verb, kind === 'reads');
    }
  }

  #ensureIndexes(): Promise<void> {
    this.#indexes ??= this.#createIndexes().catch((error: unknown) => {
      this.#indexes = undefined;
      throw error;
    });
    return this.#indexes;
  }

  async #createIndexes(): Promise<void> {
    for (const create of [
      () => this.#sessions.createIndex({ expiresAt: 1 }),
      () => this.#sessions.createIndex({ removeAt: 1 }, { expireAfterSeconds: 0 }),
    ]) {
      try {
        await create();
      } catch (error) {
        // A user without the right to make them, or a server without TTL: slower sweeps, nothing worse.
        const { code } = error as { code?: number };
        if (!INDEX_NOT_TO_BE_HAD.has(code ?? 0) && !isRefusal(error)) throw error;
      }
    }
  }
}

/** The lease is free, over, or the owner's own. */
function freeFor(owner: string | undefined, now: number) {
  const free = { leaseUntil: { $lte: now } };
  return owner === undefined ? free : { $or: [free, { leaseOwner: owner }] };
}

function isHeldByOther(found: SessionDocument, owner: string | undefined, now: number): boolean {
  return found.leaseUntil > now && found.leaseOwner !== owner;
}

function fieldsOf(write: SessionWrite) {
  return { text: write.text, bytes: Buffer.byteLength(write.text), ...expiryOf(write.expiresAt) };
}

function expiryOf(expiresAt: number) {
  return { expiresAt, removeAt: new Date(expiresAt + TTL_MARGIN_MS) };
}

function toSession({
  text,
  version,
  expiresAt,
}: Pick<SessionDocument, 'text' | 'version' | 'expiresAt'>): StoredSession {
  return { text, version: String(version), expiresAt };
}

/** A version of another store's making matches no document. */
function toVersion(version: string): number {
  return /^\d{1,16}$/.test(version) ? Number(version) : -1;
}
