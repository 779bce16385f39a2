import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

/** Where a project keeps its files; all absolute. None of the folders has to exist. */
export interface ProjectFolders {
  /** The folder with `.env`; relative settings start here. */
  readonly root: string;
  readonly routes: string;
  readonly middleware: string;
  readonly templates: string;
  /** The first that has a file wins. */
  readonly publicDirectories: readonly string[];
}

/** Folders that differ from the usual ones; relative paths start at `basePath`, that one at the working directory. */
export interface FolderOptions {
  readonly basePath?: string | undefined;
  readonly routesDir?: string | undefined;
  readonly templatesDir?: string | undefined;
  readonly staticDir?: string | undefined;
}

/**
 * The folders of the project in `basePath`. `entryFile` is the script that was started: when it is the output of `tina4 build`
 * (`dist/app.js`), its own routes are taken, and templates and public files still come from the project.
 */
export async function findProjectFolders(options: FolderOptions, entryFile?: string): Promise<ProjectFolders> {
  const root = resolve(options.basePath ?? '.');
  const built = entryFile === undefined ? undefined : await builtRoutes(root, dirname(resolve(entryFile)));
  return {
    root,
    routes: resolve(root, options.routesDir ?? built ?? 'src/routes'),
    middleware: resolve(root, options.routesDir ?? built ?? 'src/routes', '../middleware'),
    templates: resolve(root, options.templatesDir ?? 'src/templates'),
    publicDirectories:
      options.staticDir === undefined
        ? [join(root, 'src/public'), join(root, 'public')]
        : [resolve(root, options.staticDir)],
  };
}

/** The files that a project may begin with, absolute; the first that exists is run. None has to. */
export function entryFilesOf(root: string): readonly string[] {
  return [join(root, 'app.ts'), join(root, 'app.js')];
}

/** The entry file of the project, or undefined. */
export async function findEntryFile(root: string): Promise<string | undefined> {
  const files = entryFilesOf(root);
  const found = await Promise.all(files.map(exists));
  return files[found.indexOf(true)];
}

/** True when the folder looks like a project that can be served. */
export async function isProject(root: string): Promise<boolean> {
  const folders = ['src/routes', 'src/orm', 'src/models', 'src/templates', 'src/public'].map((name) =>
    join(root, name),
  );
  const found = await Promise.all([...folders, ...entryFilesOf(root)].map(exists));
  return found.includes(true);
}

/** True when there is a file or folder of that path. */
export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function builtRoutes(root: string, entryFolder: string): Promise<string | undefined> {
  const fromRoot = relative(root, entryFolder);
  const routes = join(entryFolder, 'src/routes');
  return fromRoot === 'dist' && (await exists(routes)) ? routes : undefined;
}
