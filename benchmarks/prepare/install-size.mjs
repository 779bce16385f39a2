import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../scripts/setup.mjs';
import { loadAdapter } from '../adapters/index.mjs';
import { peerVersions } from './peers.mjs';
import { tina4Archives } from './tina4.mjs';

/** What `npm install` of an adapter's packages brings, without and with those for sessions, as text. Needs the registry. */
export async function installSize(name) {
  const { packages } = await loadAdapter(name);
  const plain = await measureInstall(packages.plain);
  const session = await measureInstall([...new Set([...packages.plain, ...packages.session])]);
  return `${plain}; with sessions ${session}`;
}

async function measureInstall(names) {
  if (names.length === 0) return '0 packages';
  const versions = await peerVersions();
  const ours = await tina4Archives();
  const wanted = names.flatMap((name) => (name === 'tina4-nodejs' ? ours : [`${name}@${versions[name]}`]));
  const folder = await mkdtemp(join(tmpdir(), 'tina4-bench-size-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const args = [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefer-offline',
      '--loglevel=error',
      ...wanted,
    ];
    await run('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
    const megabytes = (await sizeOf(join(folder, 'node_modules'))) / 2 ** 20;
    return `${Object.keys(lock.packages).length - 1} packages, ${megabytes.toFixed(1)} MB`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sizeOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
