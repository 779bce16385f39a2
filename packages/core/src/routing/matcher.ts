import type { Route } from './route.js';
import { RouteTree } from './route-tree.js';
import type { Target } from './target.js';

/** The target of a request with what the path held. */
export interface Match {
  readonly target: Target;
  /** Path parameters by name, decoded and cast. */
  readonly params: Record<string, string | number>;
}

/** Why no route answers: the target of the request is no path, other methods would do, or nothing is there. */
export type NoMatch =
  | { readonly reason: 'bad-url' }
  | { readonly reason: 'not-allowed'; readonly allow: readonly string[] }
  | { readonly reason: 'not-found' };

/** A route that another one of the same shape keeps from ever being reached. */
export interface ShadowedRoute {
  readonly route: Route;
  readonly by: Route;
}

/** Order of the Allow header. */
const ALLOW_ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

interface Entry {
  readonly target: Target;
  readonly names: readonly string[];
  readonly areNumbers: readonly boolean[];
}

/**
 * Finds the route of a request: fixed text before parameters before wildcards, whatever the order of registration. Of routes
 * with the same method and shape the first is reached; the others are listed in `shadowed`.
 */
export class Matcher {
  readonly shadowed: readonly ShadowedRoute[];
  readonly #trees = new Map<string, RouteTree<Entry>>();
  /** Used for every search, so that none needs a list of its own; read before the next one begins. */
  readonly #values: string[] = [];

  /** `bind` makes a route's target: its middleware and handler as one function. */
  constructor(routes: readonly Route[], bind: (route: Route) => Target) {
    const seen = new Map<string, Route>();
    const shadowed: ShadowedRoute[] = [];
    for (const route of routes) {
      const shape = `${route.method} ${route.pattern.shape}`;
      const by = seen.get(shape);
      if (by !== undefined) {
        shadowed.push({ route, by });
        continue;
      }
      seen.set(shape, route);
      const { segments, hasRest, paramNames, areNumbers } = route.pattern;
      this.#treeOf(route.method).add(segments, hasRest, { target: bind(route), names: paramNames, areNumbers });
    }
    this.shadowed = shadowed;
  }

  /** `path` as `requestPath` gives it. A HEAD without a route of its own gets the GET route. */
  find(method: string, path: string | undefined): Match | NoMatch {
    if (path === undefined) return { reason: 'bad-url' };
    const found = this.#search(method, path) ?? (method === 'HEAD' ? this.#search('GET', path) : undefined);
    if (found !== undefined) return { target: found.target, params: paramsOf(found, this.#values, path) };
    const allow = this.#allowed(path);
    return allow.length === 0 ? { reason: 'not-found' } : { reason: 'not-allowed', allow };
  }

  /** Methods that would answer this path, in the order of the Allow header (RFC 9110, section 10.2.1); for `*` those of any path. */
  #allowed(path: string): readonly string[] {
    const methods = [...this.#trees.keys()].filter(
      (method) => path === '*' || this.#search(method, path) !== undefined,
    );
    if (methods.length === 0 && path !== '*') return [];
    const allowed = new Set([...methods, 'OPTIONS']);
    if (allowed.has('GET')) allowed.add('HEAD');
    return ALLOW_ORDER.filter((method) => allowed.has(method));
  }

  #search(method: string, path: string): Entry | undefined {
    return path === '*' ? undefined : this.#trees.get(method)?.find(path, this.#values);
  }

  #treeOf(method: string): RouteTree<Entry> {
    const tree = this.#trees.get(method) ?? new RouteTree<Entry>();
    this.#trees.set(method, tree);
    return tree;
  }
}

/** Made by a constructor, an object that inherits nothing costs no more than a plain one. */
const Params = function Params() {} as unknown as new () => Record<string, string | number>;
Params.prototype = Object.create(null);

/** `path` can be decoded, `requestPath` has looked; and so can each value, as parameters end where characters do. */
function paramsOf(
  { names, areNumbers }: Entry,
  values: readonly string[],
  path: string,
): Record<string, string | number> {
  const params = new Params();
  if (names.length === 0) return params;
  const isEncoded = path.includes('%');
  for (let index = 0; index < names.length; index++) {
    const value = values[index] as string;
    const text = isEncoded ? decodeURIComponent(value) : value;
    params[names[index] as string] = areNumbers[index] ? Number(text) : text;
  }
  return params;
}
