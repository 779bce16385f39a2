import type { MiddlewareSpec } from '../routing/route.js';
import type { Middleware } from './compose.js';

/** Turns what users name as middleware into functions, outermost first. Throws for a name that leads nowhere. */
export type MiddlewareResolver = (specs: readonly MiddlewareSpec[], context: MiddlewareContext) => Middleware[];

/** Where a spec stands: names resolve in the same file first, and messages say who asked. */
export interface MiddlewareContext {
  /** Route label, or `Router.use`. */
  readonly usedBy: string;
  readonly sourceFile: string | undefined;
}

/** Resolves functions and lists of them. */
export const resolveFunctions: MiddlewareResolver = (specs, context) =>
  specs.flatMap((spec): Middleware[] => {
    if (Array.isArray(spec)) return resolveFunctions(spec, context);
    if (typeof spec === 'function') return [spec as Middleware];
    throw new TypeError(
      `T4_MIDDLEWARE_UNKNOWN: ${context.usedBy} uses the middleware "${String(spec)}", which is not a function. ` +
        'It may be an access check, so the start is stopped.',
    );
  });
