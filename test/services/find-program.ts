import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where programs are kept that the tests fetched or built themselves: outside the repository, so that a clean clone finds them. */
export function serviceCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tina4-test-services');
}

/** Where `apt` packages for valkey are unpacked. */
export const valkeyFolder = (): string => join(serviceCacheFolder(), 'valkey');

/** The release of SecantusDB that stands in for a mongod. */
export const SECANTUSDB_VERSION = '0.7.0b3';

/** Its virtual environment; the folder names the version, so that another one is installed beside it. */
export const secantusdbFolder = (): string => join(serviceCacheFolder(), `secantusdb-${SECANTUSDB_VERSION}`);

/** How it is started: the script by itself would look for its interpreter in the folder that it was installed in first. */
export const secantusdbCommand = (): readonly [string, string] => {
  const programs = join(secantusdbFolder(), 'bin');
  return [join(programs, 'python'), join(programs, 'secantusd-py')];
};

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
