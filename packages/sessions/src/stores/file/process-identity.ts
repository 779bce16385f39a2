import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** What a lock names its process by. */
export interface ProcessIdentity {
  /** 16 hex characters over everything within which a process number is unique. */
  readonly host: string;
  readonly pid: number;
  /** When the process started, in the units of its system; 0 where that cannot be known. */
  readonly startedAt: number;
}

/** `unknown`: the process is of another machine or container, or its system does not tell when it started. */
export type ProcessFate = 'alive' | 'dead' | 'unknown';

/**
 * This process, as it signs its locks. Process numbers are unique within one boot of one kernel and within one namespace of
 * it: two containers with a common folder each have their process 1.
 */
export async function describeThisProcess(): Promise<ProcessIdentity> {
  const [boot, namespace, self] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
    readProcess(process.pid),
  ]);
  const host = createHash('sha256').update(`${hostname()}\n${boot.trim()}\n${namespace}`).digest('hex').slice(0, 16);
  return { host, pid: process.pid, startedAt: self?.startedAt ?? 0 };
}

/** Whether the process that wrote a lock still exists. A stopped process is alive; a zombie is dead. */
export async function judgeProcess(signed: ProcessIdentity, self: ProcessIdentity): Promise<ProcessFate> {
  if (signed.host !== self.host) return 'unknown';
  if (signed.pid === self.pid && signed.startedAt === self.startedAt) return 'alive';
  if (!processExists(signed.pid)) return 'dead';
  if (signed.startedAt === 0) return 'unknown';
  const found = await readProcess(signed.pid);
  // Nothing to read: it ended between the two looks, or /proc hides the processes of other users.
  if (found === undefined) return processExists(signed.pid) ? 'unknown' : 'dead';
  return found.isZombie || found.startedAt !== signed.startedAt ? 'dead' : 'alive';
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

// proc(5): the name stands in parentheses and may hold any character; state is the first field after it, start time the 20th.
async function readProcess(pid: number): Promise<{ isZombie: boolean; startedAt: number } | undefined> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'latin1');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { isZombie: fields[0] === 'Z' || fields[0] === 'X', startedAt: Number(fields[19]) || 0 };
  } catch {
    return undefined; // No such process, or a system without /proc.
  }
}
