import type { ServerResponse } from 'node:http';
import type { AppContext, Limits } from '../app-context.js';
import { isTina4Error } from '../errors/tina4-error.js';
import { readBody } from './body.js';
import { Request } from './request.js';

/**
 * What a client may send that has not proved who it is, where the route asks for that: a token can stand in the body, and a form
 * or a piece of JSON with one fits. Larger bodies need their proof in the head. Bytes.
 */
export const UNPROVEN_BODY_BYTES = 64 * 1024;

const refusals = new WeakMap<Request, () => void>();

/** Bounds the body of a request whose proof may stand in it; `refuse` answers one that sends more. For access checks. */
export function boundUnproven(req: Request, refuse: () => void): void {
  refusals.set(req, refuse);
}

/** Reads the body as `readBody` does, unless an access check bounded it: then more than that is refused and not read. */
export function readAllowedBody(
  req: Request,
  rawResponse: ServerResponse,
  context: AppContext,
): Promise<void> | undefined {
  const refuse = Request.targetOf(req).admit === undefined ? undefined : refusals.get(req);
  if (refuse === undefined) return readBody(req, rawResponse, context);
  return readBounded(req, rawResponse, { ...context, limits: boundedLimits(context.limits) }, refuse);
}

async function readBounded(
  req: Request,
  rawResponse: ServerResponse,
  context: AppContext,
  refuse: () => void,
): Promise<void> {
  try {
    await readBody(req, rawResponse, context);
  } catch (error) {
    if (!isTina4Error(error) || error.code !== 'T4_BODY_TOO_LARGE') throw error;
    refuse();
  }
}

function boundedLimits(limits: Limits): Limits {
  const { maxUploadBytes, maxBodyBytes, maxJsonBytes = maxBodyBytes, maxFormBytes = maxBodyBytes } = limits;
  const bound = (bytes: number): number => Math.min(bytes, UNPROVEN_BODY_BYTES);
  return {
    ...limits,
    maxUploadBytes: bound(maxUploadBytes),
    maxBodyBytes: bound(maxBodyBytes),
    maxJsonBytes: bound(maxJsonBytes),
    maxFormBytes: bound(maxFormBytes),
  };
}
