import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'tina4-services-';
let sweepOnce: Promise<void> | undefined;

/**
 * A fresh folder for one server, whose name says which process owns it. The first call in a process also removes the
 * folders of owners that are dead: one that was killed could not clean up after itself.
 * Others may walk through the folder (0711) so that a server that runs as its own user reaches its part of it.
 */
export async function createTempFolder(name: string): Promise<string> {
  sweepOnce ??= sweepTempFolders();
  await sweepOnce;
  const owner = `${process.pid}-${await startTimeOf(process.pid)}`;
  const folder = join(tmpdir(), `${PREFIX}${owner}-${name}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  await chmod(folder, 0o711);
  return folder;
}

/** Removes a folder that a dying server may still be writing to. */
export async function removeTempFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** Removes the folders whose owner no longer runs. */
export async function sweepTempFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const match = /^tina4-services-(\d+)-(\w+)-/.exec(name);
    if (match === null || (await startTimeOf(Number(match[1]))) === match[2]) continue;
    await removeTempFolder(join(tmpdir(), name)).catch((error: unknown) => {
      console.warn(`Left ${name} in the temporary folder: ${String(error)}`);
    });
  }
}

/**
 * When a process started, in a form that only serves to compare: pids are used again, pairs of pid and start are not.
 * `dead` for a process that ended; `alive` where the system has no /proc to tell more.
 */
async function startTimeOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold spaces; state is the 3rd field, start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'dead' : (fields[19] ?? 'dead');
  } catch {
    if (process.platform === 'linux') return 'dead';
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return 'dead';
  }
}
