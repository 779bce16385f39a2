import { access } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createJiti, type Jiti } from 'jiti';
import { exposeDeclared } from './route-source.js';

/** Name under which transformed files find the loader; no package can have it. */
const declareModule = 'tina4:declare';

/** What a loaded file gave: its exports, and the functions and classes of its top level, exported or not. */
export interface LoadedFile {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly declared: ReadonlyMap<string, unknown>;
}

/**
 * Runs TypeScript files of one app without a build step: types are stripped, never checked, relative imports need no
 * extension, `await` works at the top level, and stack lines are the file's own. A file is run once however many others
 * import it, and packages are the ones that the server itself runs on.
 */
export class TypeScriptLoader {
  readonly #projectDir: string;
  readonly #modules: Readonly<Record<string, unknown>>;
  readonly #declared = new Map<string, ReadonlyMap<string, unknown>>();
  #jiti: Promise<Jiti> | undefined;

  /**
   * `projectDir` is absolute. `modules` holds modules that the app's imports get as they are, by name, such as
   * `tina4-nodejs`: routes then register with the server that loads them, whatever copies are installed.
   */
  constructor(projectDir: string, modules: Readonly<Record<string, unknown>> = {}) {
    this.#projectDir = projectDir;
    this.#modules = modules;
  }

  /** Runs the file and what it imports, unless that was done already. Rejects with what the file throws. */
  async load(file: string): Promise<LoadedFile> {
    this.#jiti ??= this.#create();
    const jiti = await this.#jiti;
    const exports = await jiti.import<Record<string, unknown>>(file);
    return { exports, declared: this.#declared.get(file) ?? new Map() };
  }

  /** Drops the app's own files, so that the next `load` reads them again. Packages stay as they are. */
  async forget(): Promise<void> {
    const jiti = await this.#jiti;
    this.#jiti = undefined;
    this.#declared.clear();
    if (jiti === undefined) return;
    const own = this.#projectDir.split(sep).join('/');
    for (const key of Object.keys(jiti.cache)) {
      const path = key.split(sep).join('/');
      if (path.startsWith(`${own}/`) && !path.slice(own.length).includes('/node_modules/')) delete jiti.cache[key];
    }
  }

  async #create(): Promise<Jiti> {
    const parent = join(this.#projectDir, 'tina4.js');
    // The transformer keeps its results in the project: a cache in the shared temporary folder could be written to by other
    // users of the machine, who would then run code here.
    const transformer = createJiti(parent, { fsCache: await this.#cacheFolder() });
    return createJiti(parent, {
      fsCache: false,
      moduleCache: true,
      virtualModules: { ...this.#modules, [declareModule]: { declare: this.#declare } },
      transform: (options) => ({
        code: transformer.transform({
          ...options,
          source: exposeDeclared(options.source, options.filename ?? '', declareModule),
        }),
      }),
    });
  }

  readonly #declare = (file: string, values: Readonly<Record<string, unknown>>): void => {
    const functions = Object.entries(values).filter(([, value]) => typeof value === 'function');
    this.#declared.set(file, new Map(functions));
  };

  async #cacheFolder(): Promise<string | false> {
    const modules = join(this.#projectDir, 'node_modules');
    const hasModules = await access(modules).then(
      () => true,
      () => false,
    );
    return hasModules && join(modules, '.cache/tina4');
  }
}
