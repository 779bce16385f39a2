import type { Dir } from 'node:fs';
import { join } from 'node:path';
import { isSessionKey } from '../../data/session-id.js';
import type { SweepResult } from '../../session-store.js';
import { type FileCalls, failureCode } from './file-calls.js';
import type { FileEntries } from './file-entry.js';
import { FileLock, type FileLocks, ignoreMissing } from './file-lock.js';

/** Names are looked at in steps of this size; a step that finds nothing to remove ends there too. */
const LOOKS_PER_STEP = 500;
const SHARDS = 256;

/** Name of the folder for files that could not be read. */
export const QUARANTINE = 'quarantine';

/**
 * Removes what expired, a few hundred names at a time. One folder stays open between steps and is read on from where the last
 * step ended, so nothing is ever listed as a whole. Also clears away what crashed processes left.
 */
export class FileSweeper {
  readonly #calls: FileCalls;
  readonly #locks: FileLocks;
  readonly #entries: FileEntries;
  readonly #directory: string;
  readonly #momentContent: () => Promise<Buffer>;
  #folder: Dir | undefined;
  // Each process starts elsewhere, so that several do not look at the same files at the same time.
  #shard = Math.floor(Math.random() * SHARDS);
  #shardsLeft = SHARDS;
  #step: Promise<unknown> = Promise.resolve();

  constructor(
    calls: FileCalls,
    locks: FileLocks,
    entries: FileEntries,
    directory: string,
    momentContent: () => Promise<Buffer>,
  ) {
    this.#calls = calls;
    this.#locks = locks;
    this.#entries = entries;
    this.#directory = directory;
    this.#momentContent = momentContent;
  }

  /** One step. `hasMore` is false once the walk came round. Steps asked for at the same time follow each other. */
  sweep(expiredBefore: number, limit: number): Promise<SweepResult> {
    const step = this.#step.then(() => this.#sweepStep(expiredBefore, limit));
    this.#step = step.catch(() => {}); // told to the caller of that step
    return step;
  }

  async close(): Promise<void> {
    await this.#step;
    await this.#closeFolder();
  }

  /** Moves what stands at `path` into the quarantine folder. Links are moved, not followed. */
  async setAside(path: string, name: string): Promise<void> {
    await this.#calls.mkdir(join(this.#directory, QUARANTINE));
    await this.#calls.rename(path, join(this.#directory, QUARANTINE, name)).catch(ignoreMissing);
  }

  async #sweepStep(expiredBefore: number, limit: number): Promise<SweepResult> {
    let removed = 0;
    for (let looked = 0; looked < LOOKS_PER_STEP && removed < limit; looked++) {
      const name = await this.#next();
      if (name === undefined) return { removed, hasMore: false };
      const path = join(this.#directory, name.slice(0, 2), name);
      if (isSessionKey(name)) removed += (await this.#sweepEntry(path, name, expiredBefore)) ? 1 : 0;
      else if (/\.(lock|touch)$/.test(name)) await this.#locks.dropDead(path);
      else if (/\.(takeover|tmp)$/.test(name)) await this.#locks.dropAbandoned(path);
    }
    return { removed, hasMore: true };
  }

  async #sweepEntry(path: string, name: string, expiredBefore: number): Promise<boolean> {
    const isDue = async () => {
      const state = await this.#entries.inspect(path);
      if (state.kind === 'session') return state.header.expiresAt < expiredBefore ? 'expired' : 'live';
      return state.kind;
    };
    const first = await isDue();
    if (first === 'live' || first === 'absent' || first === 'foreign') return false;
    // Under both locks nobody commits to it and nobody extends it.
    const held: FileLock[] = [];
    try {
      for (const suffix of ['.lock', '.touch']) {
        const lock = await this.#locks.acquire(`${path}${suffix}`, await this.#momentContent());
        if (!(lock instanceof FileLock)) return false;
        held.push(lock);
      }
      const found = await isDue();
      if (found === 'unreadable') await this.setAside(path, name);
      if (found !== 'expired' && found !== 'empty') return false;
      await this.#calls.unlink(path).catch(ignoreMissing);
      return found === 'expired';
    } finally {
      for (const lock of held) await lock.release();
    }
  }

  async #next(): Promise<string | undefined> {
    for (;;) {
      const entry = await this.#folder?.read();
      if (entry) return entry.name;
      await this.#closeFolder();
      if (this.#shardsLeft === 0) {
        this.#shardsLeft = SHARDS;
        return undefined;
      }
      this.#shardsLeft -= 1;
      this.#shard = (this.#shard + 1) % SHARDS;
      const shard = this.#shard.toString(16).padStart(2, '0');
      this.#folder = await this.#calls.openFolder(join(this.#directory, shard)).catch((error) => {
        if (failureCode(error) === 'ENOENT') return undefined;
        throw error;
      });
    }
  }

  async #closeFolder(): Promise<void> {
    const folder = this.#folder;
    this.#folder = undefined;
    await folder?.close();
  }
}
