import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FileLoader, LoadedFile } from './file-loader.js';
import { namedWhileLoading } from './loading-watch.js';
import { exists } from './project-folders.js';
import { DECLARED_EXPORT } from './route-source.js';

/** Beside the entry file that `tina4 build` wrote, where Node can run all that it wrote. */
export const BUILD_MARK = 'tina4-build.json';

/** Whether `routes` (`dist/src/routes`) came from a build that Node runs by itself. */
export function areBuiltRoutes(routes: string): Promise<boolean> {
  return exists(join(dirname(dirname(routes)), BUILD_MARK));
}

/**
 * Runs what `tina4 build` made. Node imports the files, so that nothing is transformed, and what both the entry file and a route import
 * is one module. In debug mode changed routes and middleware are read again, but not what they import: Node keeps that for good.
 */
export class BuiltFiles implements FileLoader {
  #reloads = 0;

  async load(file: string): Promise<LoadedFile> {
    const { href } = pathToFileURL(file);
    // A module of another name for Node, which would otherwise give the one that it has.
    const importing = import(this.#reloads === 0 ? href : `${href}?reload=${this.#reloads}`);
    const exports = await namedWhileLoading<Record<string, unknown>>(file, importing);
    const declared = Object.entries((exports[DECLARED_EXPORT] ?? {}) as Record<string, unknown>);
    return { exports, declared: new Map(declared.filter(([, value]) => typeof value === 'function')) };
  }

  async forget(): Promise<void> {
    this.#reloads += 1;
  }
}
