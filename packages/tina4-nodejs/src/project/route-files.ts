import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The method and path that a file stands for by its name and place. */
export interface VerbFile {
  readonly method: string;
  readonly path: string;
}

/**
 * Absolute paths of all route files under `folder`: every `.ts`, `.mts`, `.js` and `.mjs` file but declarations. Files of a
 * folder come before its subfolders, both in byte order of their names, so that the order is the same on every machine. A
 * missing folder has no files.
 */
export async function findRouteFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const sorted = entries
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const files = sorted.filter((entry) => !entry.isDirectory() && isRouteFile(entry.name));
  const folders = sorted.filter((entry) => entry.isDirectory());
  const below = await Promise.all(folders.map((entry) => findRouteFiles(join(folder, entry.name))));
  return [...files.map((entry) => join(folder, entry.name)), ...below.flat()];
}

function isRouteFile(name: string): boolean {
  return /\.[mc]?[jt]s$/.test(name) && !/\.d\.[mc]?ts$/.test(name);
}

/**
 * `users/[id]/get.ts` is GET `/users/{id}`; `[...rest]` takes all that follows. Undefined for files with other names: they
 * register their routes themselves. `relativePath` is relative to the routes folder.
 */
export function verbFileOf(relativePath: string): VerbFile | undefined {
  const segments = relativePath.split(/[\\/]/);
  const verb = /^(get|post|put|patch|delete)\.[mc]?[jt]s$/.exec(segments.pop() ?? '')?.[1];
  if (verb === undefined) return undefined;
  const path = segments.map((segment) =>
    segment.replace(/^\[\.\.\.([^\]]+)\]$/, '{$1:path}').replace(/^\[([^\]]+)\]$/, '{$1}'),
  );
  return { method: verb.toUpperCase(), path: `/${path.join('/')}` };
}
