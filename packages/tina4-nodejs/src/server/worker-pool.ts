import cluster, { type Worker } from 'node:cluster';
import { StartError } from '../project/start-error.js';
import { RestartPace } from './restart-pace.js';
import { isReadyMessage, type ReadyMessage, STOP } from './worker-messages.js';

/** What a pool of workers needs. */
export interface WorkerPoolOptions {
  readonly count: number;
  /** Ms that workers have to stop; after it they are killed. */
  readonly stopTimeoutMs: number;
  /** Lines for the operator. */
  readonly print: (line: string) => void;
  /** Called once when workers fail at their start again and again; the message says so. */
  readonly onFailure: (message: string) => void;
  /** Called when the last worker was stopped from outside and none is to come. */
  readonly onEnd: () => void;
}

/** Longer than any sensible start; a worker that hangs must not keep the others waiting for ever. */
const START_TIMEOUT_MS = 120_000;

/**
 * Worker processes that run this same program and share its port. One that crashes is replaced, at a bounded rate; one that
 * ends with exit code 0, because somebody stopped it, is not.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Set<Worker>();
  readonly #pace = new RestartPace();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #stopping: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;
  #address: ReadyMessage | undefined;

  /**
   * Resolves when all workers answer. Rejects with a StartError when one of them cannot start, and then none runs. The first
   * starts alone: what is wrong with the project is then printed once, and files that the start creates are there for the rest.
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    // A primary that dies must not leave workers behind; those that still answer are told by their lost channel.
    process.on('exit', () => pool.#kill());
    try {
      await pool.#startWorker();
      await Promise.all(Array.from({ length: options.count - 1 }, () => pool.#startWorker()));
    } catch (error) {
      await pool.stop();
      throw error;
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** `http://host:port` that the workers answer on. */
  get address(): string {
    return this.#address?.address ?? '';
  }

  get port(): number {
    return this.#address?.port ?? 0;
  }

  /** Lets all workers finish their requests. Resolves when none is left; those that take too long are killed. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (const restart of this.#restarts) clearTimeout(restart);
    this.#restarts.clear();
    if (this.#workers.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const worker of this.#workers) this.#askToStop(worker);
    const timer = setTimeout(() => this.#kill(), this.#options.stopTimeoutMs);
    try {
      await empty;
    } finally {
      clearTimeout(timer);
    }
  }

  #askToStop(worker: Worker): void {
    // A worker that is ending already has no channel, and needs no message.
    if (worker.isConnected()) worker.send(STOP, () => {});
  }

  #kill(): void {
    for (const worker of this.#workers) worker.process.kill('SIGKILL');
  }

  /** Resolves when the new worker answers. Rejects when it ends before that, or takes too long. */
  #startWorker(): Promise<void> {
    const worker = cluster.fork();
    this.#workers.add(worker);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), START_TIMEOUT_MS);
      let isReady = false;
      worker.on('message', (message: unknown) => {
        if (!isReadyMessage(message)) return;
        clearTimeout(timer);
        isReady = true;
        this.#address ??= message;
        resolve();
      });
      worker.on('exit', (code: number, signal: string) => {
        clearTimeout(timer);
        this.#workers.delete(worker);
        if (this.#workers.size === 0) this.#onEmpty?.();
        if (isReady) this.#ended(worker, code, signal);
        else
          reject(new StartError(`The server did not start: a worker ended ${howOf(code, signal)} before it answered.`));
      });
    });
  }

  #ended(worker: Worker, code: number, signal: string): void {
    if (this.#stopping !== undefined) return;
    if (code === 0) {
      if (this.#workers.size === 0 && this.#restarts.size === 0) this.#options.onEnd();
      return;
    }
    this.#options.print(`Worker ${worker.process.pid} ended ${howOf(code, signal)}; another one takes its place.`);
    this.#replaceLater();
  }

  #replaceLater(): void {
    const restart = setTimeout(() => {
      this.#restarts.delete(restart);
      void this.#replace();
    }, this.#pace.delayAfterCrash(performance.now()));
    this.#restarts.add(restart);
  }

  async #replace(): Promise<void> {
    try {
      await this.#startWorker();
      this.#pace.started();
    } catch (error) {
      if (this.#stopping !== undefined) return;
      if (this.#pace.startFailed()) this.#replaceLater();
      else this.#options.onFailure(`${(error as Error).message} That happened too often in a row; the server ends.`);
    }
  }
}

function howOf(code: number | null, signal: string | null): string {
  return signal ? `by ${signal}` : `with exit code ${code}`;
}
