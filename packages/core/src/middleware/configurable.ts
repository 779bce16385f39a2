import { Tina4Error } from '../errors/tina4-error.js';
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

/** A middleware function that `make` replaces at the start. */
export function configurable(make: MakeMiddleware): Middleware & Configurable {
  const placeholder: Middleware = () => {
    throw new Tina4Error('T4_MIDDLEWARE_UNRESOLVED', 'give this middleware to a router instead of calling it.');
  };
  return Object.assign(placeholder, { [MAKE]: make });
}

export function isConfigurable(spec: unknown): spec is Configurable {
  return typeof spec === 'function' && Object.hasOwn(spec, MAKE);
}
