import cluster, { type Worker } from 'node:cluster';
import { StartError } from '../project/start-error.js';
import { RestartPace } from './restart-pace.js';
import { SharedPort } from './shared-port.js';
import { isReadyMessage, type ReadyMessage, STOP } from './worker-messages.js';

/** What a pool of workers needs. */
export interface WorkerPoolOptions {
  readonly count: number;
  /** Variables that workers get beside those of this process; undefined: one of this process that they do not get. */
  readonly env: Readonly<Record<string, string | undefined>>;
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
  readonly #answering = new Set<Worker>();
  readonly #port = new SharedPort();
  readonly #pace = new RestartPace();
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #complete: Promise<void>;
  #tellComplete: () => void = () => {};
  #stopping: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;
  #address: ReadyMessage | undefined;

  /** Starts nothing yet. */
  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#complete = new Promise((resolve) => {
      this.#tellComplete = resolve;
    });
  }

  /**
   * Resolves when all workers answer, or when the pool was stopped meanwhile. Rejects with a StartError when the first one cannot
   * start, and then none runs. The first starts alone: what is wrong with the project is then printed once, and files that the start
   * creates are there for the rest. Of those, one that dies while it starts is replaced, as later.
   */
  async start(): Promise<void> {
    // A primary that dies must not leave workers behind; those that still answer are told by their lost channel.
    process.on('exit', () => this.#kill());
    try {
      await this.#startWorker();
    } catch (error) {
      const isStopped = this.#stopping !== undefined;
      await this.stop();
      if (isStopped) return;
      throw new StartError(`The server did not start: a ${(error as Error).message}.`);
    }
    for (let number = 1; number < this.#options.count; number++) void this.#replace();
    await this.#complete;
  }

  /** `http://host:port` that the workers answer on. */
  get address(): string {
    return this.#address?.address ?? '';
  }

  get port(): number {
    return this.#address?.port ?? 0;
  }

  /** True from the call of `stop` on. */
  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Lets all workers finish their requests. Resolves when none is left; those that take too long are killed. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    this.#tellComplete();
    for (const restart of this.#restarts) clearTimeout(restart);
    this.#restarts.clear();
    if (this.#workers.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    const timer = setTimeout(() => this.#kill(), this.#options.stopTimeoutMs);
    try {
      // First of all: a connection that is taken later would find no worker.
      await this.#port.close(this.#answering);
      for (const worker of this.#workers) this.#askToStop(worker);
      await empty;
    } finally {
      clearTimeout(timer);
    }
  }

  #askToStop(worker: Worker): void {
    // One that still starts listens to no message, and ends by the signal; one that just began to answer knows it and finishes.
    if (!this.#answering.has(worker)) worker.process.kill('SIGTERM');
    // A worker that is ending already has no channel, and needs no message.
    else if (worker.isConnected()) worker.send(STOP, () => {});
  }

  #kill(): void {
    for (const worker of this.#workers) worker.process.kill('SIGKILL');
  }

  /** Resolves when the new worker answers. Rejects, saying how, when it ends before that or takes too long. */
  #startWorker(): Promise<void> {
    const worker = cluster.fork(this.#options.env);
    this.#workers.add(worker);
    this.#port.watch(worker);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), START_TIMEOUT_MS);
      worker.on('message', (message: unknown) => {
        if (!isReadyMessage(message)) return;
        clearTimeout(timer);
        this.#answering.add(worker);
        // The app may have listened to the signal that was to end it.
        if (this.#stopping !== undefined) this.#askToStop(worker);
        this.#address ??= message;
        if (this.#answering.size === this.#options.count) this.#tellComplete();
        resolve();
      });
      worker.on('exit', (code: number, signal: string) => {
        clearTimeout(timer);
        this.#workers.delete(worker);
        if (this.#workers.size === 0) this.#onEmpty?.();
        if (this.#answering.delete(worker)) this.#ended(worker, code, signal);
        else reject(new Error(`worker ended ${howOf(code, signal)} before it answered`));
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
      const failure = (error as Error).message;
      if (this.#pace.startFailed()) {
        this.#options.print(`A ${failure}; another one takes its place.`);
        this.#replaceLater();
      } else this.#options.onFailure(`A ${failure}. That happened too often in a row; the server ends.`);
    }
  }
}

function howOf(code: number | null, signal: string | null): string {
  return signal ? `by ${signal}` : `with exit code ${code}`;
}
