import { bodyTaken, Request } from '../request/request.js';
import { Response } from '../response/response.js';
import { REQUEST_MEMBERS } from './express-request.js';
import { RESPONSE_MEMBERS } from './express-response.js';
import { linkNodeObjects, type NodeRequest, type NodeResponse } from './node-objects.js';
import { defineOwn } from './own-members.js';
import { recordHead } from './recorded-head.js';
import { sessionView } from './session-view.js';

/** The Node objects of a request, made ready for middleware that knows Express. */
export interface HandedOver {
  readonly raw: NodeRequest;
  readonly rawResponse: NodeResponse;
  /** Makes what middleware put on the Node objects known on ours. */
  takeBack(): void;
}

const handedOver = new WeakMap<Request, HandedOver>();

/** The Node objects behind `req` and `res`, made ready once for all layers of the request. */
export function handOver(req: Request, res: Response): HandedOver {
  const known = handedOver.get(req);
  if (known !== undefined) return known;
  const made = prepare(req, res);
  handedOver.set(req, made);
  return made;
}

function prepare(req: Request, res: Response): HandedOver {
  const raw = req.raw as NodeRequest;
  // Asking for it puts the hook in place that stores the session before the first byte.
  const rawResponse = res.raw as NodeResponse;
  linkNodeObjects(raw, rawResponse, { req, res, context: Request.contextOf(req) });
  recordHead(rawResponse, res);
  // In an Express app they have its members already.
  if (typeof raw.accepts !== 'function') {
    Object.setPrototypeOf(raw, extended(raw, REQUEST_MEMBERS));
    Object.setPrototypeOf(rawResponse, extended(rawResponse, RESPONSE_MEMBERS));
  }
  raw.url = req.url;
  raw.originalUrl ??= req.url;
  raw.baseUrl ??= '';
  raw.res = rawResponse;
  if (Request.isBodyTaken(req)) defineOwn(raw, { pipe: refuseToPipe });
  for (const name of SHARED) shareValue(raw, req, name);
  shareSession(raw, req);
  rawResponse.locals ??= Object.create(null);
  Response.setLocals(res, rawResponse.locals);
  showOn(res, rawResponse, 'locals');

  const takers = [takerOf(raw, req), takerOf(rawResponse, res)];
  return { raw, rawResponse, takeBack: () => takers.forEach((take) => void take()) };
}

/** Whoever pipes the body somewhere would wait for bytes that do not come. */
function refuseToPipe(): never {
  throw bodyTaken();
}

/** What both requests have, and whoever changes it on one changes it on the other. */
const SHARED = ['body', 'user', 'params', 'files', 'rawBody'] as const;

function shareValue(raw: NodeRequest, req: Request, name: (typeof SHARED)[number]): void {
  const ours = req as unknown as Record<string, unknown>;
  Object.defineProperty(raw, name, {
    get: () => ours[name],
    set: (value) => {
      ours[name] = value;
    },
    enumerable: true,
    configurable: true,
  });
}

function shareSession(raw: NodeRequest, req: Request): void {
  const { kind, sessionMode } = Request.targetOf(req);
  if (!Request.hasSession(req) || (kind === 'route' && sessionMode === 'none')) {
    // Sessions of the middleware's own are no data of ours.
    showOn(req, raw, 'session');
    return;
  }
  const view = sessionView(req);
  Object.defineProperty(raw, 'session', {
    get: () => view.current(),
    set: (value: object | null | undefined) => {
      req.session = value;
    },
    enumerable: false,
    configurable: true,
  });
}

const prototypes = new WeakMap<object, object>();

/** A prototype with the members on top of what the object has; one for all objects of the same kind. */
function extended(object: object, members: PropertyDescriptorMap): object {
  const own = Object.getPrototypeOf(object) as object;
  let prototype = prototypes.get(own);
  if (prototype === undefined) {
    prototype = Object.create(own, members) as object;
    prototypes.set(own, prototype);
  }
  return prototype;
}

/** Names that middleware leaves for itself, and those of Express's own router. */
const NOT_TAKEN = /^_|^(?:next|route|res|req|app)$/;

/** Takes over to `ours` what appeared on a Node object since now: as live values, whatever happens to them later. */
function takerOf(node: NodeRequest | NodeResponse, ours: object): () => void {
  const known = new Set(Object.keys(node));
  return () => {
    for (const name of Object.keys(node)) {
      if (known.has(name) || NOT_TAKEN.test(name)) continue;
      known.add(name);
      const own = descriptorOf(ours, name);
      if (own === undefined) showOn(ours, node, name);
      else if (own.set !== undefined || (own.writable === true && typeof own.value !== 'function'))
        Reflect.set(ours, name, node[name]);
    }
  };
}

function descriptorOf(object: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Methods work on the Node object, as they do where they come from. */
function showOn(ours: object, node: NodeRequest | NodeResponse, name: string): void {
  let bound: { readonly method: unknown; readonly call: unknown } | undefined;
  Object.defineProperty(ours, name, {
    get: () => {
      const value: unknown = node[name];
      if (typeof value !== 'function') return value;
      if (bound?.method !== value) bound = { method: value, call: value.bind(node) };
      return bound.call;
    },
    set: (value) => {
      node[name] = value;
    },
    enumerable: true,
    configurable: true,
  });
}
