import { mountedHandler } from '../connect/mounted.js';
import type { ConnectMiddlewareList } from '../connect/run-chain.js';
import { Tina4Error } from '../errors/tina4-error.js';
import { isThenable } from '../is-thenable.js';
import { MOUNT } from '../middleware/automatic-layers.js';
import { givenMiddleware, sortGroupArguments, standsBeforeItsHandler } from './given-middleware.js';
import { type GroupFrame, type Handler, type MiddlewareSpec, Route } from './route.js';
import { RouteGroup } from './route-group.js';
import { parseRoutePattern } from './route-pattern.js';

/** Methods that `any()` registers. HEAD is answered from GET unless registered itself. */
const ANY_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** What a loader knows of a route beyond its registration. */
export interface RouteRegistration {
  readonly sourceFile?: string | undefined;
  readonly template?: string | undefined;
}

/**
 * The table of routes. It only collects; a `Matcher` made from it finds the route of a request. All methods may be called at
 * any time: `revision` tells an app that it has to build its matcher anew.
 */
export class Router {
  readonly #routes: Route[] = [];
  readonly #mounts: Route[] = [];
  readonly #globalMiddleware: { spec: MiddlewareSpec; sourceFile: string | undefined }[] = [];
  #notFound: Route | undefined;
  #group: GroupFrame | undefined;
  #sourceFile: string | undefined;
  #revision = 0;

  /** Grows with every change of the table. */
  get revision(): number {
    return this.#revision;
  }

  /** All routes in the order of registration. */
  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** What was mounted, in the order of registration. */
  get mounts(): readonly Route[] {
    return this.#mounts;
  }

  /** Middleware around everything, static files and 404 included, in the order of registration. */
  get globalMiddleware(): readonly MiddlewareSpec[] {
    return this.#globalMiddleware.map((entry) => entry.spec);
  }

  /** The route of `notFound`, which is in no table: no path leads to it. */
  get notFoundRoute(): Route | undefined {
    return this.#notFound;
  }

  get<Path extends string>(path: Path, handler: Handler<Path>, ...middleware: MiddlewareSpec[]): Route {
    return this.register('GET', path, handler, middleware);
  }

  post<Path extends string>(path: Path, handler: Handler<Path>, ...middleware: MiddlewareSpec[]): Route {
    return this.register('POST', path, handler, middleware);
  }

  put<Path extends string>(path: Path, handler: Handler<Path>, ...middleware: MiddlewareSpec[]): Route {
    return this.register('PUT', path, handler, middleware);
  }

  patch<Path extends string>(path: Path, handler: Handler<Path>, ...middleware: MiddlewareSpec[]): Route {
    return this.register('PATCH', path, handler, middleware);
  }

  delete<Path extends string>(path: Path, handler: Handler<Path>, ...middleware: MiddlewareSpec[]): Route {
    return this.register('DELETE', path, handler, middleware);
  }

  head<Path extends string>(path: Path, handler: Handler<Path>, ...middleware: MiddlewareSpec[]): Route {
    return this.register('HEAD', path, handler, middleware);
  }

  options<Path extends string>(path: Path, handler: Handler<Path>, ...middleware: MiddlewareSpec[]): Route {
    return this.register('OPTIONS', path, handler, middleware);
  }

  /** Registers the handler for GET, POST, PUT, PATCH, DELETE and OPTIONS. The chain methods of the result act on all of them. */
  any<Path extends string>(path: Path, handler: Handler<Path>, ...middleware: MiddlewareSpec[]): RouteGroup {
    const frame = this.#frame('', givenMiddleware(middleware, `ANY ${path}`));
    this.#within(frame, () => {
      for (const method of ANY_METHODS) this.register(method, path, handler);
    });
    return new RouteGroup(frame, () => this.#changed());
  }

  /**
   * Routes registered inside `register`, on the router or on the group it is given, get the prefix and the middleware. Groups
   * nest. Middleware may stand before or after the callback. The callback must be synchronous.
   */
  group(prefix: string, register: GroupCallback, ...middleware: MiddlewareSpec[]): RouteGroup;
  group(prefix: string, middleware: MiddlewareSpec, register: GroupCallback): RouteGroup;
  group(prefix: string, ...given: readonly unknown[]): RouteGroup {
    const { callback, middleware } = sortGroupArguments(given);
    if (typeof callback !== 'function') {
      throw new Tina4Error('T4_ROUTE_GROUP', `group("${prefix}") needs a function that registers its routes.`);
    }
    const frame = this.#frame(normalizePrefix(prefix), givenMiddleware(middleware, `group("${prefix}")`));
    this.#within(frame, () => callback(this));
    return new RouteGroup(frame, () => this.#changed());
  }

  /** Middleware around every request. Functions, classes with before/after hooks, names. */
  use(...specs: MiddlewareSpec[]): this {
    for (const spec of givenMiddleware(specs, 'Router.use')) {
      this.#globalMiddleware.push({ spec, sourceFile: this.#sourceFile });
    }
    this.#changed();
    return this;
  }

  /**
   * Answers browsers where neither a route nor a public file nor a page template does, whatever the method; clients that do not
   * ask for HTML get JSON as ever. The status is 404 unless the handler says another. The session is there, and is not held.
   * One handler serves the whole app: the last that was registered.
   */
  notFound(handler: Handler): this {
    requireHandler(handler, 'notFound');
    const pattern = parseRoutePattern('/*');
    const definition = { method: 'GET', pattern, handler, middleware: [], sourceFile: this.#sourceFile };
    this.#notFound = new Route(definition, () => this.#changed()).session('shared');
    this.#changed();
    return this;
  }

  /**
   * Hands requests under a prefix that no route answers to an Express app, or to middleware of that world: whatever their method,
   * with the body left to it, without our session unless `.session()` says otherwise, and with checks of its own only. What it
   * does not answer goes on to files, pages and 404. Of several prefixes the longest is asked.
   */
  mount(prefix: string, ...middleware: ConnectMiddlewareList): Route {
    const full = (this.#group?.prefix ?? '') + normalizePrefix(prefix);
    if (full.includes('{') || full.includes(':'))
      throw new Tina4Error('T4_ROUTE_PATTERN', `mount("${full}") takes a fixed prefix, without parameters.`);
    const route = new Route(
      {
        method: MOUNT,
        pattern: parseRoutePattern(full === '' ? '/' : full),
        handler: mountedHandler(full, middleware),
        middleware: [],
        sourceFile: this.#sourceFile,
        group: this.#group,
      },
      () => this.#changed(),
    );
    this.#mounts.push(route);
    return route.session('none').leaveBody().noAuth();
  }

  /** Adds a route. Throws a coded error for a pattern, a handler or middleware that cannot work, naming it. */
  register<Path extends string>(
    method: string,
    path: Path,
    handler: Handler<Path>,
    ...rest: [middleware?: MiddlewareSpec, registration?: RouteRegistration]
  ): Route {
    const [spec, registration = {}] = rest;
    const source =
      (this.#group?.prefix ?? '') +
      (this.#group !== undefined && path === '/' && this.#group.prefix !== '' ? '' : path);
    requireHandler(handler, `${method} ${source}`);
    const pattern = parseRoutePattern(source);
    // Counted, because what was written there may be undefined.
    const middleware = givenMiddleware(rest.length === 0 ? [] : [spec], `${method} ${source}`);
    if (standsBeforeItsHandler(handler, pattern.paramNames, middleware.flat())) {
      throw new Tina4Error(
        'T4_ROUTE_HANDLER',
        `the handler of ${method} ${source} takes (req, res, next), and behind it stands one that does not. Put the handler before its middleware.`,
      );
    }
    const route = new Route(
      {
        method,
        pattern,
        handler: handler as unknown as Handler,
        middleware,
        sourceFile: registration.sourceFile ?? this.#sourceFile,
        sourceLine: lineOfCall(this.#sourceFile),
        template: registration.template,
        group: this.#group,
      },
      () => this.#changed(),
    );
    this.#routes.push(route);
    this.#changed();
    return route;
  }

  /** While `load` runs, routes and global middleware are noted as coming from `sourceFile`. Not for overlapping loads. */
  async loading<T>(sourceFile: string, load: () => Promise<T>): Promise<T> {
    const before = this.#sourceFile;
    this.#sourceFile = sourceFile;
    try {
      return await load();
    } finally {
      this.#sourceFile = before;
    }
  }

  /** Forgets everything that came from a file of which `isGone` is true. For reloads. */
  removeLoaded(isGone: (sourceFile: string) => boolean): void {
    const keep = (entry: { readonly sourceFile: string | undefined }): boolean =>
      entry.sourceFile === undefined || !isGone(entry.sourceFile);
    this.#routes.splice(0, Infinity, ...this.#routes.filter(keep));
    this.#mounts.splice(0, Infinity, ...this.#mounts.filter(keep));
    this.#globalMiddleware.splice(0, Infinity, ...this.#globalMiddleware.filter(keep));
    if (this.#notFound !== undefined && !keep(this.#notFound)) this.#notFound = undefined;
    this.#changed();
  }

  #frame(prefix: string, middleware: MiddlewareSpec[]): GroupFrame {
    return {
      prefix: (this.#group?.prefix ?? '') + prefix,
      middleware,
      settings: {},
      parent: this.#group,
    };
  }

  #within(frame: GroupFrame, register: () => unknown): void {
    const before = this.#group;
    this.#group = frame;
    try {
      const returned = register();
      if (isThenable(returned)) {
        returned.then(undefined, () => {});
        throw new Tina4Error(
          'T4_ROUTE_GROUP',
          `the function given to group("${frame.prefix}") is async. Register the routes without await.`,
        );
      }
    } finally {
      this.#group = before;
    }
  }

  #changed(): void {
    this.#revision++;
  }
}

export type GroupCallback = (group: Router) => unknown;

function requireHandler(handler: unknown, what: string): void {
  if (typeof handler === 'function') return;
  throw new Tina4Error('T4_ROUTE_HANDLER', `${what} needs a function as its handler, not ${typeof handler}.`);
}

/** The line of `file` from which the call in progress comes. */
function lineOfCall(file: string | undefined): number | undefined {
  if (file === undefined) return undefined;
  const frame = (new Error().stack ?? '').split('\n').find((text) => text.includes(`${file}:`));
  const line = /:(\d+):\d+\)?$/.exec(frame ?? '')?.[1];
  return line === undefined ? undefined : Number(line);
}

function normalizePrefix(prefix: string): string {
  const withSlash = prefix.startsWith('/') ? prefix : `/${prefix}`;
  return withSlash === '/' ? '' : withSlash.replace(/\/$/, '');
}
