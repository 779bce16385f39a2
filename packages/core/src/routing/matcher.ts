import type { HTTPMethod } from 'find-my-way';
import findMyWay from 'find-my-way';
import type { Route } from './route.js';
import type { Target } from './target.js';

/** The target of a request with what the path held. */
export interface Match {
  readonly target: Target;
  /** Path parameters by name, decoded and cast. */
  readonly params: Record<string, string | number>;
}

/** Why no route answers: the path is not decodable, other methods would do, or nothing is there. */
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
  readonly numberNames: readonly string[];
  readonly restName: string | undefined;
}

/**
 * Finds the route of a request: fixed text before parameters before wildcards, whatever the order of registration. Of routes
 * with the same method and shape the first is reached; the others are listed in `shadowed`.
 */
export class Matcher {
  readonly shadowed: readonly ShadowedRoute[];
  readonly #tree;
  readonly #methods: readonly string[];

  /** `bind` makes a route's target: its middleware and handler as one function. */
  constructor(routes: readonly Route[], bind: (route: Route) => Target) {
    // find-my-way turns longer parameters away (100 by default); the server's header limit bounds ours already.
    // It would parse the query of every request; ours is parsed when it is read.
    this.#tree = findMyWay({
      maxParamLength: 65_536,
      querystringParser: () => ({}),
      onBadUrl: () => undefined,
    });
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
      const { matcherPath, numberNames, restName } = route.pattern;
      const entry: Entry = { target: bind(route), numberNames, restName: restName === '*' ? undefined : restName };
      this.#tree.on(route.method as HTTPMethod, matcherPath, () => undefined, entry);
    }
    this.shadowed = shadowed;
    this.#methods = [...new Set(routes.map((route) => route.method))];
  }

  /** `url` is the request target as sent, query included. A HEAD without a route of its own gets the GET route. */
  find(method: string, url: string): Match | NoMatch {
    const found =
      this.#tree.find(method as HTTPMethod, url) ?? (method === 'HEAD' ? this.#tree.find('GET', url) : null);
    if (found === null) return this.#explain(method, url);
    const entry = found.store as Entry | null;
    if (entry === null) return { reason: 'bad-url' };
    const params = found.params as Record<string, string | number>;
    for (const name of entry.numberNames) params[name] = Number(params[name]);
    if (entry.restName !== undefined) {
      params[entry.restName] = params['*'] as string;
      delete params['*'];
    }
    return { target: entry.target, params };
  }

  /** Methods that would answer this path, in the order of the Allow header (RFC 9110, section 10.2.1). */
  allowed(url: string): readonly string[] {
    const allowed = new Set(this.#methods.filter((method) => this.#tree.find(method as HTTPMethod, url)?.store));
    if (allowed.size === 0) return [];
    if (allowed.has('GET')) allowed.add('HEAD');
    allowed.add('OPTIONS');
    return ALLOW_ORDER.filter((method) => allowed.has(method));
  }

  #explain(method: string, url: string): NoMatch {
    if (!isDecodable(url)) return { reason: 'bad-url' };
    const allow = this.allowed(url);
    return allow.length === 0 || allow.includes(method) ? { reason: 'not-found' } : { reason: 'not-allowed', allow };
  }
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0] as string);
    return true;
  } catch {
    return false;
  }
}
