import { Tina4Error } from '../errors/tina4-error.js';
import type { MiddlewareSpec } from '../routing/route.js';
import { classMiddleware, isClass } from './class-middleware.js';
import type { Middleware } from './compose.js';
import { isConfigurable, MAKE } from './configurable.js';
import { MIDDLEWARE_DEFAULTS, type MiddlewareSettings } from './middleware-settings.js';

/** Turns what users name as middleware into functions, outermost first. Throws for a name that leads nowhere. */
export type MiddlewareResolver = (specs: readonly MiddlewareSpec[], context: MiddlewareContext) => Middleware[];

/** Where a spec stands: names resolve in the same file first, and messages say who asked. */
export interface MiddlewareContext {
  /** Route label, or `Router.use`. */
  readonly usedBy: string;
  readonly sourceFile: string | undefined;
}

/** Resolves functions, classes with hooks, middleware that needs settings, and lists of them. Names are `resolveNames`' part. */
export function resolveValues(settings: MiddlewareSettings = MIDDLEWARE_DEFAULTS): MiddlewareResolver {
  const resolve: MiddlewareResolver = (specs, context) =>
    specs.flatMap((spec): Middleware[] => {
      if (Array.isArray(spec)) return resolve(spec, context);
      if (isConfigurable(spec)) return [spec[MAKE](settings)];
      if (isClass(spec)) return [classMiddleware(spec)];
      if (typeof spec === 'function') return [spec as Middleware];
      throw new Tina4Error(
        'T4_MIDDLEWARE_UNKNOWN',
        `${context.usedBy} uses the middleware "${String(spec)}", which is not a function. ` +
          'It may be an access check, so the start is stopped.',
      );
    });
  return resolve;
}
