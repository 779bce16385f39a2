import { Router as RouteTable } from '@tina4/core';

const METHODS = [
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'head',
  'options',
  'any',
  'group',
  'use',
  'register',
] as const;

/** What `Router`, `Router()` and `new Router()` offer alike. */
export type SharedRouter = Pick<RouteTable, (typeof METHODS)[number] | 'routes'>;

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
  for (const method of METHODS) {
    Object.defineProperty(router, method, { value: (table[method] as () => unknown).bind(table), enumerable: true });
  }
  Object.defineProperty(router, 'routes', { get: () => table.routes, enumerable: true });
  return router;
}

/** `get("/path", handler)` and its siblings: the same table without the name. */
export const { get, post, put, patch, any } = Router;
export const del = Router.delete;
