import type { MiddlewareSpec, Route, RouteGroup } from '@tina4/core';
import { Tina4Error } from '@tina4/core';

type Registered = Route | RouteGroup;

/** Something said about a route where it is registered: `post('/contact', noAuth(), handler)`. */
class RouteMetadata {
  readonly applyTo: (route: Registered) => unknown;

  constructor(applyTo: (route: Registered) => unknown) {
    this.applyTo = applyTo;
  }
}

/** What `noAuth()` and its siblings return. It stands where the types of `get` have the handler. */
// biome-ignore lint/suspicious/noExplicitAny: Tina4 code puts it before the handler
export type Metadata = any;

/** The route is open, as after `.noAuth()`. */
export function noAuth(): Metadata {
  return new RouteMetadata((route) => route.noAuth());
}

/** The route asks for a token, as after `.secure()`. */
export function secured(): Metadata {
  return new RouteMetadata((route) => route.secure());
}

/** A sentence about the route, for readers of the code. */
export function description(_text: string): Metadata {
  return new RouteMetadata(() => {});
}

/** The route has this middleware, as after `.middleware(…)`. */
export function middleware(...specs: MiddlewareSpec[]): Metadata {
  return new RouteMetadata((route) => route.middleware(...specs));
}

/**
 * Registers a route whose metadata, or a summary in words, stand between path and handler. Throws T4_ROUTE_METADATA for a text of
 * one word there: it may be the name of an access check, which must not be taken for a summary.
 */
export function registerWithMetadata(
  register: (path: string, ...rest: unknown[]) => Registered,
  path: string,
  rest: readonly unknown[],
): Registered {
  const metadata: RouteMetadata[] = [];
  let at = 0;
  for (; at < rest.length - 1; at++) {
    const value = rest[at];
    if (value instanceof RouteMetadata) metadata.push(value);
    else if (typeof value === 'string') checkSummary(value, path);
    else break;
  }
  const route = register(path, ...rest.slice(at));
  for (const { applyTo } of metadata) applyTo(route);
  return route;
}

function checkSummary(text: string, path: string): void {
  if (/\s/.test(text.trim())) return;
  throw new Tina4Error(
    'T4_ROUTE_METADATA',
    `"${text}" stands before the handler of ${path}. Put middleware behind the handler, and write a summary as description("${text}").`,
  );
}
