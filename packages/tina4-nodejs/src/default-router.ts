import { type Route, Router as RouteTable } from '@tina4/core';
import { websocket } from './not-built-names.js';
import { registerWithMetadata } from './route-metadata.js';

const VERBS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'any'] as const;
const OTHERS = ['group', 'use', 'mount', 'notFound', 'register'] as const;

/** What `Router`, `Router()` and `new Router()` offer alike. */
export type SharedRouter = Pick<RouteTable, (typeof VERBS)[number] | (typeof OTHERS)[number] | 'routes'>;

/** The table behind `Router`: the one that `tina4 serve`, `startServer()` and `new Tina4()` answer from. */
export const defaultRouter = new RouteTable();

/**
 * The shared route table. Tina4 code uses it as static methods (`Router.get`), calls it (`Router()`) and makes it with `new`;
 * all three are the same table.
 */
export const Router = makeCallable(defaultRouter);

function makeCallable(table: RouteTable): SharedRouter & { (): SharedRouter; new (): SharedRouter } {
  function Router(): SharedRouter {
    return router;
  }
  const router = Router as unknown as SharedRouter & { (): SharedRouter; new (): SharedRouter };
  for (const verb of VERBS) {
    const register = (table[verb] as (path: string, ...rest: unknown[]) => Route).bind(table);
    const value = (path: string, ...rest: unknown[]): unknown => registerWithMetadata(register, path, rest);
    Object.defineProperty(router, verb, { value, enumerable: true });
  }
  for (const method of OTHERS) {
    Object.defineProperty(router, method, { value: (table[method] as () => unknown).bind(table), enumerable: true });
  }
  // Not built: they say so when they are called.
  for (const method of ['websocket', 'pushToWebSocket']) Object.defineProperty(router, method, { value: websocket });
  Object.defineProperty(router, 'routes', { get: () => table.routes, enumerable: true });
  return router;
}

/** `get("/path", handler)` and its siblings: the same table without the name. */
export const { get, post, put, patch, any } = Router;
export const del = Router.delete;
