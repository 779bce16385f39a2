import { basename, join, resolve } from 'node:path';
import { StartError } from '../project/start-error.js';
import { readVersion } from '../server/version.js';
import { scaffoldFiles } from './scaffold.js';
import { writeNewFile } from './write-new-file.js';

/**
 * `tina4 init my-app`, `tina4 init nodejs my-app`, `tina4 init .`: makes a project. What is there already stays as it is, so a
 * second run adds only what is missing.
 */
export async function init(words: readonly string[]): Promise<void> {
  const [directory, ...others] = words.length > 1 && /^node(js)?$/i.test(words[0] ?? '') ? words.slice(1) : words;
  if (directory === undefined || others.length > 0) throw new StartError('Give one folder: npx tina4 init my-app');
  const root = resolve(directory);
  const shown = directory.startsWith('.') || resolve(directory) === directory ? directory : `./${directory}`;
  console.log(`Creating Tina4 project in ${shown} ...\n  Detected language: Node.js (package.json)`);

  for (const [path, text] of Object.entries(scaffoldFiles(packageName(root), await readVersion()))) {
    if (await writeNewFile(join(root, path), text, PRIVATE.has(path) ? 0o600 : undefined))
      console.log(`  Created ${path}`);
  }

  const steps = [...(root === resolve('.') ? [] : [`cd ${directory}`]), 'npm install', 'npx tina4 serve'];
  console.log(`\nProject created! Next steps:\n${steps.map((step) => `  ${step}`).join('\n')}`);
}

/** What holds secrets is for the owner alone, whatever the umask says; stores do the same with what they make. */
const PRIVATE = new Set(['.env']);

/** The folder's name as npm takes it. */
function packageName(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'tina4-app' : name;
}
