import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { LIFETIME_SECONDS } from '../contract/app.mjs';
import { onCore, SERVER_CORE } from './cores.mjs';
import { HttpClient } from './http-client.mjs';

const program = fileURLToPath(new URL('serve-adapter.mjs', import.meta.url));
const views = fileURLToPath(new URL('../views', import.meta.url));

/** One framework in a process of its own, tied to a core. */
export class AdapterProcess {
  #child;
  #calls = new Map();
  #lastCall = 0;
  /** Where it listens. */
  port;
  /** Requests to it, for setting up and checking. */
  client;
  /** `performance.now()` just before the process was started. */
  startedAt;

  /** Starts the adapter `name`; see adapters/index.mjs for `context`. `nodeOptions` go to node itself. */
  static async start(name, context, { nodeOptions = [], core = SERVER_CORE } = {}) {
    const started = new AdapterProcess();
    const all = { views, lifetimeSeconds: LIFETIME_SECONDS, ...context };
    const [command, args] = onCore(core, process.execPath, [...nodeOptions, program, name, JSON.stringify(all)]);
    const env = { ...process.env, NODE_ENV: 'production' };
    started.startedAt = performance.now();
    started.#child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await started.#listen(name);
    started.client = new HttpClient(started.port);
    return started;
  }

  get pid() {
    return this.#child.pid;
  }

  /** Lets the process do one of the actions of serve-adapter.mjs and resolves with what it gave. Waits up to two minutes. */
  async call(action, argument) {
    const id = ++this.#lastCall;
    let late;
    const result = new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      late = setTimeout(() => reject(new Error(`"${action}" took over two minutes.`)), 120_000);
      this.#child.send({ id, action, argument });
    });
    return result.finally(() => clearTimeout(late));
  }

  /** Ends the process; it has 5 s to do so by itself. */
  async stop() {
    this.client?.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(insist);
  }

  async #listen(name) {
    const isReady = new Promise((resolve, reject) => {
      this.#child.on('message', (message) => {
        // A framework may use the channel too: what is not ours is not answered.
        if (message.readyAt !== undefined) return resolve(message.readyAt);
        const call = this.#calls.get(message.id);
        this.#calls.delete(message.id);
        if (message.error === undefined) call?.resolve(message.result);
        else call?.reject(new Error(`${name}: ${message.error}`));
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        const ended = new Error(`The process of ${name} ended with ${signal ?? code}.`);
        reject(ended);
        for (const call of this.#calls.values()) call.reject(ended);
      });
    });
    this.port = await isReady;
  }
}
