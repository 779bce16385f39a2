import { readFileSync } from 'node:fs';
import { chown } from 'node:fs/promises';

/** Numbers of an account, to be spread into spawn options. Empty unless we are root and a user is asked for. */
export function idsOf(user: string | undefined): { uid?: number; gid?: number } {
  if (user === undefined || process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  const fields = line?.split(':');
  if (fields === undefined) throw new Error(`There is no account "${user}" to run the server with.`);
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** Gives paths to an account, so that a server that runs with it can write there. Does nothing unless we are root. */
export async function giveTo(user: string, ...paths: string[]): Promise<void> {
  const { uid, gid } = idsOf(user);
  if (uid === undefined || gid === undefined) return;
  for (const path of paths) await chown(path, uid, gid);
}
