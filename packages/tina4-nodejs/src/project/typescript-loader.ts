import { access } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lazyPackage } from '@tina4/core';
import type { Jiti, TransformOptions } from 'jiti';
import { CompiledFiles } from './compiled-files.js';
import type { FileLoader, LoadedFile } from './file-loader.js';
import {
  type ImportedNames,
  importCheckPlugin,
  isMissing,
  type MissingImport,
  missingImportError,
  missingImports,
} from './import-check.js';
import { namedWhileLoading } from './loading-watch.js';
import { exposeDeclared } from './route-source.js';

const jitiPackage = lazyPackage<typeof import('jiti')>('jiti', import.meta.url);
const jitiManifest = lazyPackage<{ readonly version: string }>('jiti/package.json', import.meta.url);

/** Another number where another thing is added to the files, so that what was compiled before is not used. */
const ADDITIONS_VERSION = 1;

/** Name under which transformed files find the loader; no package can have it. */
const loaderModule = 'tina4:loader';

/**
 * Runs TypeScript files of one app without a build step: types are stripped, never checked, relative imports need no
 * extension, `await` works at the top level, and stack lines are the file's own. A file is run once however many others
 * import it, and packages are the ones that the server itself runs on. An import of a name that its module does not export is an
 * error, as in Node.
 */
export class TypeScriptLoader implements FileLoader {
  readonly #projectDir: string;
  readonly #modules: Readonly<Record<string, unknown>>;
  readonly #declared = new Map<string, ReadonlyMap<string, unknown>>();
  /** Names that were not there yet when they were imported in a circle. */
  #awaited: MissingImport[] = [];
  #jiti: Promise<Jiti> | undefined;

  /**
   * `projectDir` is absolute. `modules` holds modules that the app's imports get as they are, by name, such as
   * `tina4-nodejs`: routes then register with the server that loads them, whatever copies are installed.
   */
  constructor(projectDir: string, modules: Readonly<Record<string, unknown>> = {}) {
    this.#projectDir = projectDir;
    this.#modules = modules;
  }

  /**
   * Runs the file and what it imports, unless that was done already. Rejects with what the file throws, and with
   * T4_IMPORT_MISSING for a named import that leads nowhere.
   */
  async load(file: string): Promise<LoadedFile> {
    this.#jiti ??= this.#create();
    const jiti = await this.#jiti;
    this.#awaited = [];
    const exports = await namedWhileLoading(file, jiti.import<Record<string, unknown>>(file));
    const missing = this.#awaited.find(isMissing);
    if (missing !== undefined) throw missingImportError(missing);
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
    const { createJiti } = jitiPackage();
    const parent = join(this.#projectDir, 'tina4.js');
    const transformer = createJiti(parent, {
      fsCache: false,
      transformOptions: { babel: { plugins: [importCheckPlugin(loaderModule)] } } as unknown as TransformOptions,
    });
    const compiled = await this.#openCompiled();
    const jiti = createJiti(parent, {
      fsCache: false,
      moduleCache: true,
      virtualModules: {
        ...this.#modules,
        [loaderModule]: {
          declare: this.#declare,
          checkImports: (file: string, imports: readonly ImportedNames[]) => this.#checkImports(jiti, file, imports),
        },
      },
      // Options of Babel's that stand here would take the place of the transformer's own.
      transform: ({ babel: _, source, filename = '', ...options }) => {
        const compile = (): string =>
          transformer.transform({ ...options, filename, source: exposeDeclared(source, filename, loaderModule) });
        return { code: compiled?.get(filename, JSON.stringify(options), source, compile) ?? compile() };
      },
    });
    return jiti;
  }

  readonly #declare = (file: string, values: Readonly<Record<string, unknown>>): void => {
    const functions = Object.entries(values).filter(([, value]) => typeof value === 'function');
    this.#declared.set(file, new Map(functions));
  };

  /** Packages look after themselves. A module that still runs imports this file itself, and may export the name later. */
  #checkImports(jiti: Jiti, file: string, imports: readonly ImportedNames[]): void {
    if (file.split(sep).includes('node_modules')) return;
    for (const missing of missingImports(file, imports)) {
      const url = jiti.esmResolve(missing.source, { parentURL: file, try: true });
      const isLoading = url !== undefined && jiti.cache[fileURLToPath(url)]?.loaded === false;
      if (!isLoading) throw missingImportError(missing);
      this.#awaited.push(missing);
    }
  }

  /**
   * In the project: a folder for temporary files could be written to by other users of the machine, who would then run code here.
   * Undefined for a project without node_modules, which is to stay as it is.
   */
  async #openCompiled(): Promise<CompiledFiles | undefined> {
    const modules = join(this.#projectDir, 'node_modules');
    const hasModules = await access(modules).then(
      () => true,
      () => false,
    );
    if (!hasModules) return undefined;
    return new CompiledFiles(join(modules, '.cache/tina4'), `${ADDITIONS_VERSION} ${jitiManifest().version}`);
  }
}
