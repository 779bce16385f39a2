import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists } from '../project/project-folders.js';

/** Packages by whose name Tina4 code imports the framework, and where it really is. Route files get the same from the loader. */
const FRAMEWORK_NAMES: Readonly<Record<string, string>> = {
  '@tina4/core': 'tina4-nodejs/core',
  '@tina4/orm': 'tina4-nodejs/orm',
};

// `from './x'`, `import './x'` and `import('./x')` with a relative path, or one of the names above.
const completable = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.{1,2}\/[^"'\n]*|\.{1,2}|@tina4\/(?:core|orm))\2/g;

/**
 * Gives the relative imports of built files the extension that Node wants: `./cart` becomes `./cart.js` or
 * `./cart/index.js`, whichever is there. `./cart.ts` becomes `./cart.js`. Names by which Tina4 code imports the framework become its
 * own. Everything else stays.
 */
export async function completeSpecifiers(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !/\.m?js$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const text = await readFile(file, 'utf8');
    const completed = await completeIn(text, dirname(file));
    if (completed !== text) await writeFile(file, completed);
  }
}

async function completeIn(text: string, folder: string): Promise<string> {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(completable)) {
    const [whole, before = '', quote = '', specifier = ''] = match;
    result += text.slice(end, match.index) + before + quote + (await complete(specifier, folder)) + quote;
    end = match.index + whole.length;
  }
  return result + text.slice(end);
}

async function complete(specifier: string, folder: string): Promise<string> {
  const framework = FRAMEWORK_NAMES[specifier];
  if (framework !== undefined) return framework;
  const path = join(folder, specifier);
  const asScript = specifier.replace(/\.([mc]?)ts$/, '.$1js');
  if (asScript !== specifier) return asScript;
  for (const ending of ['.js', '.mjs', '/index.js']) {
    if (await exists(path + ending)) return specifier.replace(/\/$/, '') + ending;
  }
  return specifier;
}
