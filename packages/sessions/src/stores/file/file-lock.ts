// Over 250 lines: taking, judging and taking over a lock are one protocol, read as a whole.
import { constants } from 'node:fs';
import { type FileCalls, type FileFacts, failureCode } from './file-calls.js';
import { decodeHeader, type FileHeader, HEADER_BYTES, tokenOf } from './file-format.js';
import { isLeftOver, noteDone, noteHeld } from './own-locks.js';
import { judgeProcess, type ProcessIdentity } from './process-identity.js';

/** Why a lock could not be taken: somebody else's stands, or others take it in turns and we were never the one. */
export interface LockInTheWay {
  readonly label: string | undefined;
  /** What is left of it without a renewal. */
  readonly remainingMs: number;
}

/** Somebody else's lock, as found. */
interface StandingLock extends LockInTheWay {
  /** Undefined when the file cannot be read as a lock: just created, or its process died in that moment. */
  readonly header: FileHeader | undefined;
  readonly facts: FileFacts;
  /** What it lasts without a renewal. */
  readonly durationMs: number;
}

const IN_TURNS: LockInTheWay = { label: undefined, remainingMs: 0 };

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
// Without O_NONBLOCK a named pipe planted in the folder would hold a thread of the pool for ever.
export const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** A lock that is held for a few calls only is waited for this long; older ones are reported like a lease. */
const MOMENT_MS = 500;
/**
 * A lock that is still empty is one whose process stopped between two calls. Nobody was told yet that it is held, so it need not
 * be kept for a whole lease; should that process go on after all, its commit finds the lock gone.
 */
const EMPTY_MS = 2_000;
/** How often a lock file that could not be removed is tried again: others wait for it no longer than this once the disk is well. */
const REPEAT_MS = 500;
const MAX_LABEL_BYTES = 1_000;

/**
 * Exclusive files. A lock is a file created exclusively that names its process; its content later becomes the session by being
 * renamed over it, so that commit and release are one step. docs/decisions/file-store.md walks through the protocol.
 */
export class FileLocks {
  readonly #calls: FileCalls;
  readonly #self: () => Promise<ProcessIdentity>;
  readonly #leaseMs: number;
  readonly #momentContent: () => Promise<Buffer>;
  /** Paths of lock files that are nobody's any more and could not be removed. */
  readonly #leftOver = new Set<string>();
  #repetition: NodeJS.Timeout | undefined;

  /** `leaseMs` is what an unreadable lock lasts; `momentContent` makes the bytes of a lock that is held for a few calls. */
  constructor(
    calls: FileCalls,
    self: () => Promise<ProcessIdentity>,
    leaseMs: number,
    momentContent: () => Promise<Buffer>,
  ) {
    this.#calls = calls;
    this.#self = self;
    this.#leaseMs = leaseMs;
    this.#momentContent = momentContent;
  }

  /**
   * Creates the lock file with `content`. A lock whose process is dead is replaced at once; one of another host when its
   * lease is over; one of a live process never, unless it is this one and nobody in it holds the lock any more. Resolves to what is in
   * the way when that is somebody's. Rejects with ENOENT when the folder is missing.
   */
  async acquire(path: string, content: Buffer): Promise<FileLock | LockInTheWay> {
    const giveUpAt = performance.now() + MOMENT_MS;
    for (;;) {
      const created = await this.#create(path, content);
      if (created !== undefined) return created;
      const standing = await this.#look(path);
      if (standing !== undefined) {
        const taken = await this.#takeOver(path, standing, content);
        if (taken !== undefined) return taken;
        const isFleeting = standing.header?.state !== 'lease' && ageMs(standing.facts) < MOMENT_MS;
        if (!isFleeting || performance.now() > giveUpAt) return standing;
      } else if (performance.now() > giveUpAt) {
        // Came and went too often. Whoever wants the session waits for it as for any other holder.
        return IN_TURNS;
      }
      await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 4));
    }
  }

  /** Steals the lock from whoever holds it; that holder's commit then finds that it lost it. For removals. */
  async steal(path: string, token: string, content: Buffer): Promise<FileLock> {
    const aside = `${path}.${token}.takeover`;
    const created = await this.#create(aside, content);
    if (created === undefined) throw new Error('Two session locks have one token.');
    return this.#moveTo(path, created);
  }

  /** Creates a file beside `path` whose name nobody else can have, to be renamed over it. */
  async prepare(path: string, token: string, content: Buffer): Promise<FileLock> {
    const file = await this.#create(`${path}.${token}.tmp`, content);
    if (file === undefined) throw new Error('Two session files have one token.');
    return file;
  }

  /** Removes a lock whose process died and that nobody came for. A recent one is left to those who wait for it. */
  async dropDead(path: string): Promise<void> {
    const standing = await this.#look(path);
    if (standing === undefined || ageMs(standing.facts) < MOMENT_MS) return;
    await (await this.#takeOver(path, standing, await this.#momentContent()))?.release();
  }

  /** Removes a takeover or a temporary file that its process left behind. */
  async dropAbandoned(path: string): Promise<void> {
    const standing = await this.#look(path);
    if (standing === undefined) return;
    const fate = await this.#fate(standing);
    if (fate === 'dead' || (fate === 'unknown' && standing.remainingMs === 0)) {
      await this.#calls.unlink(path).catch(ignoreMissing);
    }
  }

  /** Tries a last time to remove what could not be removed. Never rejects. */
  async close(): Promise<void> {
    await this.#repeat();
    clearTimeout(this.#repetition);
  }

  #leave(path: string): void {
    this.#leftOver.add(path);
    this.#repetition ??= setTimeout(() => void this.#repeat(), REPEAT_MS).unref();
  }

  async #repeat(): Promise<void> {
    clearTimeout(this.#repetition);
    this.#repetition = undefined;
    for (const path of this.#leftOver) {
      try {
        await (isFinal(path) ? this.#dropLeftOver(path) : this.dropAbandoned(path));
        this.#leftOver.delete(path);
      } catch {
        this.#leave(path); // the disk is not well yet
      }
    }
  }

  async #dropLeftOver(path: string): Promise<void> {
    const standing = await this.#look(path);
    if (standing?.header === undefined || !isLeftOver(standing.header.token)) return;
    await (await this.#takeOver(path, standing, await this.#momentContent()))?.release();
  }

  async #create(path: string, content: Buffer): Promise<FileLock | undefined> {
    const token = tokenOf(content);
    noteHeld(token);
    let fd: number;
    try {
      fd = await this.#calls.open(path, CREATE);
    } catch (error) {
      noteDone(token);
      if (failureCode(error) === 'EEXIST') return undefined;
      throw error;
    }
    const lock = new FileLock(this.#calls, fd, path, (left) => this.#leave(left));
    try {
      await lock.write(content);
      return lock;
    } catch (error) {
      // The disk is full: what was there must neither change nor stay locked.
      await lock.release();
      throw error;
    }
  }

  async #look(path: string): Promise<StandingLock | undefined> {
    let fd: number;
    try {
      fd = await this.#calls.open(path, READ);
    } catch (error) {
      if (failureCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const buffer = Buffer.allocUnsafe(HEADER_BYTES + MAX_LABEL_BYTES);
      const bytes = buffer.subarray(0, await this.#calls.read(fd, buffer, 0));
      const facts = await this.#calls.facts(fd);
      const header = decodeHeader(bytes);
      const unreadableMs = bytes.length === 0 ? Math.min(EMPTY_MS, this.#leaseMs) : this.#leaseMs;
      const durationMs = header?.state === 'lease' ? header.durationMs : unreadableMs;
      return {
        header,
        label:
          header?.state === 'lease' ? bytes.toString('utf8', HEADER_BYTES, HEADER_BYTES + header.length) : undefined,
        facts,
        durationMs,
        remainingMs: Math.min(Math.max(durationMs - ageMs(facts), 0), durationMs),
      };
    } finally {
      await this.#calls.close(fd);
    }
  }

  async #fate(standing: StandingLock): Promise<'alive' | 'dead' | 'unknown'> {
    const { header } = standing;
    if (header === undefined) return 'unknown';
    return isLeftOver(header.token) ? 'dead' : judgeProcess(header.process, await this.#self());
  }

  async #takeOver(path: string, judged: StandingLock, content: Buffer): Promise<FileLock | undefined> {
    const fate = await this.#fate(judged);
    // Where the clocks disagree (changed in the future), the file system is asked below.
    const mayBeOver = fate === 'unknown' && (judged.remainingMs === 0 || ageMs(judged.facts) < 0);
    if (fate !== 'dead' && !mayBeOver) return undefined;
    // One taker per judged lock: its name holds what was judged, and the look after it must find the same lock again.
    const { inode, changedAtNs } = judged.facts;
    const aside = `${path}.${inode.toString(36)}-${changedAtNs.toString(36)}.takeover`;
    const taker = await this.#create(aside, content);
    if (taker === undefined) {
      await this.dropAbandoned(aside);
      return undefined;
    }
    let isTaken = false;
    try {
      const again = await this.#look(path);
      if (again === undefined || !isSame(again, judged)) return undefined;
      if (fate === 'unknown' && !(await this.#isOver(path, again, await taker.facts()))) return undefined;
      isTaken = true;
      return await this.#moveTo(path, taker);
    } finally {
      if (!isTaken) await taker.release();
    }
  }

  // Both times are the file system's own, so that the clocks of two hosts need not agree.
  async #isOver(path: string, standing: StandingLock, fresh: FileFacts): Promise<boolean> {
    const age = Number(fresh.changedAtNs - standing.facts.changedAtNs) / 1e6;
    if (age < -1_000) {
      // The file system's clock was set back: the lease counts with its full length from now.
      const fd = await this.#calls.open(path, READ);
      await this.#calls.refresh(fd).finally(() => this.#calls.close(fd));
    }
    return age >= standing.durationMs;
  }

  async #moveTo(path: string, lock: FileLock): Promise<FileLock> {
    try {
      await lock.moveTo(path);
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }
}

/** A lock file of this process, open until it is committed or released. */
export class FileLock {
  readonly #calls: FileCalls;
  readonly #leave: (path: string) => void;
  readonly #tokens = new Set<string>();
  #fd: number | undefined;
  #path: string;
  #bytes = 0;

  /** `leave` is told of a file that could not be removed. */
  constructor(calls: FileCalls, fd: number, path: string, leave: (path: string) => void) {
    this.#calls = calls;
    this.#leave = leave;
    this.#fd = fd;
    this.#path = path;
  }

  facts(): Promise<FileFacts> {
    return this.#calls.facts(this.#open());
  }

  /** False once somebody took the lock over: its name then leads to another file, and ours has none. */
  async isHeld(): Promise<boolean> {
    return this.#fd !== undefined && (await this.#calls.facts(this.#fd)).links > 0n;
  }

  /** Replaces the content. */
  async write(content: Buffer): Promise<void> {
    const fd = this.#open();
    const token = tokenOf(content);
    this.#tokens.add(token);
    noteHeld(token);
    await this.#calls.write(fd, content, 0);
    if (content.length < this.#bytes) await this.#calls.truncate(fd, content.length);
    this.#bytes = content.length;
  }

  /** Starts the lease anew: its age is the file's change time. */
  async renew(): Promise<boolean> {
    const fd = this.#open();
    if (!(await this.isHeld())) return false;
    await this.#calls.refresh(fd);
    return true;
  }

  /** Renames the content over `target` and lets go, in one step. False when the lock was lost: nothing happened then. */
  async commit(target: string): Promise<boolean> {
    if (!(await this.isHeld())) {
      await this.release();
      return false;
    }
    try {
      // Closed first: network file systems report a failed write here.
      await this.#close();
      await this.#calls.rename(this.#path, target);
      return true;
    } catch (error) {
      if (failureCode(error) === 'ENOENT') return false;
      await this.#remove();
      throw error;
    } finally {
      this.#done();
    }
  }

  /**
   * Lets go without a change. Safe to call again, and after a commit. Never rejects: a file that cannot be removed now counts as
   * nobody's in this process from here on, and is tried again.
   */
  async release(): Promise<void> {
    if (this.#fd === undefined) return;
    try {
      if (await this.isHeld()) await this.#remove();
    } catch {
      this.#leave(this.#path);
    }
    await this.#close().catch(() => undefined); // nothing was written that shall stay
    this.#done();
  }

  async moveTo(path: string): Promise<void> {
    await this.#calls.rename(this.#path, path);
    this.#path = path;
  }

  async #remove(): Promise<void> {
    try {
      await this.#calls.unlink(this.#path);
    } catch (error) {
      if (failureCode(error) !== 'ENOENT') this.#leave(this.#path);
    }
  }

  #done(): void {
    for (const token of this.#tokens) noteDone(token);
  }

  #open(): number {
    if (this.#fd === undefined) throw new Error('The session lock was already released.');
    return this.#fd;
  }

  async #close(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await this.#calls.close(fd);
  }
}

/** True for a lock at its place, false for a file that waits beside it to be moved there. */
function isFinal(path: string): boolean {
  return /\.(lock|touch)$/.test(path);
}

export function ignoreMissing(error: unknown): void {
  if (failureCode(error) !== 'ENOENT') throw error;
}

function ageMs(facts: FileFacts): number {
  return Date.now() - Number(facts.changedAtNs / 1_000n) / 1_000;
}

function isSame(one: StandingLock, other: StandingLock): boolean {
  return (
    one.facts.inode === other.facts.inode &&
    one.facts.changedAtNs === other.facts.changedAtNs &&
    one.header?.token === other.header?.token
  );
}
