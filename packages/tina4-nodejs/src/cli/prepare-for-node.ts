import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILD_MARK } from '../project/built-files.js';
import { exportDeclared } from '../project/route-source.js';

/**
 * What works in a project because its files are transformed, and not in a module that Node imports: the names of CommonJS, JSON by
 * its mere name, and packages that are ours without being installed beside the project. Too much that is found costs a little at the
 * start, too little would be a build that does not run.
 */
const NEEDS_TRANSFORMER =
  /\brequire\s*[.(]|\bmodule\.exports\b|\bexports\s*[.[]|\b__(?:dir|file)name\b|\.json["']|["']@tina4\//;

/**
 * Makes the output of a build ready to be imported by Node itself, and marks it as such. Each file then exports what it declares, for
 * middleware that is named by a string. Where one file needs the transformer, all are left to it: two ways to run them
 * would run what both import twice.
 */
export async function prepareForNode(dist: string): Promise<void> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(({ name }) => /\.[mc]?js$/.test(name))
    .map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })));
  if (files.some(({ path, text }) => path.endsWith('.cjs') || NEEDS_TRANSFORMER.test(text))) return;
  await Promise.all(files.map(({ path, text }) => writeFile(path, exportDeclared(text))));
  await writeFile(join(dist, BUILD_MARK), `${JSON.stringify({ importedBy: 'node' })}\n`);
}
