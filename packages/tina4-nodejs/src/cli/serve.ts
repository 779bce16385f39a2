import process from 'node:process';
import type { Environment } from '../config/read-variable.js';
import { ServerEnvironment } from '../project/environment.js';
import { openProject, type StartedServer, type StartOptions } from '../project/open-project.js';
import type { Project } from '../project/project.js';
import { isProject } from '../project/project-folders.js';
import { StartError } from '../project/start-error.js';
import { runServer, workerOverrides } from '../server/start-server.js';
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
 * Serves the project in the working directory until it is told to stop. An `app.ts` or `app.js` there is run first; when it starts the
 * server itself, that is the server, with the flags on top. With workers, each of them does so and this process only looks
 * after them. Rejects with an error fit to be shown.
 */
export async function serve(flags: ServeOptions = {}): Promise<StartedServer> {
  const root = process.cwd();
  if (!(await isProject(root))) {
    throw new StartError(`No Tina4 project in ${root}: there is no src/routes. Create one with: npx tina4 init my-app`);
  }
  const overrides = overridesOf(flags);
  const primary = await startWorkers(root, overrides);
  if (primary !== undefined) return primary;
  let started: Promise<StartedServer> | undefined;
  const startOnce = (project: Project, options: StartOptions = {}): Promise<StartedServer> => {
    started ??= runServer({ project, port: flags.port ?? options.port, host: flags.host ?? options.host });
    return started;
  };
  const environment = new ServerEnvironment(process.env, overrides);
  return startOnce(await openProject({ root, environment, serve: startOnce }));
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
