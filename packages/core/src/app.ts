import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AppContext, DEFAULT_LIMITS, type Limits, type Logger, type TemplateRenderer } from './app-context.js';
import { AppRoutes } from './app-routes.js';
import { Callable } from './callable.js';
import type { ConnectMiddlewareList } from './connect/run-chain.js';
import { LOCAL_HOSTS } from './connection/allowed-hosts.js';
import { consoleLogger } from './console-logger.js';
import { deliverRefusal } from './deliver.js';
import { OutageLog } from './error-answers/outage-log.js';
import { MIDDLEWARE_DEFAULTS, type MiddlewareSettings } from './middleware/middleware-settings.js';
import { middlewareResolver, type NameLookup } from './middleware/resolve-middleware.js';
import { handleRequest, type PassOn } from './pipeline.js';
import { trustProxies } from './request/client-address.js';
import type { Request } from './request/request.js';
import type { Response } from './response/response.js';
import type { Route } from './routing/route.js';
import { Router } from './routing/router.js';
import { type ListenOptions, listen, type RunningServer } from './server.js';
import type { SessionEngine } from './session-port.js';
import { StaticFiles } from './static-files.js';

/** Everything an app may be made of. All of it is optional. */
export interface AppOptions {
  /** Default: a new, empty one. */
  readonly router?: Router | undefined;
  /** Without an engine `req.session` throws. */
  readonly sessions?: SessionEngine | undefined;
  readonly templates?: TemplateRenderer | undefined;
  /** Absolute folders of static files, the first that has a file wins. Default: none. */
  readonly publicDirectories?: readonly string[] | undefined;
  /** Symbolic links in those folders may lead out of them. Default false: what lies outside is not found. */
  readonly followsPublicLinks?: boolean | undefined;
  /** Details of errors in answers, the welcome page. Default false. */
  readonly isDebug?: boolean | undefined;
  readonly log?: Logger | undefined;
  /** Default: see {@link Limits}. */
  readonly limits?: Partial<Limits> | undefined;
  /** How long a callback-style handler or middleware may take to answer, ms, default 30,000. 0: no limit. */
  readonly requestTimeoutMs?: number | undefined;
  /** Proxies whose forwarding headers are believed, beside loopback: addresses and CIDR ranges. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Unit of `maxAge` in `res.cookie()`, default seconds. */
  readonly cookieMaxAgeUnit?: 's' | 'ms' | undefined;
  /** `/x/` leads to `/x` when no route answers it. Default false. */
  readonly redirectsTrailingSlash?: boolean | undefined;
  /** Templates under `pages/` answer the paths of their names when no route does. Default true. */
  readonly servesPages?: boolean | undefined;
  /** Settings of the middleware that comes with the framework. Default: {@link MIDDLEWARE_DEFAULTS}. */
  readonly middleware?: Partial<MiddlewareSettings> | undefined;
  /** Where names of middleware lead beside the built-ins. Asked when routes are built, so a reload may change it. */
  readonly declaredNames?: (() => NameLookup) | undefined;
  /** Changes the text of HTML answers on their way out; for development. */
  readonly reviseHtml?: ((html: string) => string) | undefined;
  /** Called when an answer has left. */
  readonly onFinish?: ((req: Request, status: number) => void) | undefined;
}

/** What an app does where its options say nothing; limits and middleware have defaults of their own. */
export const APP_DEFAULTS = Object.freeze({
  isDebug: false,
  requestTimeoutMs: 30_000,
  trustedProxies: [],
  cookieMaxAgeUnit: 's',
  followsPublicLinks: false,
  redirectsTrailingSlash: false,
  servesPages: true,
} as const satisfies AppOptions);

/** Makes an app. It opens no port and reads no file until it is asked to. */
export function createApp(options: AppOptions = {}): App {
  return new App(options);
}

/** An app is a listener of Node's servers and middleware of Express: `createServer(app)`, `express().use(app)`, `supertest(app)`. */
export interface App {
  (raw: IncomingMessage, rawResponse: ServerResponse): Promise<void>;
  (raw: IncomingMessage, rawResponse: ServerResponse, next: PassOn | undefined): Promise<void>;
}

/** An app: a router with everything its requests need. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see the interface above
export class App extends Callable {
  readonly router: Router;
  readonly #context: AppContext;
  readonly #buildRoutes: () => AppRoutes;
  readonly #servers: RunningServer[] = [];
  #routes: AppRoutes | undefined;

  constructor(options: AppOptions) {
    super();
    this.router = options.router ?? new Router();
    const isDebug = options.isDebug ?? APP_DEFAULTS.isDebug;
    const given = { ...MIDDLEWARE_DEFAULTS, ...options.middleware };
    const settings = { ...given, cors: { ...given.cors, isForThisMachine: isDebug } };
    const log = options.log ?? consoleLogger;
    this.#context = Object.freeze({
      isDebug,
      log,
      outages: new OutageLog(log),
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      sessions: options.sessions,
      templates: options.templates,
      requestTimeoutMs: options.requestTimeoutMs ?? APP_DEFAULTS.requestTimeoutMs,
      cookieMaxAgeUnit: options.cookieMaxAgeUnit ?? APP_DEFAULTS.cookieMaxAgeUnit,
      isTrustedProxy: trustProxies(options.trustedProxies ?? APP_DEFAULTS.trustedProxies),
      reviseHtml: options.reviseHtml,
      middleware: settings,
      onFinish: options.onFinish,
      refuse: (error: unknown, req: Request, res: Response) => deliverRefusal(error, req, res, this.#context),
    });
    const fallbacks = {
      context: this.#context,
      staticFiles: new StaticFiles({
        directories: options.publicDirectories ?? [],
        followsLinks: options.followsPublicLinks ?? APP_DEFAULTS.followsPublicLinks,
        log: this.#context.log,
      }),
      redirectsTrailingSlash: options.redirectsTrailingSlash ?? APP_DEFAULTS.redirectsTrailingSlash,
      servesPages: options.servesPages ?? APP_DEFAULTS.servesPages,
    };
    const resolve = middlewareResolver(settings, options.declaredNames);
    this.#buildRoutes = () => new AppRoutes(this.router, resolve, settings, fallbacks);
  }

  /** `router.mount`: an Express app, or middleware of that world, under a prefix. */
  mount(prefix: string, ...middleware: ConnectMiddlewareList): Route {
    return this.router.mount(prefix, ...middleware);
  }

  /**
   * Builds what requests need from the routes registered so far, so that mistakes in them (an unknown middleware name) show at
   * the start. Routes registered later are taken up by the next request.
   */
  ready(): void {
    this.#routes = this.#buildRoutes();
  }

  /**
   * Answers one request; the listener of a Node server. Settles when the answer was handed to the socket. With `next`, as in an Express
   * app, a request that would be answered 404 or 405 goes on there instead, with the headers and cookies set so far.
   */
  readonly handle = (raw: IncomingMessage, rawResponse: ServerResponse, next?: PassOn): Promise<void> =>
    handleRequest(raw, rawResponse, this.#currentRoutes(), this.#context, next);

  /** Calling the app is `handle`. */
  protected override invoke(raw: IncomingMessage, rawResponse: ServerResponse, next?: PassOn): Promise<void> {
    return this.handle(raw, rawResponse, next);
  }

  /**
   * Opens a port. In debug mode the app answers to `localhost` and addresses only, unless `hosts` says otherwise. Rejects with
   * Node's error when the port cannot be had.
   */
  async listen(options: ListenOptions): Promise<RunningServer> {
    this.ready();
    const hosts = options.hosts ?? (this.#context.isDebug ? LOCAL_HOSTS : undefined);
    const server = await listen((raw, rawResponse) => void this.handle(raw, rawResponse), { ...options, hosts });
    this.#servers.push(server);
    return server;
  }

  /** Closes all ports, then the session engine. Running requests may finish for `timeoutMs`, default 30,000. */
  async close(timeoutMs?: number): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close(timeoutMs)));
    await this.#context.sessions?.close();
  }

  #currentRoutes(): AppRoutes {
    if (this.#routes === undefined || this.#routes.revision !== this.router.revision) this.#routes = this.#rebuild();
    return this.#routes;
  }

  /** A reload that leaves the routes broken keeps the ones that work. */
  #rebuild(): AppRoutes {
    try {
      return this.#buildRoutes();
    } catch (error) {
      if (this.#routes === undefined) throw error;
      this.#context.log.error(
        `The changed routes cannot be used, the ones before stay: ${error instanceof Error ? error.message : error}`,
      );
      this.#routes.revision = this.router.revision;
      return this.#routes;
    }
  }
}
