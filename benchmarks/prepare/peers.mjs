import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../scripts/setup.mjs';

const benchmarks = fileURLToPath(new URL('..', import.meta.url));

/** Installs what package.json names into benchmarks/node_modules, unless it is there. */
export async function installPeers() {
  const wanted = await readFile(join(benchmarks, 'package.json'), 'utf8');
  const note = join(benchmarks, 'node_modules/.installed-package.json');
  if ((await readFile(note, 'utf8').catch(() => undefined)) === wanted) return;
  console.log('Installing the other frameworks …');
  // No lock file: the versions in package.json are exact, and what they pull in is named by the results.
  const options = ['--no-package-lock', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await run('npm', ['install', ...options], { cwd: benchmarks });
  await writeFile(note, wanted);
}

/** `{ name: version }` of the packages that package.json names, as installed. */
export async function peerVersions() {
  const { dependencies } = JSON.parse(await readFile(join(benchmarks, 'package.json'), 'utf8'));
  const versions = {};
  for (const name of Object.keys(dependencies)) {
    const manifest = await readFile(join(benchmarks, 'node_modules', name, 'package.json'), 'utf8');
    versions[name] = JSON.parse(manifest).version;
  }
  return versions;
}
