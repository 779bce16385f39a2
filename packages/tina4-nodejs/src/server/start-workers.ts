import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import type { Config } from '../config/read-config.js';
import type { Environment } from '../config/read-variable.js';
import { defaultRouter } from '../default-router.js';
import { closeOnSignals } from '../operations/shutdown.js';
import { filledNames, readProjectSettings } from '../project/environment.js';
import type { StartedServer } from '../project/open-project.js';
import { StartError, startErrorOf } from '../project/start-error.js';
import { bannerText } from './banner.js';
import { askedSessionPlaceOf } from './session-place.js';
import { readVersion } from './version.js';
import type { WorkerPool } from './worker-pool.js';

/**
 * Starts the worker processes that the settings ask for and resolves when all of them answer. Resolves to undefined where
 * this process is to serve by itself: it is a worker, or one process is enough. The primary runs none of the app's code.
 * `overrides` are the flags of the command line; workers get the same ones, since they run the same command.
 */
export async function startWorkers(root: string, overrides: Environment): Promise<StartedServer | undefined> {
  if (cluster.isWorker) return undefined;
  const { config } = await readProjectSettings(root, process.env, overrides).catch((error) => {
    throw startErrorOf(error);
  });
  const count = workerCount(config);
  if (count === 1) return undefined;
  refuseMemorySessions(config, count);
  const print = (line: string): void => console.error(line);
  if (config.isDebug && !config.isReloadOff) print('warning: live reload is off, because several workers serve.');
  // Workers bound themselves by the same time; this is for one that hangs.
  const stopTimeoutMs = config.server.shutdownTimeoutMs + 6000;
  const workers = await import('./worker-pool.js');
  const pool: WorkerPool = new workers.WorkerPool({
    count,
    // Each reads `.env` itself, as it stands when it starts.
    env: Object.fromEntries(filledNames(process.env).map((name) => [name, undefined])),
    stopTimeoutMs,
    print,
    // Said outright: a connection that was being handed to a dying worker would keep this process alive.
    onEnd: () => process.exit(0),
    onFailure: (message) => {
      print(`Error: ${message}`);
      void pool.stop().finally(() => process.exit(1));
    },
  });
  // Before the first worker answers: its requests must be let finish as any.
  const stopListening = closeOnSignals({ close: () => pool.stop() }, { limitMs: stopTimeoutMs + 2000 });
  try {
    await pool.start();
  } catch (error) {
    stopListening();
    throw error;
  }
  const started: StartedServer = {
    router: defaultRouter,
    port: pool.port,
    close: async () => {
      await pool.stop();
      stopListening();
    },
  };
  if (!config.isBannerHidden && !pool.isStopping) {
    const sessions = await askedSessionPlaceOf(config, root);
    console.log(bannerText(config, { version: await readVersion(), address: pool.address, sessions, workers: count }));
  }
  return started;
}

function workerCount(config: Config): number {
  const { workers } = config.server;
  return workers === 'auto' ? availableParallelism() : (workers ?? 1);
}

function refuseMemorySessions(config: Config, count: number): void {
  if (config.session.store.backend !== 'memory') return;
  throw new StartError(
    `${count} workers cannot share sessions that each keeps in its own memory. ` +
      'Set TINA4_SESSION_BACKEND to file, redis, valkey, mongodb or database, or serve with one process: --workers 1.',
  );
}
