import { Request } from '../request/request.js';
import type { Middleware } from './compose.js';
import type { MiddlewareSettings } from './middleware-settings.js';

/** Makes the middleware for one app. `argument` is what stands behind the colon in a name such as `"RateLimiter:30"`. */
export type MakeMiddleware = (settings: MiddlewareSettings, argument?: string) => Middleware;

/**
 * Marks a function or class that users name as middleware, but that needs the settings of the app it runs in. Those are not
 * known yet when `Router.use(cors())` is called, so the resolver asks for the real function at the start.
 */
export const MAKE = Symbol('tina4.makeMiddleware');

/** What can be given to a router in place of the middleware that it makes. */
export interface Configurable {
  readonly [MAKE]: MakeMiddleware;
}

/**
 * A middleware function that `make` replaces at the start. Called from the app's own code, as in `cors()(req, res, next)`, it is
 * made for the app that the request is in, once.
 */
export function configurable(make: MakeMiddleware): Middleware & Configurable {
  const made = new WeakMap<MiddlewareSettings, Middleware>();
  const called: Middleware = (req, res, next) => {
    const settings = Request.middlewareSettingsOf(req);
    const layer = made.get(settings) ?? make(settings);
    made.set(settings, layer);
    return layer(req, res, next);
  };
  return Object.assign(called, { [MAKE]: make });
}

export function isConfigurable(spec: unknown): spec is Configurable {
  return typeof spec === 'function' && Object.hasOwn(spec, MAKE);
}
