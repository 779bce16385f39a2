import { once } from 'node:events';
import { Tina4Error } from '../errors/tina4-error.js';
import { isThenable } from '../is-thenable.js';
import { hasUnfinishedBody } from '../request/body.js';
import { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import type { HandedOver } from './hand-over.js';

/**
 * Middleware of Express and connect: `(req, res, next)` on Node's objects, or `(error, req, res, next)`. Untyped, because each
 * package types these objects in its own way.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type ConnectMiddleware = (...values: any[]) => unknown;

/** Middleware, and lists of them as some packages give. */
export type ConnectMiddlewareList = readonly (ConnectMiddleware | ConnectMiddlewareList)[];

/** Middleware in two kinds, each in its order. */
export interface Chain {
  readonly layers: readonly ConnectMiddleware[];
  /** Those of four parameters, which take errors. */
  readonly rescuers: readonly ConnectMiddleware[];
}

/** Sorts what an app was given. Throws T4_MIDDLEWARE_UNKNOWN for what is no function; `usedBy` says who was given it. */
export function chainOf(middleware: ConnectMiddlewareList, usedBy: string): Chain {
  const all = (middleware as readonly unknown[]).flat(Number.POSITIVE_INFINITY).map((layer) => {
    if (typeof layer === 'function') return layer as ConnectMiddleware;
    const kind = layer === null ? 'null' : typeof layer;
    const text = `${usedBy} was given ${kind}, which is no middleware. Give it what the package makes: connect(helmet()).`;
    throw new Tina4Error('T4_MIDDLEWARE_UNKNOWN', text);
  });
  return { layers: all.filter(({ length }) => length !== 4), rescuers: all.filter(({ length }) => length === 4) };
}

/**
 * Runs the layers in turn and then `inside`. What they or it fail with goes to the rescuers; one that calls `next()` without an
 * error has not answered, and the failure goes on. Rejects with it when none answers.
 */
export async function runChain(
  { layers, rescuers }: Chain,
  node: HandedOver,
  req: Request,
  res: Response,
  inside: () => unknown,
): Promise<unknown> {
  await bodyTaken(req);
  try {
    for (const layer of layers) if (!(await goesOn(layer, [], node, req, res))) return res;
    return await inside();
  } catch (error) {
    let failure = error;
    for (const layer of rescuers) {
      try {
        if (!(await goesOn(layer, [failure], node, req, res))) return res;
      } catch (next) {
        failure = next;
      }
    }
    throw failure;
  }
}

/** Runs one. Resolves to false when it answered, rejects with what it failed with. */
function goesOn(
  layer: ConnectMiddleware,
  before: readonly unknown[],
  { raw, rawResponse, takeBack }: HandedOver,
  req: Request,
  res: Response,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const fail = (error: unknown): void => {
      isOver = true;
      reject(error);
    };
    const next = (error?: unknown): void => {
      if (isOver) return;
      if (error) {
        fail(asThrown(error));
        return;
      }
      isOver = true;
      takeBack();
      resolve(true);
    };
    raw.next = next;
    try {
      const returned = layer(...before, raw, rawResponse, next);
      if (isThenable(returned)) returned.then(undefined, fail);
    } catch (error) {
      fail(error);
    }
    if (!isOver) res.whenAnswered(bodyOver(req)).then(() => resolve(false), reject);
  });
}

/** A body that our reader has just taken may still have its end before it, and a parser would wait for the rest. */
async function bodyTaken(req: Request): Promise<void> {
  if (Request.isBodyTaken(req)) await bodyOver(req);
}

/** While a body is on its way to a middleware, the client sets the pace, and the server's own limit counts. */
function bodyOver(req: Request): Promise<unknown> | undefined {
  if (!hasUnfinishedBody(req)) return undefined;
  return Promise.race([once(req.raw, 'end'), once(req.raw, 'close')]).catch(() => undefined);
}

function asThrown(error: unknown): unknown {
  if (error !== 'route' && error !== 'router') return error;
  return new Tina4Error(
    'T4_CONNECT_NEXT',
    `a middleware called next('${error}'), which skips handlers of an Express route; there are none here, so the request goes no further.`,
  );
}
