import { answerRefusal } from '../error-answers/error-response.js';
import { statusOf } from '../errors/errors.js';
import { Tina4Error } from '../errors/tina4-error.js';
import type { Request } from '../request/request.js';
import { Response } from '../response/response.js';
import type { MiddlewareClass } from '../routing/route.js';
import type { Middleware } from './compose.js';

type Hook = (req: Request, res: Response) => unknown;

/** True for what was written as `class …`. */
export function isClass(value: unknown): value is MiddlewareClass {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

/**
 * The static methods `before…` and `after…` of a class as one layer. Hooks of a base class run first, those of one class in the
 * order of its source. After a `before` hook the handler is skipped when the response is answered or its status is 400 or more,
 * or when the hook returned false (403), a response, or an error, which counts as thrown. A pair `[req, res]` takes the place of
 * both from there on. The `after` hooks always run, also when something threw; then they see its status. Throws
 * T4_MIDDLEWARE_CLASS for a class without hooks.
 */
export function classMiddleware(middlewareClass: MiddlewareClass): Middleware {
  const before = hooksOf(middlewareClass, 'before');
  const after = hooksOf(middlewareClass, 'after');
  if (before.length + after.length === 0) {
    throw new Tina4Error(
      'T4_MIDDLEWARE_CLASS',
      `the class "${middlewareClass.name}" has no static method whose name starts with before or after.`,
    );
  }
  const run: Middleware = async (req, res, next) => {
    const pair = { req, res };
    try {
      if (await mayGoOn(before, pair)) await next(pair.req, pair.res);
    } catch (error) {
      pair.res.statusCode = statusOf(error);
      await runAll(after, pair);
      throw error;
    }
    await runAll(after, pair);
    return pair.res;
  };
  return Object.defineProperty(run, 'name', { value: middlewareClass.name });
}

interface Pair {
  req: Request;
  res: Response;
}

async function mayGoOn(hooks: readonly Hook[], pair: Pair): Promise<boolean> {
  for (const hook of hooks) {
    const result = await hook(pair.req, pair.res);
    if (result instanceof Error) throw result;
    rebind(pair, result);
    if (result === false && !pair.res.isAnswered && pair.res.statusCode < 400) {
      answerRefusal({ status: 403, json: { error: 'Forbidden', status: 403 } }, pair.req, pair.res);
    }
    const isOver = result === false || result instanceof Response || pair.res.isAnswered || pair.res.statusCode >= 400;
    if (isOver) {
      if (!pair.res.isAnswered) pair.res.end();
      return false;
    }
  }
  return true;
}

async function runAll(hooks: readonly Hook[], pair: Pair): Promise<void> {
  for (const hook of hooks) rebind(pair, await hook(pair.req, pair.res));
}

function rebind(pair: Pair, result: unknown): void {
  if (!Array.isArray(result)) return;
  pair.req = (result[0] as Request | undefined) ?? pair.req;
  pair.res = (result[1] as Response | undefined) ?? pair.res;
}

/** An overridden hook keeps its place and runs once, as the class overrides it. */
function hooksOf(middlewareClass: MiddlewareClass, prefix: 'before' | 'after'): Hook[] {
  const names = new Set<string>();
  for (const level of lineage(middlewareClass)) {
    for (const name of Object.getOwnPropertyNames(level)) if (name.startsWith(prefix)) names.add(name);
  }
  const statics = middlewareClass as unknown as Record<string, unknown>;
  return [...names].flatMap((name) => {
    const hook = statics[name];
    return typeof hook === 'function' ? [(req: Request, res: Response) => hook.call(middlewareClass, req, res)] : [];
  });
}

/** The class and what it extends, the base first. */
function lineage(middlewareClass: object): object[] {
  const levels: object[] = [];
  for (let level = middlewareClass; typeof level === 'function'; level = Object.getPrototypeOf(level)) {
    if (level === Function.prototype) break;
    levels.unshift(level);
  }
  return levels;
}
