import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@tina4/core';
import { describeThisProcess, judgeProcess, type ProcessIdentity } from '@tina4/sessions';

/** Where the uploads of one process lie while their requests run. */
export interface UploadFolder {
  /** The folder, made when it is first asked for and again when somebody removed it. Rejects when it cannot be made. */
  path(): Promise<string>;
  /** Removes the folder with what lies in it. Calling twice is safe. */
  close(): Promise<void>;
}

/** Whose folder it is, and six characters that nobody can know beforehand: the folder for temporary files is everybody's. */
const NAME = /^tina4-uploads-([0-9a-f]{16})-(\d{1,10})-(\d{1,15})-\w{6}$/;

/** After this time no request is running any more, wherever its process is. */
const FORGOTTEN_MS = 24 * 3600 * 1000;

/** Uploads of this process below `parent`, in a folder that nobody else may look into. */
export function uploadFolderIn(parent: string): UploadFolder {
  const made: string[] = [];
  let current: Promise<string> | undefined;
  const make = async (): Promise<string> => {
    const { host, pid, startedAt } = await describeThisProcess();
    const path = await mkdtemp(join(parent, `tina4-uploads-${host}-${pid}-${startedAt}-`));
    made.push(path);
    return path;
  };
  return {
    path: async () => {
      const before = current;
      const known = await before?.catch(() => undefined);
      // Systems tidy their folder for temporary files up, and what then comes in its place may be somebody else's.
      if (known !== undefined && (await isOwn(known))) return known;
      if (current === before) current = make();
      return current as Promise<string>;
    },
    close: async () => {
      await current?.catch(() => undefined);
      await Promise.all(made.splice(0).map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

/**
 * Removes what killed processes left below `parent`: folders whose process is dead, and those of other machines and containers after
 * a day. Folders of other users are left alone. Never rejects.
 */
export async function sweepUploadFolders(parent: string, log: Logger, now: () => number = Date.now): Promise<void> {
  try {
    const self = await describeThisProcess();
    let count = 0;
    for (const name of await readdir(parent)) {
      const owner = ownerOf(name);
      if (owner === undefined || !(await isLeftOver(join(parent, name), owner, self, now()))) continue;
      await rm(join(parent, name), { recursive: true, force: true });
      count++;
    }
    if (count > 0) log.info(`Removed the uploads that ${count} ended process${count === 1 ? '' : 'es'} had left.`);
  } catch (error) {
    log.warn(`Uploads that ended processes left in ${parent} cannot be removed.`, { error: String(error) });
  }
}

function ownerOf(name: string): ProcessIdentity | undefined {
  const match = NAME.exec(name);
  return match === null ? undefined : { host: match[1] as string, pid: Number(match[2]), startedAt: Number(match[3]) };
}

async function isLeftOver(path: string, owner: ProcessIdentity, self: ProcessIdentity, now: number): Promise<boolean> {
  const fate = await judgeProcess(owner, self);
  if (fate === 'alive' || !(await isOwn(path))) return false;
  if (fate === 'dead') return true;
  const { mtimeMs } = await lstat(path);
  return now - mtimeMs > FORGOTTEN_MS;
}

/** A real folder of this user that nobody else can enter. */
async function isOwn(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return false;
  // Windows knows neither.
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0);
}
