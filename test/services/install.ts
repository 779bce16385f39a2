import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram, SECANTUSDB_VERSION, secantusdbFolder, valkeyFolder } from './find-program.js';
import { findFirebirdProgram } from './firebird.js';
import { findMongodbProgram } from './mongodb.js';
import { findMariadbProgram } from './mysql.js';
import { findPostgresProgram } from './postgres.js';
import { runProgram } from './private-process.js';
import { findProxyProgram } from './proxy.js';
import { findRedisProgram, findValkeyProgram } from './redis.js';

/** How `installServers` is told what it may do. */
export interface InstallOptions {
  /** Also Chromium and the proxies, for the fault run. */
  readonly withBrowser: boolean;
  /** Servers that an environment variable names already: nothing is installed for them. */
  readonly given: ReadonlySet<string>;
  readonly print: (line: string) => void;
}

const POLICY = '/usr/sbin/policy-rc.d';
const MINUTES = 60_000;

/**
 * Puts missing servers on this machine, where that is expected: as root, with apt. Debian's services are never started;
 * Valkey and SecantusDB go to the user's cache folder. What fails is printed and stays missing: whether that matters is the
 * caller's to decide.
 */
export async function installServers(options: InstallOptions): Promise<void> {
  const isNeeded = (service: string, program: string | undefined): boolean =>
    program === undefined && !options.given.has(service);
  const needsMongodb = isNeeded('mongodb', findMongodbProgram()?.program);
  const packages: string[] = [];
  if (findRedisProgram() === undefined) packages.push('redis-server');
  if (isNeeded('postgres', findPostgresProgram('initdb'))) packages.push('postgresql');
  if (isNeeded('mysql', findMariadbProgram())) packages.push('mariadb-server');
  if (isNeeded('firebird', findFirebirdProgram())) packages.push('firebird3.0-server');
  if (needsMongodb && findProgram('python3') === undefined) packages.push('python3-venv');
  if (options.withBrowser && findProgram('chromium') === undefined) packages.push('chromium');
  if (options.withBrowser && findProxyProgram('haproxy') === undefined) packages.push('haproxy');
  if (options.withBrowser && findProxyProgram('nginx') === undefined) packages.push('nginx-light');
  const needsValkey = isNeeded('valkey', findValkeyProgram());
  const hasApt = process.getuid?.() === 0 && findProgram('apt-get') !== undefined;

  if (hasApt && (packages.length > 0 || needsValkey)) {
    const folder = await mkdtemp(join(tmpdir(), 'tina4-install-'));
    try {
      if (packages.length > 0) await attempt('apt packages', () => installPackages(packages, folder, options), options);
      if (needsValkey) await attempt('valkey', () => unpackValkey(folder, options), options);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  if (needsMongodb) {
    await attempt('SecantusDB', () => installSecantusdb(options), options);
  }
}

async function attempt(what: string, step: () => Promise<void>, { print }: InstallOptions): Promise<void> {
  try {
    await step();
  } catch (error) {
    print(`Could not install ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One apt run for everything. The packages may not start their services: ports and data of this machine stay as they are. */
async function installPackages(packages: readonly string[], folder: string, options: InstallOptions): Promise<void> {
  options.print(`Installing with apt, without starting any service: ${packages.join(', ')}`);
  const isPolicyOurs = !existsSync(POLICY);
  if (isPolicyOurs) {
    await writeFile(POLICY, '#!/bin/sh\nexit 101\n');
    await chmod(POLICY, 0o755);
  }
  try {
    await apt(['update', '-qq'], folder);
    await apt(['install', '-y', '-qq', '--no-install-recommends', ...packages], folder);
  } finally {
    if (isPolicyOurs) await rm(POLICY, { force: true });
  }
}

/**
 * Another apt may hold a lock for a while: apt waits for the package database by itself, the lists have to be asked for
 * again. Gives up after about four minutes.
 */
async function apt(args: readonly string[], folder: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const options = { folder, env: { DEBIAN_FRONTEND: 'noninteractive', ...env }, timeoutMs: 15 * MINUTES };
  for (let tries = 1; ; tries++) {
    try {
      await runProgram('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], options);
      return;
    } catch (error) {
      if (tries >= 60 || !/could not get lock|unable to lock/i.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

/**
 * Debian 12 has Valkey in its backports only. The package is unpacked, not installed: apt's own lists and state are left
 * alone by giving this run an apt configuration of its own.
 */
async function unpackValkey(folder: string, options: InstallOptions): Promise<void> {
  const release = readFileSync('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  if (!/^ID=debian/m.test(release) || codename === undefined) {
    throw new Error('only Debian is known here; put valkey-server on the PATH');
  }
  options.print('Unpacking valkey-server from Debian into the cache folder');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const suites = codename === 'bookworm' ? ['bookworm', 'bookworm-backports'] : [codename];
  const lines = suites.map((suite) => `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main`);
  await writeFile(join(folder, 'sources.list'), `${lines.join('\n')}\n`);
  await mkdir(join(folder, 'state/lists/partial'), { recursive: true });
  await mkdir(join(folder, 'cache/archives/partial'), { recursive: true });
  const settings = [
    `Dir::Etc::SourceList "${folder}/sources.list";`,
    'Dir::Etc::SourceParts "-";',
    `Dir::State "${folder}/state";`,
    'Dir::State::status "/var/lib/dpkg/status";',
    `Dir::Cache "${folder}/cache";`,
    'APT::Sandbox::User "root";',
  ];
  await writeFile(join(folder, 'apt.conf'), `${settings.join('\n')}\n`);
  const env = { APT_CONFIG: join(folder, 'apt.conf') };
  await apt(['update', '-qq'], folder, env);
  // The libraries it needs come from the machine's own suites, so that they fit what is installed.
  const libraries = ['libjemalloc2', 'liblzf1', 'libatomic1'];
  await apt(['install', '-y', '-qq', '--no-install-recommends', ...libraries], folder);
  await apt(['download', '-qq', 'valkey-server', 'valkey-tools'], folder, env);
  const unpacked = join(folder, 'unpacked');
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.deb'))) {
    await runProgram('dpkg-deb', ['-x', join(folder, file), unpacked], { folder });
  }
  await moveInto(unpacked, valkeyFolder());
}

/** SecantusDB from PyPI in a virtual environment of its own, 150 MB with what it needs. */
async function installSecantusdb(options: InstallOptions): Promise<void> {
  const python = findProgram('python3');
  if (python === undefined) throw new Error('there is neither a mongod nor a Python to run SecantusDB with');
  options.print(`Installing SecantusDB ${SECANTUSDB_VERSION} from PyPI into the cache folder`);
  const folder = await mkdtemp(join(tmpdir(), 'tina4-install-'));
  const environment = join(folder, 'environment');
  try {
    await runProgram(python, ['-m', 'venv', environment], { folder });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    const run = { folder, timeoutMs: 10 * MINUTES };
    await runProgram(join(environment, 'bin', 'python'), [...install, `secantusdb==${SECANTUSDB_VERSION}`], run);
    await moveInto(environment, secantusdbFolder());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Appears complete or not at all, also when two runs do it at once or the cache is on another file system. */
async function moveInto(from: string, to: string): Promise<void> {
  const near = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true });
  await cp(from, near, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(near, to);
  } catch (error) {
    await rm(near, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}
