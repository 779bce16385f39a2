import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where programs are kept that the tests fetched or built themselves: outside the repository, so that a clean clone finds them. */
export function serviceCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tina4-test-services');
}

/** Where `apt` packages for valkey are unpacked. */
export const valkeyFolder = (): string => join(serviceCacheFolder(), 'valkey');

/** The FerretDB that the Go toolchain built; the folder names version and revision of the little main program. */
export const ferretdbProgram = (): string => join(serviceCacheFolder(), 'ferretdb-1.24.0-1', 'ferretdb');

/** Full path of a program on the PATH or in one of `extraFolders`, or undefined. */
export function findProgram(name: string, extraFolders: readonly string[] = []): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...extraFolders, ...onPath, '/usr/sbin', '/usr/local/sbin', '/sbin']
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** Debian keeps one folder of programs per version of PostgreSQL and puts none of the server's on the PATH. Newest first. */
export function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(root, version, 'bin'));
}
