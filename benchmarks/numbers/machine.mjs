import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import process from 'node:process';
import { loadGenerator } from '../load/generate-load.mjs';
import { peerVersions } from '../prepare/peers.mjs';
import { canPin } from '../servers/cores.mjs';

/** Everything a reader needs to judge figures or repeat them; part of every result. */
export async function describeRun() {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
      isPinned: canPin,
    },
    node: process.version,
    loadGenerator,
    versions: { tina4: ownVersion(), ...(await peerVersions()) },
  };
}

/** The version with the commit behind it, and whether there was more than what is committed. */
function ownVersion() {
  const manifest = new URL('../../packages/tina4-nodejs/package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  try {
    const cwd = new URL('..', import.meta.url);
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd, encoding: 'utf8' }).trim();
    const changed = execFileSync('git', ['status', '--porcelain', '../packages'], { cwd, encoding: 'utf8' }) !== '';
    return `${version} (${commit}${changed ? ' with changes' : ''})`;
  } catch {
    // An unpacked archive of the sources has no history.
    return version;
  }
}
