import cluster from 'node:cluster';
import process from 'node:process';
import { Log } from '../operations/log.js';
import { closeOnSignals } from '../operations/shutdown.js';
import { watchStrayErrors } from '../operations/stray-errors.js';
import { ServerEnvironment } from '../project/environment.js';
import { openRunningProject, type StartedServer, type StartOptions } from '../project/open-project.js';
import { findProjectFolders } from '../project/project-folders.js';
import { AppServer, type AppServerOptions } from './app-server.js';
import { bannerText } from './banner.js';
import { askedSessionPlaceOf } from './session-place.js';
import { startWorkers } from './start-workers.js';
import { readVersion } from './version.js';
import { onStopMessage, tellReady } from './worker-messages.js';

/**
 * Serves the project in the working directory: reads its settings, loads `src/routes`, opens the port, prints the banner,
 * watches the files in debug mode, and ends cleanly on SIGTERM and SIGINT. With workers, each of them runs the calling program
 * again and serves; the first process only looks after them. Rejects with an error fit to be shown when it cannot.
 */
export async function startServer(options: StartOptions = {}): Promise<StartedServer> {
  const folders = await findProjectFolders(options, process.argv[1]);
  const overrides = { TINA4_DATABASE_URL: options.database, ...workerOverrides() };
  const primary = await startWorkers(folders.root, overrides);
  if (primary !== undefined) return primary;
  const environment = new ServerEnvironment(process.env, overrides);
  const project = await openRunningProject(folders, environment);
  return runServer({ project, port: options.port, host: options.host });
}

/** Starts a server and everything around it: banner, live reload, signals. */
export async function runServer(options: AppServerOptions): Promise<StartedServer> {
  const server = await AppServer.start(options);
  const { config } = server;
  let watch: { close(): void } | undefined;
  const started: StartedServer = {
    router: server.router,
    port: server.port,
    close: async () => {
      watch?.close();
      await server.close();
      stopListening();
    },
  };
  // Requests have their time; stores and log files get a little more.
  const limitMs = config.server.shutdownTimeoutMs + 5000;
  // Before anything else is waited for: the port is open, and a request may be running.
  const stopListening = closeOnSignals(started, { limitMs, onStopRequest: (stop) => onStopRequest(server, stop) });
  const isWatching = config.isDebug && !config.isReloadOff;
  // Loaded in development only: each file that a start reads takes it 0.6 ms.
  if (isWatching) watch = await (await import('./dev-reload.js')).watchForReload(server, options.project);
  tellReady(server);
  if (!config.isBannerHidden && !cluster.isWorker) {
    const sessions = await askedSessionPlaceOf(config, options.project.folders.root);
    console.log(bannerText(config, { version: await readVersion(), address: server.address, sessions }));
  }
  return started;
}

/** The primary asks for it, or the process cannot be trusted any more. */
function onStopRequest(server: AppServer, stop: (exitCode?: number) => void): () => void {
  const stopMessages = onStopMessage(() => stop());
  const stopErrors = watchStrayErrors({
    isDebug: () => server.config.isDebug,
    routes: () => server.router.routes,
    log: Log,
    end: () => stop(1),
  });
  return () => {
    stopMessages();
    stopErrors();
  };
}

/** Settings that a worker does not take from the project: one of several processes cannot read the app's code again by itself. */
export function workerOverrides(): Readonly<Record<string, string>> {
  return cluster.isWorker ? { TINA4_NO_RELOAD: 'true' } : {};
}

/** The older way to start: `new Tina4().start()`. */
export class Tina4 {
  readonly #options: StartOptions;

  constructor(options: StartOptions = {}) {
    this.#options = options;
  }

  /** Starts like `startServer()`; `ready` is called when the server answers. */
  async start(ready?: (server: StartedServer) => void): Promise<StartedServer> {
    const server = await startServer(this.#options);
    ready?.(server);
    return server;
  }
}
