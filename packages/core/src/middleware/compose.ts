import { Tina4Error } from '../errors/tina4-error.js';
import type { Request } from '../request/request.js';
import type { Response } from '../response/response.js';

/** Goes on to the next layer, optionally with another request or response; resolves to the inner result. */
export type Next = (req?: Request, res?: Response) => Promise<unknown>;

/** Function middleware of either dialect: `return await next(req, res)` or a bare `next()`. */
export type Middleware = (req: Request, res: Response, next: Next) => unknown;

/** What runs inside the layers. It leaves an answer recorded on `res`, or throws. */
export type Innermost = (req: Request, res: Response) => unknown;

/**
 * One function out of layers, outermost first. For every layer:
 * - `next` may be called once, awaited or not: the layer is over only when what it started is over;
 * - a layer that returns nothing passes the inner result on;
 * - a layer that answered without calling `next` ends the chain;
 * - an async layer that did neither is a mistake and throws, naming it; a plain function may still call `next` or answer
 *   later, as callback-style middleware does (bounded by the request timeout).
 */
export function compose(layers: readonly Middleware[], innermost: Innermost): Innermost {
  if (layers.length === 0) return innermost;
  const run = (index: number, req: Request, res: Response): unknown => {
    const layer = layers[index];
    return layer === undefined ? innermost(req, res) : runLayer(layer, req, res, (r, s) => run(index + 1, r, s));
  };
  return (req, res) => run(0, req, res);
}

async function runLayer(layer: Middleware, req: Request, res: Response, runInner: Innermost): Promise<unknown> {
  let inner: Promise<InnerOutcome> | undefined;
  let isInnerOver = false;
  let tellNextCalled: (() => void) | undefined;
  const next: Next = (nextReq = req, nextRes = res) => {
    if (inner !== undefined) {
      return Promise.reject(
        new Tina4Error('T4_MIDDLEWARE_NEXT_TWICE', `the middleware "${nameOf(layer)}" called next() twice.`),
      );
    }
    const running = (async () => runInner(nextReq, nextRes))();
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

  const returned = layer(req, res, next);
  const isAsync = returned instanceof Promise;
  const result = isAsync ? await returned : returned;
  if (inner === undefined && result === undefined && !isAsync && !res.isAnswered) {
    const nextCalled = new Promise<void>((resolve) => {
      tellNextCalled = resolve;
    });
    await Promise.race([nextCalled, res.whenAnswered()]);
  }
  if (inner === undefined) {
    if (result !== undefined || res.isAnswered) return result;
    throw noAnswer(layer);
  }
  // A layer that was still running when the inside failed, and answers all the same, has dealt with the failure.
  const mayHaveCaught = isInnerOver && (result !== undefined || res.isAnswered);
  const outcome = await (inner as Promise<InnerOutcome>);
  if ('error' in outcome && !mayHaveCaught) throw outcome.error;
  return result === undefined && 'result' in outcome ? outcome.result : result;
}

type InnerOutcome = { readonly result: unknown } | { readonly error: unknown };

function noAnswer(layer: Middleware): Error {
  return new Tina4Error(
    'T4_MIDDLEWARE_NO_ANSWER',
    `the middleware "${nameOf(layer)}" neither called next() nor answered. ` +
      'Call "return await next(req, res)" to go on, or return a response such as res.status(401).json(…).',
  );
}

function nameOf(layer: Middleware): string {
  return layer.name === '' ? '(anonymous)' : layer.name;
}
