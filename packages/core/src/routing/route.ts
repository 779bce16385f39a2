import { requirePermission, requireRole } from '../middleware/access-rules.js';
import type { Middleware } from '../middleware/compose.js';
import type { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import type { SessionMode } from '../session-port.js';
import { givenMiddleware } from './given-middleware.js';
import type { PathParams } from './path-params.js';
import type { RoutePattern } from './route-pattern.js';

/** A route handler. `req.params` is typed from the path literal. */
export type Handler<Path extends string = string> = (req: Request<PathParams<Path>>, res: Response) => unknown;

/** Middleware as users name it: a function, a class with before/after hooks, a name such as `"ResponseCache:300"`, or a list. */
export type MiddlewareSpec = Middleware | MiddlewareClass | string | readonly MiddlewareSpec[];

/** A class whose static methods `before…` and `after…` run around the handler. */
export type MiddlewareClass = abstract new (...args: never[]) => unknown;

/** Settings that a route or a group may declare. A route's own win over its group's, an inner group's over an outer's. */
export interface RouteSettings {
  sessionMode?: SessionMode | undefined;
  /** true: a bearer token is required. false: never, whatever `TINA4_SECURE_WRITES` says. */
  isSecured?: boolean | undefined;
  /** Seconds for which the complete answer is cached. */
  cacheSeconds?: number | undefined;
  /** The bytes of the body stay in `req.rawBody`. */
  keepsRawBody?: boolean | undefined;
  /** The body is not read; whoever wants it reads `req.raw`. */
  leavesBody?: boolean | undefined;
}

/** A group as its routes see it: the settings and middleware that they inherit. */
export interface GroupFrame {
  readonly prefix: string;
  readonly middleware: MiddlewareSpec[];
  readonly settings: RouteSettings;
  readonly parent: GroupFrame | undefined;
}

/** One registered route. The chain methods may be called in any order and return the route. */
export class Route {
  readonly method: string;
  readonly pattern: RoutePattern;
  readonly handler: Handler;
  /** File that registered it, where the loader knows. */
  readonly sourceFile: string | undefined;
  /** Line of that file where it is registered, counted from 1, where it is known. */
  readonly sourceLine: number | undefined;
  /** Template that a plain object returned by the handler is rendered with. */
  readonly template: string | undefined;
  /** Method and pattern, such as `POST /api/cart/add`, for log lines. */
  readonly label: string;
  readonly group: GroupFrame | undefined;
  readonly #settings: RouteSettings = {};
  readonly #ownMiddleware: MiddlewareSpec[];
  readonly #changed: () => void;

  /** `changed` is called when a chain method alters the route, so that what was built from it is built again. */
  constructor(definition: RouteDefinition, changed: () => void) {
    this.#changed = changed;
    this.method = definition.method;
    this.pattern = definition.pattern;
    this.handler = definition.handler;
    this.sourceFile = definition.sourceFile;
    this.sourceLine = definition.sourceLine;
    this.template = definition.template;
    this.group = definition.group;
    this.label = `${definition.method} ${definition.pattern.source}`;
    this.#ownMiddleware = [...definition.middleware];
  }

  /** The route's own setting, else that of the innermost group that has one. */
  setting<Name extends keyof RouteSettings>(name: Name): RouteSettings[Name] {
    if (this.#settings[name] !== undefined) return this.#settings[name];
    for (let group = this.group; group !== undefined; group = group.parent) {
      if (group.settings[name] !== undefined) return group.settings[name];
    }
    return undefined;
  }

  /** All middleware around the handler, outermost first: groups from the outside in, then the route's own. */
  get middlewareSpecs(): MiddlewareSpec[] {
    const fromGroups: MiddlewareSpec[][] = [];
    for (let group = this.group; group !== undefined; group = group.parent) fromGroups.unshift(group.middleware);
    return [...fromGroups.flat(), ...this.#ownMiddleware];
  }

  /** Says how the route uses the session; see docs/sessions.md. */
  session(mode: SessionMode): this {
    return this.#set('sessionMode', mode);
  }

  /** Requires a bearer token; `secure(false)` takes that back. */
  secure(isSecured = true): this {
    return this.#set('isSecured', isSecured);
  }

  /** Opens a route that would be secured. */
  noAuth(): this {
    return this.#set('isSecured', false);
  }

  /**
   * Lets only users with one of `roles` through, by `role` or `roles` of `req.user`: the payload of the token, or what middleware
   * put there. 401 without a user, 403 for others. Called twice, or by a group too: all of them count.
   */
  role(...roles: string[]): this {
    return this.middleware(requireRole(roles));
  }

  /**
   * Lets only users through who were granted all of `permissions`, by `permission` or `permissions` of `req.user`; a granted
   * `posts.*` covers `posts.delete`, `*` everything. 401 without a user, 403 for others.
   */
  can(...permissions: string[]): this {
    return this.middleware(requirePermission(permissions));
  }

  /** Caches the complete answer per URL, for GET. `seconds` defaults to 60. */
  cache(seconds = 60): this {
    return this.#set('cacheSeconds', seconds);
  }

  /** Keeps the bytes of the body in `req.rawBody`, to check a signature over them; see docs/requests-and-responses.md. */
  rawBody(keepsRawBody = true): this {
    return this.#set('keepsRawBody', keepsRawBody);
  }

  /**
   * Leaves the body where it is: `req.body` is `{}`, and middleware such as multer or a proxy, or the handler, reads `req.raw`. Limits
   * are then theirs. A session that is held exclusively is held while they do; `.session('shared')` holds it only to store.
   */
  leaveBody(leavesBody = true): this {
    return this.#set('leavesBody', leavesBody);
  }

  /** Adds middleware inside what is there. */
  middleware(...specs: MiddlewareSpec[]): this {
    this.#ownMiddleware.push(...givenMiddleware(specs, this.label));
    this.#changed();
    return this;
  }

  #set<Name extends keyof RouteSettings>(name: Name, value: RouteSettings[Name]): this {
    this.#settings[name] = value;
    this.#changed();
    return this;
  }
}

export interface RouteDefinition {
  readonly method: string;
  readonly pattern: RoutePattern;
  readonly handler: Handler;
  readonly middleware: readonly MiddlewareSpec[];
  readonly sourceFile?: string | undefined;
  readonly sourceLine?: number | undefined;
  readonly template?: string | undefined;
  readonly group?: GroupFrame | undefined;
}
