import { isAbsolute, join } from 'node:path';
import { isSessionKey } from '../../data/session-id.js';
import { SessionError, StoreRefusedError, StoreUnavailableError } from '../../errors.js';
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
import { createFileCalls, type FileCalls, failureCode } from './file-calls.js';
import { FileEntries } from './file-entry.js';
import { encodeFile, type FileHeader } from './file-format.js';
import { FileLeases, type HeldLease } from './file-leases.js';
import { listFiles } from './file-listing.js';
import { FileLock, FileLocks, ignoreMissing, type LockInTheWay } from './file-lock.js';
import { FileSweeper } from './file-sweeper.js';
import { newToken } from './own-locks.js';
import { describeThisProcess, type ProcessIdentity } from './process-identity.js';

export interface FileStoreOptions {
  /** Absolute folder, made with mode 0700 at the first write. Several processes may share it. */
  readonly directory: string;
  /** Ms since the epoch, default Date.now. */
  readonly now?: (() => number) | undefined;
  /** Ms after which an unreadable lock of another host counts as over, default 15,000. Readable locks carry their own length. */
  readonly leaseMs?: number | undefined;
  /** The file system, for tests. */
  readonly calls?: FileCalls | undefined;
  /** This process as locks name it, for tests. */
  readonly identity?: ProcessIdentity | undefined;
}

/** What a disk answers that takes no writes: no permission, mounted read-only, full. Nothing was changed then. */
const REFUSALS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/**
 * Sessions as files, `aa/<key>` below one folder, safe with several processes. Every change is a rename of a complete file, made
 * by the owner of the lock file beside it, so that a crash leaves the old session or the new one. Above 250 lines because the
 * eleven verbs of the contract stand together; locks, bytes and collection live in the other `file-*` modules.
 */
export class FileStore implements SessionStore {
  readonly name = 'file';
  readonly isShared = true;
  readonly #directory: string;
  readonly #now: () => number;
  readonly #calls: FileCalls;
  readonly #locks: FileLocks;
  readonly #entries: FileEntries;
  readonly #sweeper: FileSweeper;
  readonly #leases = new FileLeases();
  readonly #givenIdentity: ProcessIdentity | undefined;
  #identity: Promise<ProcessIdentity> | undefined;
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(options: FileStoreOptions) {
    if (!isAbsolute(options.directory)) {
      throw new SessionError(
        'T4_STORE_PATH',
        `The folder of the file store is "${options.directory}". Give an absolute path.`,
      );
    }
    this.#directory = options.directory;
    this.#now = options.now ?? Date.now;
    this.#calls = options.calls ?? createFileCalls();
    this.#givenIdentity = options.identity;
    this.#locks = new FileLocks(
      this.#calls,
      () => this.#self(),
      options.leaseMs ?? 15_000,
      () => this.#moment(),
    );
    this.#entries = new FileEntries(this.#calls);
    this.#sweeper = new FileSweeper(this.#calls, this.#locks, this.#entries, this.#directory, () => this.#moment());
  }

  read(key: string): Promise<StoredSession | undefined> {
    return this.#run(() => this.#readLive(this.#path(key)));
  }

  lock(key: string, lease: Lease): Promise<LockResult> {
    return this.#write(async () => {
      const path = this.#path(key);
      const own = await this.#heldLease(key);
      if (own !== undefined) {
        if (own.owner !== lease.owner) return toBusy(own.label, own.endsAt - performance.now());
        if (await this.#renewHeld(key, own, lease.durationMs)) return this.#enter(key, path, own);
      }
      if (!(await this.#exists(path))) return { outcome: 'absent' };
      // Counted from before the file exists, so that this process never believes in its lease for longer than others do.
      const endsAt = performance.now() + lease.durationMs;
      const lock = await this.#acquire(
        path,
        encodeFile(
          {
            state: 'lease',
            expiresAt: 0,
            token: newToken(),
            process: await this.#self(),
            durationMs: lease.durationMs,
          },
          lease.label,
        ),
      );
      if (lock === undefined) return { outcome: 'absent' };
      if (!(lock instanceof FileLock)) return describeStanding(lock);
      const { owner, label } = lease;
      return this.#enter(key, path, { owner, label, lock, version: '', expiresAt: 0, endsAt, work: Promise.resolve() });
    });
  }

  renew(key: string, lease: Lease): Promise<boolean> {
    return this.#write(async () => {
      const held = await this.#heldLease(key, lease.owner);
      return held !== undefined && this.#renewHeld(key, held, lease.durationMs);
    });
  }

  unlock(key: string, owner: string): Promise<void> {
    return this.#write(async () => {
      const held = await this.#heldLease(key, owner);
      if (held === undefined) return;
      await afterWork(held, () => {
        this.#leases.drop(key, held);
        return held.lock.release();
      });
    });
  }

  create(key: string, write: SessionWrite): Promise<string | undefined> {
    return this.#write(async () => {
      const path = this.#path(key);
      const token = newToken();
      const content = await this.#complete(token, write);
      let lock = await this.#acquire(path, content);
      if (lock === undefined) {
        await this.#calls.mkdir(join(path, '..'));
        lock = await this.#locks.acquire(`${path}.lock`, content);
      }
      // A lease on an entry that ended meanwhile protects nothing.
      if (!(lock instanceof FileLock)) {
        if (!(await this.#isFree(path))) return undefined;
        lock = await this.#locks.steal(`${path}.lock`, token, content);
      }
      try {
        if (!(await this.#isFree(path, key))) return undefined;
        if (!(await lock.commit(path))) throw new Error('The session was removed while it was created.');
        return token;
      } finally {
        await lock.release();
      }
    });
  }

  update(
    key: string,
    write: SessionWrite,
    expectedVersion: string,
    options: UpdateOptions = {},
  ): Promise<UpdateResult> {
    return this.#write(async () => {
      const path = this.#path(key);
      const held = options.owner === undefined ? undefined : await this.#heldLease(key, options.owner);
      if (held !== undefined) {
        const keepLease = options.keepLease === true;
        const result = await afterWork(held, () => this.#commitHeld(key, held, write, expectedVersion, keepLease));
        if (result !== undefined) return result;
        await this.#leases.expire(key);
      }
      return this.#compareAndSet(path, write, expectedVersion);
    });
  }

  touch(key: string, from: number, to: number): Promise<boolean> {
    return this.#write(async () => {
      const path = this.#path(key);
      const state = await this.#entries.inspect(path);
      if (!this.#isLive(state) || state.header.expiresAt !== from) return false;
      const lock = await this.#locks.acquire(`${path}.touch`, await this.#moment());
      // Whoever is in the way extends it.
      if (!(lock instanceof FileLock)) return false;
      try {
        return await this.#entries.touch(path, from, to, this.#now());
      } finally {
        await lock.release();
      }
    });
  }

  remove(key: string): Promise<void> {
    return this.#write(async () => {
      const path = this.#path(key);
      if (!(await this.#exists(path))) return;
      // The lock is taken even from a live holder: its commit must not bring the entry back.
      const lock = await this.#locks.steal(`${path}.lock`, newToken(), await this.#moment());
      try {
        await this.#calls.unlink(path).catch(ignoreMissing);
      } finally {
        await lock.release();
      }
      const held = this.#leases.get(key);
      if (held === undefined) return;
      this.#leases.drop(key, held);
      await afterWork(held, () => held.lock.release());
    });
  }

  sweep(expiredBefore: number, limit: number): Promise<SweepResult> {
    return this.#write(() => this.#sweeper.sweep(expiredBefore, limit));
  }

  entries(cursor: string | undefined, limit: number): Promise<EntriesPage> {
    return this.#run(() => listFiles(this.#calls, this.#entries, this.#directory, cursor, limit));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
    await this.#leases.close();
    await this.#sweeper.close();
    await this.#locks.close();
  }

  /** Reads what the lease was taken for, and holds it; lets go when there is nothing. */
  async #enter(key: string, path: string, held: HeldLease): Promise<LockResult> {
    let isHeld = false;
    try {
      const session = await this.#readLive(path);
      if (session === undefined) return { outcome: 'absent' };
      held.version = session.version;
      held.expiresAt = session.expiresAt;
      this.#leases.add(key, held);
      isHeld = true;
      return { outcome: 'held', session };
    } finally {
      if (!isHeld) {
        this.#leases.drop(key, held);
        await held.lock.release();
      }
    }
  }

  /** Undefined when the lease turns out to be lost: the caller goes on without it. */
  async #commitHeld(
    key: string,
    held: HeldLease,
    write: SessionWrite,
    expectedVersion: string,
    keepLease: boolean,
  ): Promise<UpdateResult | undefined> {
    const path = this.#path(key);
    if (this.#leases.get(key) !== held) return undefined;
    if (held.version !== expectedVersion || held.expiresAt <= this.#now()) {
      // Somebody may have extended it since it was locked.
      const current = await this.#readLive(path);
      if (current === undefined) return { outcome: 'gone' };
      if (held.version !== expectedVersion) return { outcome: 'conflict', current };
    }
    const token = newToken();
    const content = await this.#complete(token, write);
    if (keepLease) {
      const file = await this.#locks.prepare(path, token, content);
      try {
        if (!(await held.lock.isHeld()) || !(await file.commit(path))) return undefined;
      } finally {
        await file.release();
      }
      held.version = token;
      held.expiresAt = write.expiresAt;
    } else {
      await held.lock.write(content);
      this.#leases.drop(key, held);
      if (!(await held.lock.commit(path))) return undefined;
    }
    return { outcome: 'updated', version: token };
  }

  async #compareAndSet(path: string, write: SessionWrite, expectedVersion: string): Promise<UpdateResult> {
    const token = newToken();
    const lock = await this.#acquire(path, await this.#complete(token, write));
    if (lock === undefined) return { outcome: 'gone' };
    if (!(lock instanceof FileLock)) {
      return this.#isLive(await this.#entries.inspect(path)) ? describeStanding(lock) : { outcome: 'gone' };
    }
    try {
      const current = await this.#readLive(path);
      if (current === undefined) return { outcome: 'gone' };
      if (current.version !== expectedVersion) return { outcome: 'conflict', current };
      return (await lock.commit(path)) ? { outcome: 'updated', version: token } : { outcome: 'gone' };
    } finally {
      await lock.release();
    }
  }

  #renewHeld(key: string, held: HeldLease, durationMs: number): Promise<boolean> {
    return afterWork(held, async () => {
      if (this.#leases.get(key) !== held) return false;
      const endsAt = performance.now() + durationMs;
      if (await held.lock.renew()) {
        held.endsAt = endsAt;
        return true;
      }
      this.#leases.drop(key, held);
      await held.lock.release();
      return false;
    });
  }

  async #heldLease(key: string, owner?: string): Promise<HeldLease | undefined> {
    await this.#leases.expire(key);
    return this.#leases.get(key, owner);
  }

  /** Undefined when the folder is missing: then there is no entry either. */
  async #acquire(path: string, content: Buffer): Promise<FileLock | LockInTheWay | undefined> {
    try {
      return await this.#locks.acquire(`${path}.lock`, content);
    } catch (error) {
      if (failureCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #readLive(path: string): Promise<StoredSession | undefined> {
    const session = await this.#entries.read(path);
    return session !== undefined && session.expiresAt > this.#now() ? session : undefined;
  }

  #isLive(state: { kind: string; header?: FileHeader }): state is { kind: 'session'; header: FileHeader } {
    return state.header !== undefined && state.header.expiresAt > this.#now();
  }

  /** Whether a new entry may stand at `path`. With `key`, what cannot be read there is set aside first. */
  async #isFree(path: string, key?: string): Promise<boolean> {
    const state = await this.#entries.inspect(path);
    if (state.kind === 'unreadable' && key !== undefined) await this.#sweeper.setAside(path, key);
    return state.kind !== 'foreign' && !this.#isLive(state);
  }

  async #exists(path: string): Promise<boolean> {
    try {
      await this.#calls.exists(path);
      return true;
    } catch (error) {
      if (failureCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async #complete(token: string, { text, expiresAt }: SessionWrite): Promise<Buffer> {
    return encodeFile({ state: 'complete', expiresAt, token, process: await this.#self(), durationMs: 0 }, text);
  }

  async #moment(): Promise<Buffer> {
    const header = { state: 'moment', expiresAt: 0, token: newToken(), durationMs: 0 } as const;
    return encodeFile({ ...header, process: await this.#self() }, '');
  }

  #self(): Promise<ProcessIdentity> {
    this.#identity ??= this.#givenIdentity ? Promise.resolve(this.#givenIdentity) : describeThisProcess();
    return this.#identity;
  }

  // Names come from the key only, and a key that is none reaches no path.
  #path(key: string): string {
    if (!isSessionKey(key)) throw new TypeError('A session key has 64 lower-case hex characters.');
    return join(this.#directory, key.slice(0, 2), key);
  }

  /** A verb that changes something: where the disk forbids just that, what is there can still be read. */
  #write<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(work, REFUSALS);
  }

  async #run<T>(work: () => Promise<T>, refusals?: ReadonlySet<string>): Promise<T> {
    if (this.#isClosed) throw new StoreUnavailableError('The file store is closed.');
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      if (error instanceof TypeError) throw error;
      const code = failureCode(error);
      const reason = code ?? (error instanceof Error ? error.message : String(error));
      const Failure = code !== undefined && refusals?.has(code) ? StoreRefusedError : StoreUnavailableError;
      throw new Failure(
        `The session folder "${this.#directory}" cannot be used (${reason}). Check that it exists on a disk with room and that this process may write there.`,
        error,
      );
    } finally {
      this.#running.delete(running);
    }
  }
}

function afterWork<T>(held: HeldLease, step: () => Promise<T>): Promise<T> {
  const done = held.work.then(step, step);
  held.work = done.catch(() => {}); // told to the caller of that step
  return done;
}

function describeStanding(lock: LockInTheWay): BusyResult {
  return toBusy(lock.label, lock.remainingMs);
}

function toBusy(holder: string | undefined, remainingMs: number): BusyResult {
  return { outcome: 'busy', holder, remainingMs: Math.max(remainingMs, 0) };
}
