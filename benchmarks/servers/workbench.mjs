import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../../test/services/dist/index.js';
import { adapterNames } from '../adapters/index.mjs';
import { preferences } from '../contract/app.mjs';
import { AdapterProcess } from './adapter-process.mjs';
import { LOAD_CORE, moveToCore } from './cores.mjs';

/** What a measure starts, and what it ends together: adapters, a Redis of its own, folders. */
export class Workbench {
  #running = new Set();
  #folders = [];
  #redis;

  /** Hands a workbench to `work` and ends everything on it afterwards, whatever happens. */
  static async use(work) {
    const workbench = new Workbench();
    try {
      return await work(workbench);
    } finally {
      await workbench.#clear();
    }
  }

  /**
   * Starts an adapter on its own database of Redis and a new folder. Context and options as in AdapterProcess. What shares
   * sessions with another process is given `folder` of that one.
   */
  async start(name, context, options) {
    const folder = context.folder ?? (await this.#newFolder());
    const redis = await this.redisFor(name, context);
    const server = await AdapterProcess.start(name, { ...context, folder, redis }, options);
    this.add(server);
    return { server, folder };
  }

  /** Takes a server that was started otherwise: anything with `stop()`. */
  add(server) {
    this.#running.add(server);
  }

  async stop(server) {
    this.#running.delete(server);
    await server.stop();
  }

  /** Process ids of what works for the servers; today Redis, when it was needed. */
  get servicePids() {
    return this.#redis === undefined ? [] : [this.#redis.pid];
  }

  /** Where the adapter finds Redis, each its own database; undefined for other stores. The first call starts the server. */
  async redisFor(name, { store }) {
    if (store !== 'redis') return undefined;
    if (this.#redis === undefined) {
      this.#redis = await startRedis();
      moveToCore(LOAD_CORE, this.#redis.pid);
    }
    return { host: '127.0.0.1', port: this.#redis.port, database: adapterNames.indexOf(name) };
  }

  async #newFolder() {
    const folder = await mkdtemp(join(tmpdir(), 'tina4-bench-'));
    this.#folders.push(folder);
    return folder;
  }

  async #clear() {
    await Promise.all([...this.#running].map((server) => server.stop()));
    await this.#redis?.stop();
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** New sessions, filled with the fifty preferences or counting one visit. Resolves with a cookie header for each. */
export async function createSessions(client, count, isFilled = false) {
  const first = isFilled
    ? { method: 'POST', path: '/preferences', body: JSON.stringify(preferences) }
    : { path: '/visits' };
  const answers = await Promise.all(Array.from({ length: count }, () => client.send(first)));
  return answers.map(({ status, cookie, body }) => {
    if (status !== 200 || cookie === '')
      throw new Error(`No session was made: status ${status}, ${body.slice(0, 300)}`);
    return cookie;
  });
}
