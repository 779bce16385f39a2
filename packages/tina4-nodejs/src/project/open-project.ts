import type { Router } from '@tina4/core';
import { defaultRouter } from '../default-router.js';
import { areBuiltRoutes, BuiltFiles } from './built-files.js';
import { describeFailure } from './describe-failure.js';
import type { ServerEnvironment } from './environment.js';
import { Project } from './project.js';
import { type FolderOptions, findEntryFile, findProjectFolders, type ProjectFolders } from './project-folders.js';
import { StartError, startErrorOf } from './start-error.js';
import type { TypeScriptLoader } from './typescript-loader.js';

/** Where to listen and where the project lies. What is left out comes from the settings; see docs/configuration.md. */
export interface StartOptions extends FolderOptions {
  /** 0 takes a free one. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** Accepted for old projects; models are loaded by the files that import them. */
  readonly modelsDir?: string | undefined;
  /** Database URL; the same as `TINA4_DATABASE_URL`. */
  readonly database?: string | undefined;
}

/** A server that answers. */
export interface StartedServer {
  readonly router: Router;
  readonly port: number;
  /** Lets running requests finish, then closes everything. */
  close(): Promise<void>;
}

/** How a project is opened. */
export interface OpenOptions {
  /** Absolute path of the folder with the entry file. */
  readonly root: string;
  readonly environment: ServerEnvironment;
  /** What `startServer()` in the entry file does. Without it nothing is started: the project is only looked at. */
  readonly serve?: (project: Project, options: StartOptions) => Promise<StartedServer>;
}

/**
 * Opens the project in a folder, the one way to do so for `tina4 serve`, `routes`, `test` and `TestClient`: reads its settings and
 * runs its entry file (`app.ts`, else `app.js`), which may name other folders where it starts the server. Middleware, routes and
 * templates come with `load` and `openTemplates`. Rejects with a StartError for mistakes in the settings and for an entry file
 * that fails.
 */
export async function openProject({ root, environment, serve }: OpenOptions): Promise<Project> {
  let opened: Promise<Project> | undefined;
  const open = (options: FolderOptions): Promise<Project> => {
    opened ??= findProjectFolders({ ...options, basePath: options.basePath ?? root }).then(
      (folders) => new Project(folders, environment, loader),
    );
    return opened;
  };
  const start = async (options: StartOptions = {}): Promise<StartedServer> => {
    const project = await open(options);
    return serve === undefined ? NOT_STARTED : serve(project, options);
  };
  const loader: TypeScriptLoader = await createLoader(root, startNames(start, serve !== undefined));
  // Entry file and routes may use settings from .env.
  await environment.read(root).catch((error) => {
    throw startErrorOf(error);
  });
  await runEntryFile(root, loader);
  return open({});
}

/** The project of a program that runs already and calls `startServer()` itself: there is no entry file to be run. */
export async function openRunningProject(folders: ProjectFolders, environment: ServerEnvironment): Promise<Project> {
  const isBuilt = await areBuiltRoutes(folders.routes);
  return new Project(folders, environment, isBuilt ? new BuiltFiles() : await createLoader(folders.root));
}

const NOT_STARTED: StartedServer = Object.freeze({ router: defaultRouter, port: 0, close: async () => {} });

/** The names by which an entry file starts the server, leading to `start`. */
function startNames(
  start: (options?: StartOptions) => Promise<StartedServer>,
  isServed: boolean,
): Readonly<Record<string, unknown>> {
  const startServer = (options?: StartOptions): Promise<StartedServer> => {
    const starting = start(options);
    // Usually nobody awaits it here, and whoever opened the project hears of a failed start.
    starting.catch(() => {});
    return starting;
  };
  class Tina4 {
    readonly #options: StartOptions | undefined;

    constructor(options?: StartOptions) {
      this.#options = options;
    }

    start(ready?: (server: StartedServer) => void): Promise<StartedServer> {
      const starting = startServer(this.#options).then((server) => {
        if (isServed) ready?.(server);
        return server;
      });
      starting.catch(() => {});
      return starting;
    }
  }
  return { startServer, Tina4 };
}

async function runEntryFile(root: string, loader: TypeScriptLoader): Promise<void> {
  const file = await findEntryFile(root);
  if (file === undefined) return;
  try {
    await loader.load(file);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(describeFailure({ file, error }), { cause: error });
  }
}

/** A loader whose files share this very framework, whatever copies are installed beside it. */
async function createLoader(
  root: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<TypeScriptLoader> {
  // Loaded here: the framework's own index leads to this file, and what was built needs no transformer.
  const [{ TypeScriptLoader }, framework, core, testing, orm, frond, sessions] = await Promise.all([
    import('./typescript-loader.js'),
    import('../index.js'),
    import('../core.js'),
    import('../test.js'),
    import('../orm.js'),
    import('../frond.js'),
    import('@tina4/sessions'),
  ]);
  return new TypeScriptLoader(root, {
    'tina4-nodejs': { ...framework, ...overrides },
    'tina4-nodejs/core': { ...core, ...overrides },
    'tina4-nodejs/env': {},
    'tina4-nodejs/test': testing,
    'tina4-nodejs/orm': orm,
    'tina4-nodejs/frond': frond,
    // The names that Tina4 code imports the framework by; `tina4 build` writes the same pairs.
    '@tina4/core': { ...core, ...overrides },
    '@tina4/orm': orm,
    '@tina4/sessions': sessions,
  });
}
