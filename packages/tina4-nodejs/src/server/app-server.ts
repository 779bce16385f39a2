import cluster from 'node:cluster';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type AllowedHosts, type App, listen, type Router, type RunningServer, type Templates } from '@tina4/core';
import { composeApp } from '../compose.js';
import type { Config } from '../config/read-config.js';
import { registerHealth } from '../operations/health.js';
import { Log } from '../operations/log.js';
import { watchLoopLag } from '../operations/loop-lag.js';
import { describeFailure } from '../project/describe-failure.js';
import { openWritesWarning } from '../project/open-writes.js';
import type { Project } from '../project/project.js';
import type { RouteFailure } from '../project/route-loader.js';
import { listenErrorOf, StartError, startErrorOf } from '../project/start-error.js';
import { applySettings } from './apply-settings.js';
import { BrowserRefresh, withRefreshScript } from './browser-refresh.js';
import { DevPage } from './dev-page.js';
import { haveSameStores, openStores, type ServerStores } from './open-stores.js';
import { readVersion } from './version.js';

/** What a server needs to start. */
export interface AppServerOptions {
  readonly project: Project;
  /** Beat the configuration. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** Lines for the developer; default console.error. */
  readonly print?: ((line: string) => void) | undefined;
}

/**
 * A project behind one port. The port stays open while routes or settings are read again: requests that come meanwhile wait
 * for the new ones, so nobody meets half a table.
 */
export class AppServer {
  readonly #options: AppServerOptions;
  readonly #print: (line: string) => void;
  readonly #browsers = new BrowserRefresh();
  readonly #devPage = new DevPage(() => ({ router: this.router, sessions: this.#stores.sessions, log: Log }));
  #config: Config;
  #stores: ServerStores;
  #templates: Templates;
  #app: App;
  #server: RunningServer | undefined;
  #reloading: Promise<unknown> | undefined;
  #stopLoopWatch: () => void = () => {};

  /** Prepares the server and opens the port. Rejects with a StartError that is fit to be shown, such as a taken port. */
  static async start(options: AppServerOptions): Promise<AppServer> {
    const server = await AppServer.prepare(options);
    try {
      const { sendTimeoutMs, maxConnections } = server.#config.server;
      const address = { port: server.#wantedPort, host: server.#wantedHost };
      const hosts = server.#allowedHosts;
      server.#server = await listen(server.handle, { ...address, hosts, sendTimeoutMs, maxConnections });
      server.#watchLoop();
    } catch (error) {
      await server.#stores.close();
      throw listenErrorOf(error, server.#wantedPort, server.#wantedHost);
    }
    return server;
  }

  /**
   * Reads the settings and loads the routes, so that `handle` answers; no port is opened. Rejects with a StartError that is
   * fit to be shown: mistakes in the settings, and, unless debug is on, a route file that fails.
   */
  static async prepare(options: AppServerOptions): Promise<AppServer> {
    const { root } = options.project.folders;
    const config = await options.project.readSettings();
    await applySettings(config, root);
    const stores = await openStores(config, root, Log).catch((error) => {
      throw startErrorOf(error);
    });
    const server = new AppServer(options, config, stores);
    try {
      await server.#load();
    } catch (error) {
      await stores.close();
      throw startErrorOf(error);
    }
    return server;
  }

  private constructor(options: AppServerOptions, config: Config, stores: ServerStores) {
    this.#options = options;
    this.#print = options.print ?? printOfProcess();
    this.#config = config;
    this.#stores = stores;
    this.#templates = this.#project.openTemplates(config);
    this.#app = this.#compose();
  }

  get config(): Config {
    return this.#config;
  }

  get router(): Router {
    return this.#project.router;
  }

  /** The port in use, also when 0 was asked for. */
  get port(): number {
    return this.#server?.port ?? this.#wantedPort;
  }

  get address(): string {
    const host = this.#wantedHost;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /**
   * Reads the app's files again, and with `isSettingsChanged` the settings too. What is wrong is printed, and what worked
   * before goes on. Requests wait until it is done.
   */
  reload(isSettingsChanged: boolean): Promise<void> {
    const before = this.#reloading ?? Promise.resolve();
    const reloading = before.then(() => this.#reload(isSettingsChanged));
    this.#reloading = reloading;
    return reloading.finally(() => {
      if (this.#reloading === reloading) this.#reloading = undefined;
    });
  }

  /** Reads the templates again and makes open pages load themselves again; for changes that touch no code. */
  async refreshContent(): Promise<void> {
    await this.#readTemplates();
    this.#browsers.refresh();
  }

  /** Stops accepting, lets running requests finish for at most `timeoutMs` (default: the configured time), closes the stores. */
  async close(timeoutMs: number = this.#config.server.shutdownTimeoutMs): Promise<void> {
    this.#browsers.close();
    this.#stopLoopWatch();
    await this.#server?.close(timeoutMs);
    await this.#app.close();
    await this.#stores.close();
    await Log.close();
  }

  async #load(): Promise<void> {
    const [failures] = await Promise.all([this.#loadRoutes(), this.#readTemplates()]);
    if (failures.length > 0 && !this.#config.isDebug) {
      throw new StartError(
        `The server does not start, because route files failed.\n${failures.map(describeFailure).join('\n')}`,
      );
    }
    for (const failure of failures) this.#print(describeFailure(failure));
    this.#app.ready();
    const openWrites = openWritesWarning(this.#config, this.router);
    const warnings = [...this.#config.warnings, ...(openWrites === undefined ? [] : [openWrites])];
    for (const warning of warnings) this.#print(`warning: ${warning}`);
  }

  /** Answers one request; while the project is read again, requests wait. */
  readonly handle = (raw: IncomingMessage, rawResponse: ServerResponse): void => {
    if (this.#isWatched && this.#browsers.handle(raw, rawResponse)) return;
    if (this.#config.isDebug) {
      if (this.#devPage.handle(raw, rawResponse)) return;
      this.#devPage.record(raw, rawResponse);
    }
    if (this.#reloading === undefined) void this.#app.handle(raw, rawResponse);
    else void this.#reloading.then(() => this.#app.handle(raw, rawResponse));
  };

  async #reload(isSettingsChanged: boolean): Promise<void> {
    if (isSettingsChanged) await this.#readSettingsAgain().catch((error: Error) => this.#print(error.message));
    await this.#project.forget();
    const [failures] = await Promise.all([this.#loadRoutes(), this.#readTemplates()]);
    for (const failure of failures) this.#print(describeFailure(failure));
    this.#browsers.refresh();
  }

  async #readSettingsAgain(): Promise<void> {
    const before = this.#config;
    const { root } = this.#project.folders;
    const config = await this.#project.readSettings();
    const isSameStores = haveSameStores(config, before);
    const oldStores = this.#stores;
    await applySettings(config, root);
    if (!isSameStores) this.#stores = await openStores(config, root, Log);
    this.#config = config;
    this.#watchLoop();
    this.#templates = this.#project.openTemplates(config);
    this.#app = this.#compose();
    if (!isSameStores) await oldStores.close();
  }

  async #loadRoutes(): Promise<readonly RouteFailure[]> {
    const { warnings, failures } = await this.#project.load();
    for (const warning of warnings) this.#print(`warning: ${warning}`);
    await this.#registerHealth();
    return failures;
  }

  /** After the app's own routes, which win, and noted as loaded, so that a reload starts without it. */
  async #registerHealth(): Promise<void> {
    const version = await readVersion();
    const brokenFile = join(this.#project.folders.root, '.broken');
    await this.router.loading('tina4 health', async () =>
      registerHealth(this.router, { version, brokenFile, log: Log }, this.#config.server.healthPath),
    );
  }

  /** A template that cannot be compiled is named here and fails when it is shown; the others work. */
  async #readTemplates(): Promise<void> {
    await this.#templates.refresh();
    for (const problem of this.#templates.problems) this.#print(problem.message);
  }

  /** After the start, which reads and compiles much at once and is no fault of the app. */
  #watchLoop(): void {
    this.#stopLoopWatch();
    this.#stopLoopWatch = watchLoopLag({ warnMs: this.#config.server.loopLagWarnMs, log: Log });
  }

  #compose(): App {
    return composeApp(this.#config, this.#project, {
      sessions: this.#stores.sessions,
      rateLimit: this.#stores.rateLimit,
      uploads: this.#stores.uploads,
      templates: this.#templates,
      log: Log,
      reviseHtml: this.#isWatched ? withRefreshScript : undefined,
    });
  }

  get #project(): Project {
    return this.#options.project;
  }

  /** Changed files take effect and pages load themselves again. */
  get #isWatched(): boolean {
    return this.#config.isDebug && !this.#config.isReloadOff;
  }

  /** In debug mode what the developer types: this machine's names, and the one to listen on. */
  get #allowedHosts(): AllowedHosts | undefined {
    const { isDebug, server } = this.#config;
    if (!isDebug && server.allowedHosts === undefined) return undefined;
    const names = server.allowedHosts ?? [];
    return { names: isDebug ? [...names, this.#wantedHost] : names, includesAddresses: isDebug };
  }

  get #wantedPort(): number {
    return this.#options.port ?? this.#config.server.port;
  }

  get #wantedHost(): string {
    return this.#options.host ?? this.#config.server.host;
  }
}

/** Workers read the same project: the first one speaks for all. */
function printOfProcess(): (line: string) => void {
  const isFirst = cluster.worker === undefined || cluster.worker.id === 1;
  return isFirst ? console.error : () => {};
}
