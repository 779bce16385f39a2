import type { PrivateProcess } from './private-process.js';
import { removeTempFolder } from './temp-folder.js';

/** A server of our own that tests may hurt. */
export interface PrivateServer {
  readonly url: string;
  readonly port: number;
  /** The main process, for tests that look at it from outside. */
  readonly pid: number;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL: what the server had not written is gone. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts a killed server again: same port, same data. Ends a running one in good order first. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. Calling twice is safe. */
  stop(): Promise<void>;
}

/** What `runPrivateServer` needs to know of one kind of server. */
export interface ServerRecipe {
  readonly url: string;
  readonly port: number;
  /** Removed by `stop`. */
  readonly folder: string;
  /** The signal that ends it in good order. */
  readonly stopSignal: NodeJS.Signals;
  launch(): Promise<PrivateProcess>;
  /** True as soon as the server takes work; a rejection counts as false. */
  isReady(): Promise<boolean>;
}

/** Starts a server by its recipe and waits until it takes work. Leaves nothing behind when that fails. */
export async function runPrivateServer(recipe: ServerRecipe): Promise<PrivateServer> {
  let running: PrivateProcess | undefined;

  async function start(): Promise<void> {
    running = await recipe.launch();
    await running.waitUntil(() => recipe.isReady());
  }
  async function stop(): Promise<void> {
    await running?.end(recipe.stopSignal);
    await removeTempFolder(recipe.folder);
  }

  try {
    await start();
  } catch (error) {
    await running?.end('SIGKILL');
    await removeTempFolder(recipe.folder);
    throw error;
  }
  return {
    url: recipe.url,
    port: recipe.port,
    get pid() {
      if (running === undefined) throw new Error('The server does not run.');
      return running.pid;
    },
    pause: () => running?.signal('SIGSTOP'),
    resume: () => running?.signal('SIGCONT'),
    kill: async () => running?.end('SIGKILL'),
    restart: async () => {
      await running?.end(recipe.stopSignal);
      await start();
    },
    stop,
  };
}
