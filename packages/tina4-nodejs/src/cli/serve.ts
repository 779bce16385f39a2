import { join } from 'node:path';
import process from 'node:process';
import type { Environment } from '../config/read-variable.js';
import { defaultRouter } from '../default-router.js';
import { ServerEnvironment } from '../project/environment.js';
import { exists, findProjectFolders, isProject } from '../project/project-folders.js';
import { describeFailure, StartError, startErrorOf } from '../project/start-error.js';
import type { TypeScriptLoader } from '../project/typescript-loader.js';
import { createLoader } from '../server/app-server.js';
import { runServer, type StartedServer, type StartOptions, workerOverrides } from '../server/start-server.js';
import { startWorkers } from '../server/start-workers.js';

/** The flags of `tina4 serve`; they beat settings and what `app.ts` asks for. */
export interface ServeOptions {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** False with `--no-reload`. */
  readonly reload?: boolean | undefined;
  readonly production?: boolean | undefined;
  /** Processes that serve, or `auto` for one per core. */
  readonly workers?: string | undefined;
}

/**
 * Serves the project in the working directory until it is told to stop. An `app.ts` there is run first; when it starts the
 * server itself, that is the server, with the flags on top. With workers, each of them does so and this process only looks
 * after them. Rejects with an error fit to be shown.
 */
export async function serve(options: ServeOptions = {}): Promise<StartedServer> {
  const root = process.cwd();
  if (!(await isProject(root))) {
    throw new StartError(`No Tina4 project in ${root}: there is no src/routes. Create one with: npx tina4 init my-app`);
  }
  const overrides = overridesOf(options);
  const primary = await startWorkers(root, overrides);
  if (primary !== undefined) return primary;
  const environment = new ServerEnvironment(process.env, overrides);
  let started: Promise<StartedServer> | undefined;
  const startOnce = (startOptions: StartOptions = {}): Promise<StartedServer> => {
    started ??= start(startOptions, options, environment, loader);
    return started;
  };
  const loader: TypeScriptLoader = await createLoader(root, {
    startServer: startOnce,
    Tina4: class {
      readonly #options: StartOptions;
      constructor(startOptions: StartOptions = {}) {
        this.#options = startOptions;
      }
      start(ready?: (server: StartedServer) => void): Promise<StartedServer> {
        const running = startOnce(this.#options).then((server) => {
          ready?.(server);
          return server;
        });
        // Usually nobody awaits this one, and `serve` tells of a failed start itself.
        running.catch(() => {});
        return running;
      }
    },
  });
  await runEntryFile(root, environment, loader);
  return startOnce();
}

function overridesOf(options: ServeOptions): Environment {
  return {
    TINA4_PRODUCTION: options.production ? 'true' : undefined,
    TINA4_NO_RELOAD: options.reload === false ? 'true' : undefined,
    TINA4_CLUSTER: options.workers === undefined ? undefined : 'true',
    TINA4_CLUSTER_WORKERS: options.workers,
    ...workerOverrides(),
  };
}

async function runEntryFile(root: string, environment: ServerEnvironment, loader: TypeScriptLoader): Promise<void> {
  const candidates = [join(root, 'app.ts'), join(root, 'app.js')];
  const found = await Promise.all(candidates.map(exists));
  const file = candidates[found.indexOf(true)];
  if (file === undefined) return;
  // The file may use settings from .env before it starts the server.
  await environment.read(root).catch((error) => {
    throw startErrorOf(error, 0, '');
  });
  try {
    await loader.load(file);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(describeFailure({ file, error }), { cause: error });
  }
}

async function start(
  startOptions: StartOptions,
  flags: ServeOptions,
  environment: ServerEnvironment,
  loader: TypeScriptLoader,
): Promise<StartedServer> {
  const folders = await findProjectFolders(startOptions);
  const port = flags.port ?? startOptions.port;
  const host = flags.host ?? startOptions.host;
  return runServer({ folders, environment, loader, router: defaultRouter, port, host });
}
