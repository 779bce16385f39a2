import { Tina4Error } from '../errors/tina4-error.js';
import { isClass } from '../middleware/class-middleware.js';
import { isConfigurable } from '../middleware/configurable.js';
import { takesNext } from './handler-arguments.js';
import type { MiddlewareSpec } from './route.js';

/**
 * Middleware as a registration was given it. Throws T4_MIDDLEWARE_UNDEFINED where there is nothing in a place in which middleware
 * was written, lists and their holes included: it may have been an access check, and without it the route would be open. `where`
 * says who was given it, such as `GET /admin`.
 */
export function givenMiddleware(specs: readonly unknown[], where: string): MiddlewareSpec[] {
  // By index: the methods of lists pass over holes.
  for (let index = 0; index < specs.length; index++) {
    const spec = specs[index];
    if (Array.isArray(spec)) givenMiddleware(spec, where);
    else if (spec === undefined || spec === null) throw nothingGiven(spec, where);
  }
  return [...specs] as MiddlewareSpec[];
}

/** The callback of a group and then any middleware, or the middleware before it. Counted, because either may be undefined. */
export function sortGroupArguments(given: readonly unknown[]): { callback: unknown; middleware: readonly unknown[] } {
  const [first, second] = given;
  const isMiddlewareFirst =
    given.length === 2 &&
    typeof second === 'function' &&
    !isClass(second) &&
    (typeof first !== 'function' || isClass(first) || (first.length > 2 && second.length < 2));
  return isMiddlewareFirst
    ? { callback: second, middleware: [first] }
    : { callback: first, middleware: given.slice(1) };
}

/**
 * True when a guard stands where the handler belongs and the handler behind it, as Express has them: the handler would run as
 * middleware, and the guard never.
 */
export function standsBeforeItsHandler(
  handler: unknown,
  pathNames: readonly string[],
  middleware: readonly unknown[],
): boolean {
  return takesNext(handler, pathNames) && middleware.some(isPlainHandler);
}

/** A function that is middleware by its place alone: it knows no `next`, as handlers do not. */
function isPlainHandler(spec: unknown): boolean {
  return typeof spec === 'function' && !isClass(spec) && !isConfigurable(spec) && spec.length < 3;
}

function nothingGiven(spec: null | undefined, where: string): Tina4Error {
  return new Tina4Error(
    'T4_MIDDLEWARE_UNDEFINED',
    `${where} was given ${spec} as middleware. Look at the name it is imported by, or leave the place empty.`,
  );
}
