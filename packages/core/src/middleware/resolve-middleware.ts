import { Tina4Error } from '../errors/tina4-error.js';
import { didYouMean } from '../nearest-name.js';
import type { MiddlewareSpec } from '../routing/route.js';
import { classMiddleware, isClass } from './class-middleware.js';
import type { Middleware } from './compose.js';
import { isConfigurable, MAKE } from './configurable.js';
import { CorsMiddleware } from './cors.js';
import { CsrfMiddleware } from './csrf.js';
import type { MiddlewareSettings } from './middleware-settings.js';
import { RateLimiterMiddleware } from './rate-limiter.js';
import { RequestLogger } from './request-logger.js';
import { ResponseCache } from './response-cache.js';
import { SecurityHeadersMiddleware } from './security-headers.js';

/** Turns what users name as middleware into functions, outermost first. Throws for a name that leads nowhere. */
export type MiddlewareResolver = (specs: readonly MiddlewareSpec[], context: MiddlewareContext) => Middleware[];

/** Where a spec stands: names resolve in the same file first, and messages say who asked. */
export interface MiddlewareContext {
  /** Route label, or `Router.use`. */
  readonly usedBy: string;
  readonly sourceFile: string | undefined;
}

/** Where names lead that an app's files declare. An app made by hand loads no files and has none. */
export interface NameLookup {
  /** What the file itself declares under the name, or undefined. */
  inFile(name: string, file: string | undefined): unknown;
  /** What any file declares under the name, or undefined. Throws T4_MIDDLEWARE_AMBIGUOUS when several do. */
  anywhere(name: string): unknown;
  /** All declared names, for a message about one that is none of them. */
  all?(): Iterable<string>;
  /** `file:line` where the name stands as a text, in that file or, where it is undefined, in any; for the same message. */
  mentionOf?(name: string, file: string | undefined): string | undefined;
}

/** The middleware that comes with the framework, as Tina4 code names it. */
const BUILT_IN: ReadonlyMap<string, MiddlewareSpec> = new Map<string, MiddlewareSpec>([
  ['CorsMiddleware', CorsMiddleware],
  ['Cors', CorsMiddleware],
  ['RateLimiterMiddleware', RateLimiterMiddleware],
  ['RateLimiter', RateLimiterMiddleware],
  ['SecurityHeadersMiddleware', SecurityHeadersMiddleware],
  ['CsrfMiddleware', CsrfMiddleware],
  ['ResponseCache', ResponseCache],
  ['RequestLogger', RequestLogger],
]);

/**
 * A resolver for one app. A function is middleware as it is, a class by its hooks, a list by its members. A name is looked up in
 * the file of its route, then among the built-ins, then in all files; `names` is asked anew each time, because a reload
 * changes them. What stands behind a colon, as in `"RateLimiter:30"`, goes to the built-in of that name.
 *
 * Throws T4_MIDDLEWARE_UNKNOWN for anything else: it may be an access check, so it is never passed over.
 */
export function middlewareResolver(
  settings: MiddlewareSettings,
  names: () => NameLookup = () => NO_NAMES,
): MiddlewareResolver {
  /** A name that was found stands for no further name: two that stood for each other would have no end. */
  const resolveValue = (value: unknown, context: MiddlewareContext, argument?: string): Middleware[] => {
    // Array.from fills the holes of a list, which would be passed over.
    if (Array.isArray(value)) return Array.from(value).flatMap((inner) => resolveValue(inner, context));
    if (isConfigurable(value)) return [value[MAKE](settings, argument)];
    if (isClass(value)) return [classMiddleware(value)];
    if (typeof value === 'function') {
      if (value.length > 3) throw unknownMiddleware(value.name, context, 'takes more than (req, res, next).');
      return [value as Middleware];
    }
    throw unknownMiddleware(value, context, 'is not a function.');
  };

  const resolveName = (spec: string, context: MiddlewareContext): Middleware[] => {
    const [, name = '', argument] = /^([^:]*)(?::(.*))?$/s.exec(spec.trim()) ?? [];
    const own = names().inFile(name, context.sourceFile) ?? undefined;
    if (own !== undefined) return resolveValue(own, context);
    const builtIn = BUILT_IN.get(name);
    if (builtIn !== undefined) return resolveValue(builtIn, context, argument);
    const declared = names().anywhere(name) ?? undefined;
    if (declared !== undefined) return resolveValue(declared, context);
    const mention = names().mentionOf?.(name, context.sourceFile);
    const place = mention === undefined ? '' : ` (${mention})`;
    const hint = didYouMean(name, [...BUILT_IN.keys(), ...(names().all?.() ?? [])]);
    const why = `is declared nowhere under src/routes or src/middleware and is no built-in${place}${hint}`;
    throw unknownMiddleware(spec, context, why);
  };

  const resolve: MiddlewareResolver = (specs, context) =>
    specs.flatMap((spec) => {
      if (Array.isArray(spec)) return resolve(spec, context);
      return typeof spec === 'string' ? resolveName(spec, context) : resolveValue(spec, context);
    });
  return resolve;
}

const NO_NAMES: NameLookup = { inFile: () => undefined, anywhere: () => undefined };

function unknownMiddleware(spec: unknown, { usedBy }: MiddlewareContext, why: string): Tina4Error {
  const text = `${usedBy} uses the middleware "${String(spec)}", which ${why} It may be an access check, so the start is stopped.`;
  return new Tina4Error('T4_MIDDLEWARE_UNKNOWN', text);
}
