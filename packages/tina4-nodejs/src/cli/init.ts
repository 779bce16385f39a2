import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { exists } from '../project/project-folders.js';
import { StartError } from '../project/start-error.js';
import { readVersion } from '../server/version.js';
import { scaffoldFiles, scaffoldFolders } from './scaffold.js';
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

  for (const folder of scaffoldFolders) {
    if (await exists(join(root, folder))) continue;
    await mkdir(join(root, folder), { recursive: true, mode: PRIVATE.has(folder) ? 0o700 : 0o777 });
    console.log(`  Created ${folder}/`);
  }
  for (const [path, text] of Object.entries(scaffoldFiles(packageName(root), await readVersion()))) {
    if (await writeNewFile(join(root, path), text, PRIVATE.has(path) ? 0o600 : undefined))
      console.log(`  Created ${path}`);
  }

  const steps = [...(root === resolve('.') ? [] : [`cd ${directory}`]), 'npm install', 'npx tina4 serve'];
  console.log(`\nProject created! Next steps:\n${steps.map((step) => `  ${step}`).join('\n')}`);
}

/** What holds secrets and sessions is for the owner alone, whatever the umask says. */
const PRIVATE = new Set(['.env', 'data']);

/** The folder's name as npm takes it. */
function packageName(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'tina4-app' : name;
}
