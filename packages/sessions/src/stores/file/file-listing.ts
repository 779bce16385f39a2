import { join } from 'node:path';
import { isSessionKey } from '../../data/session-id.js';
import type { EntriesPage } from '../../session-store.js';
import { type FileCalls, failureCode } from './file-calls.js';
import type { FileEntries } from './file-entry.js';

/**
 * A page of keys in ascending order after `cursor`, which is the last key of the page before. Keeps no more than `limit` names in
 * memory, however many a folder holds.
 */
export async function listFiles(
  calls: FileCalls,
  files: FileEntries,
  directory: string,
  cursor: string | undefined,
  limit: number,
): Promise<EntriesPage> {
  const entries: EntriesPage['entries'][number][] = [];
  let after = cursor ?? '';
  for (let shard = cursor === undefined ? 0 : Number.parseInt(cursor.slice(0, 2), 16); shard < 256; ) {
    const name = shard.toString(16).padStart(2, '0');
    const keys = await smallestKeys(calls, join(directory, name), after, limit);
    for (const key of keys) {
      const state = await files.inspect(join(directory, name, key));
      if (state.kind !== 'session') continue;
      entries.push({ key, bytes: state.header.length, expiresAt: state.header.expiresAt });
    }
    const last = keys.at(-1);
    // A full page of names may leave more in the same folder.
    if (last !== undefined && keys.length === limit) after = last;
    else shard += 1;
    if (entries.length >= limit) return { entries, cursor: last ?? after };
  }
  return { entries };
}

async function smallestKeys(calls: FileCalls, folder: string, after: string, limit: number): Promise<string[]> {
  let keys: string[] = [];
  try {
    for await (const { name } of await calls.openFolder(folder)) {
      if (name <= after || !isSessionKey(name)) continue;
      keys.push(name);
      if (keys.length >= limit * 2) keys = keys.sort().slice(0, limit);
    }
  } catch (error) {
    if (failureCode(error) !== 'ENOENT') throw error;
  }
  return keys.sort().slice(0, limit);
}
