import { type NameLookup, type Router, Templates } from '@tina4/core';
import type { Config } from '../config/read-config.js';
import { defaultRouter } from '../default-router.js';
import { DeclaredNames } from './declared-names.js';
import type { ServerEnvironment } from './environment.js';
import type { FileLoader } from './file-loader.js';
import type { ProjectFolders } from './project-folders.js';
import { type LoadedRoutes, loadMiddleware, loadRoutes } from './route-loader.js';
import { startErrorOf } from './start-error.js';

/** A project on disk: its folders, its settings, and the files that it runs. `openProject` makes one. */
export class Project {
  readonly folders: ProjectFolders;
  readonly environment: ServerEnvironment;
  /** Runs the project's files; a file is run once, whoever asks first. */
  readonly loader: FileLoader;
  /** The table that the project's files register with. */
  readonly router: Router = defaultRouter;
  #names = new DeclaredNames(new Map());

  constructor(folders: ProjectFolders, environment: ServerEnvironment, loader: FileLoader) {
    this.folders = folders;
    this.environment = environment;
    this.loader = loader;
  }

  /** Functions that the files of the last `load` declare, for middleware that is named by a string. */
  get names(): NameLookup {
    return this.#names;
  }

  /** The settings as they stand now, `.env` included. Rejects with a StartError that names every mistake. */
  async readSettings(): Promise<Config> {
    try {
      return await this.environment.read(this.folders.root);
    } catch (error) {
      throw startErrorOf(error);
    }
  }

  /** Runs the middleware files, then the route files. A file that fails is in `failures`; the others count all the same. */
  async load(): Promise<LoadedRoutes> {
    const { folders, router, loader } = this;
    const middleware = await loadMiddleware(folders.middleware, router, loader);
    const routes = await loadRoutes(folders.routes, router, loader);
    this.#names = new DeclaredNames(new Map([...middleware.declared, ...routes.declared]));
    return { ...routes, failures: [...middleware.failures, ...routes.failures] };
  }

  /** Drops what `load` brought, so that the next one reads the files again. Routes of the entry file stay. */
  async forget(): Promise<void> {
    await this.loader.forget();
    this.router.removeLoaded(() => true);
  }

  /** The templates folder. Nothing is read before `refresh`. */
  openTemplates({ isDebug, templates }: Config): Templates {
    // Without the cache their files are looked at again every second; debug mode looks each time.
    const cacheSeconds = templates.cache ? templates.cacheSeconds : 1;
    return new Templates({ ...templates, cacheSeconds, isDebug, directory: this.folders.templates });
  }
}
