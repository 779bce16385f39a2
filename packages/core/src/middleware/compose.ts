import { types } from 'node:util';
import { statusOf } from '../errors/errors.js';
import { Tina4Error } from '../errors/tina4-error.js';
import { isThenable } from '../is-thenable.js';
import { Request } from '../request/request.js';
import { Response } from '../response/response.js';

/**
 * Goes on to the next layer, optionally with another request or response; resolves to the inner result. Given an error it ends
 * the chain instead: nothing further in runs, and the error is answered with its status.
 */
export type Next = (reqOrError?: Request | Error | null, res?: Response | null) => Promise<unknown>;

/** Function middleware of either dialect: `return await next(req, res)` or a bare `next()`. */
export type Middleware = (req: Request, res: Response, next: Next) => unknown;

/** What runs inside the layers. It leaves an answer recorded on `res`, or throws. */
export type Innermost = (req: Request, res: Response) => unknown;

/**
 * One function out of layers, outermost first. For every layer:
 * - `next` may be called once, awaited or not: the layer is over only when what it started is over;
 * - `next` takes a request, nothing (undefined or null), or an error. Anything else, `'route'` too, is refused: what was meant
 *   to keep somebody out must not let him in;
 * - a layer that returns nothing passes the inner result on;
 * - a layer that answered without calling `next` ends the chain; once it is judged, or has answered, its `next` is dead;
 * - an async layer that did neither is a mistake and throws, naming it; one turn of the event loop is left to it, because
 *   some leave their last call to `setImmediate` (express-jwt). A plain function may still call `next` or answer later, as
 *   callback-style middleware does (bounded by the request timeout).
 */
export function compose(layers: readonly Middleware[], innermost: Innermost): Innermost {
  if (layers.length === 0) return innermost;
  const tellOfLateNext = oncePerRoute();
  const run = (index: number, req: Request, res: Response): unknown => {
    const layer = layers[index];
    if (layer === undefined) return innermost(req, res);
    return runLayer(layer, req, res, (r, s) => run(index + 1, r, s), tellOfLateNext);
  };
  return (req, res) => run(0, req, res);
}

async function runLayer(
  layer: Middleware,
  req: Request,
  res: Response,
  runInner: Innermost,
  tellOfLateNext: LateNextListener,
): Promise<unknown> {
  let inner: Promise<InnerOutcome> | undefined;
  let isInnerOver = false;
  let isJudged = false;
  let failure: { readonly error: unknown } | undefined;
  let tellNextCalled: (() => void) | undefined;

  const fail = (error: unknown): Promise<never> => {
    failure = { error };
    isJudged = true;
    tellNextCalled?.();
    const failed = Promise.reject(error);
    // Whoever does not await next() hears of it from the answer.
    failed.catch(() => {});
    return failed;
  };
  const next: Next = (given, givenRes) => {
    if (isJudged || (inner === undefined && res.isAnswered)) {
      tellOfLateNext(layer, req);
      return Promise.resolve();
    }
    if (inner !== undefined) return fail(calledTwice(layer));
    const isError = given !== undefined && given !== null && !(given instanceof Request);
    if (isError) return fail(isErrorLike(given) ? given : unknownArgument(layer, given));
    if (!(givenRes === undefined || givenRes === null || givenRes instanceof Response))
      return fail(unknownArgument(layer, givenRes));
    const running = (async () => runInner(given ?? req, givenRes ?? res))();
    inner = running.then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    void inner.then(() => {
      isInnerOver = true;
    });
    tellNextCalled?.();
    return running;
  };

  let result: unknown;
  try {
    const returned = layer(req, res, next);
    const isLater = isThenable(returned);
    result = isLater ? await returned : returned;
    if (inner === undefined && failure === undefined && !res.isAnswered) {
      if (isLater) await nextTurn();
      else if (mayCallBack(result)) {
        result = undefined;
        const nextCalled = new Promise<void>((resolve) => {
          tellNextCalled = resolve;
        });
        await Promise.race([nextCalled, res.whenAnswered()]);
      }
    }
  } catch (error) {
    failure ??= { error };
  }
  if (inner === undefined) {
    isJudged = true;
    if (failure !== undefined) throw failure.error;
    if (res.isAnswered) return result;
    throw noAnswer(layer);
  }
  // A layer that was still running when the inside failed, and answers all the same, has dealt with the failure.
  const mayHaveCaught = isInnerOver && (result !== undefined || res.isAnswered);
  const outcome = await (inner as Promise<InnerOutcome>);
  isJudged = true;
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
  if ('error' in outcome && !mayHaveCaught) throw outcome.error;
  return result === undefined && 'result' in outcome ? outcome.result : result;
}

type InnerOutcome = { readonly result: unknown } | { readonly error: unknown };
type LateNextListener = (layer: Middleware, req: Request) => void;

/** One line for each route: a guard that calls `next` late does so for every request. */
function oncePerRoute(): LateNextListener {
  const told = new Set<string>();
  return (layer, req) => {
    if (told.has(req.routeLabel)) return;
    told.add(req.routeLabel);
    Request.logOf(req).warn(
      `the middleware "${nameOf(layer)}" called next() for ${req.routeLabel} after its answer was decided. The call did nothing.`,
    );
  };
}

/** Errors of this and other realms, and objects that say of themselves what they are to be answered with. */
function isErrorLike(value: unknown): boolean {
  if (value instanceof Error || types.isNativeError(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as { message?: unknown }).message === 'string' || statusOf(value) !== 500;
}

/** Nothing, or what a call that takes a callback returned, such as a timer. A word, a number or false calls nobody. */
function mayCallBack(returned: unknown): boolean {
  return returned === undefined || (typeof returned === 'object' && returned !== null);
}

/** Immediates run in the order in which they were set, so those of a layer that is over have run by then. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function calledTwice(layer: Middleware): Error {
  return new Tina4Error('T4_MIDDLEWARE_NEXT_TWICE', `the middleware "${nameOf(layer)}" called next() twice.`);
}

function unknownArgument(layer: Middleware, given: unknown): Error {
  const what = typeof given === 'string' ? JSON.stringify(given.slice(0, 80)) : `a value of type ${typeof given}`;
  return new Tina4Error(
    'T4_MIDDLEWARE_NEXT_ARGUMENT',
    `the middleware "${nameOf(layer)}" gave next() ${what}, so the request goes no further. ` +
      'Call next() to go on, next(error) to refuse, or next(req, res) with a request and a response.',
  );
}

function noAnswer(layer: Middleware): Error {
  return new Tina4Error(
    'T4_MIDDLEWARE_NO_ANSWER',
    `the middleware "${nameOf(layer)}" neither called next() nor answered. ` +
      'Call "return await next(req, res)" to go on, or return a response such as res.status(401).json(…). ' +
      'Middleware of Express is wrapped: connect(middleware).',
  );
}

function nameOf(layer: Middleware): string {
  return layer.name === '' ? '(anonymous)' : layer.name;
}
