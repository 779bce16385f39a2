import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** A template file as it was last read. `version` changes when the file does. */
export type TemplateFile = { readonly version: string; readonly text: string };

/**
 * Reads all files below a folder; those of `known` whose version is the same are taken over without reading. Names
 * are relative with `/` between folders. Files and folders that begin with a dot are passed over, and links that lead
 * out of the folder as well. A folder that is not there has no files.
 */
export async function readTemplateFolder(
  directory: string,
  known: ReadonlyMap<string, TemplateFile> = new Map(),
): Promise<Map<string, TemplateFile>> {
  const root = await realpath(directory).catch(ignoreMissing);
  const files = new Map<string, TemplateFile>();
  if (root === undefined) return files;
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = relative(root, path).split(sep).join('/');
      if (entry.isDirectory() || name.split('/').some((part) => part.startsWith('.'))) return;
      if (entry.isSymbolicLink() && !(await leadsInside(path, root))) return;
      const file = await readTemplate(path, known.get(name)).catch(ignoreMissing);
      if (file !== undefined) files.set(name, file);
    }),
  );
  return files;
}

async function readTemplate(path: string, known: TemplateFile | undefined): Promise<TemplateFile | undefined> {
  const stats = await stat(path);
  if (!stats.isFile()) return undefined;
  const version = `${stats.mtimeMs}:${stats.size}:${stats.ino}`;
  return known?.version === version ? known : { version, text: await readFile(path, 'utf8') };
}

async function leadsInside(path: string, root: string): Promise<boolean> {
  const target = await realpath(path).catch(ignoreMissing);
  return target?.startsWith(root + sep) ?? false;
}

/** A file may go away between the listing and the reading: an editor saves by renaming. */
function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}
