import { Tina4Error } from '../errors/tina4-error.js';
import type { MiddlewareSpec } from '../routing/route.js';
import type { MiddlewareResolver } from './resolve-middleware.js';

/** Built-in middleware by name; `argument` is what stands behind the colon in `"RateLimiter:30"`. Undefined: no such name. */
export type BuiltInMiddleware = (name: string, argument: string | undefined) => MiddlewareSpec | undefined;

/** Where names lead that an app's files declare. An app made by hand loads no files and has none. */
export interface NameLookup {
  /** What the file itself declares under the name, or undefined. */
  inFile(name: string, file: string | undefined): unknown;
  /** What any file declares under the name, or undefined. Throws T4_MIDDLEWARE_AMBIGUOUS when several do. */
  anywhere(name: string): unknown;
}

/**
 * Resolves names: first what the route's own file declares, then the built-ins, then what any other loaded file declares.
 * Everything that is not a name goes to `resolveValues`. Throws T4_MIDDLEWARE_UNKNOWN for a name that leads nowhere: it may be
 * an access check, so it is never passed over.
 */
export function resolveNames(
  names: () => NameLookup,
  resolveValues: MiddlewareResolver,
  builtIn: BuiltInMiddleware = () => undefined,
): MiddlewareResolver {
  const resolve: MiddlewareResolver = (specs, context) =>
    specs.flatMap((spec) => {
      if (Array.isArray(spec)) return resolve(spec, context);
      if (typeof spec !== 'string') return resolveValues([spec], context);
      const [, name = '', argument] = /^([^:]*)(?::(.*))?$/s.exec(spec.trim()) ?? [];
      const found = (names().inFile(name, context.sourceFile) ?? builtIn(name, argument) ?? names().anywhere(name)) as
        | MiddlewareSpec
        | undefined;
      if (found !== undefined) return resolveValues([found], context);
      throw new Tina4Error(
        'T4_MIDDLEWARE_UNKNOWN',
        `${context.usedBy} uses the middleware "${spec}", which is declared nowhere under src/routes or ` +
          'src/middleware and is no built-in. It may be an access check, so the start is stopped.',
      );
    });
  return resolve;
}
