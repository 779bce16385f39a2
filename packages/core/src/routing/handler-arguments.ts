import type { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import type { Route } from './route.js';

type Call = (req: Request, res: Response) => unknown;

/**
 * How a handler is called. `(req, res)` is the usual form. Tina4 code may also leave both out, take one of them (`req` or
 * `request` gets the request, any other name the response), and put parameters named like path parameters before them:
 * `(id, req, res)`. Decided once, from the handler's source; a handler whose parameters are not plain names gets `(req, res)`.
 */
export function handlerCall(route: Route): Call {
  const handler = route.handler as (...values: unknown[]) => unknown;
  const names = parameterNames(handler);
  if (names === undefined) return handler;
  const pathNames = new Set(route.pattern.paramNames);
  let injected = 0;
  while (
    injected < names.length &&
    pathNames.has(names[injected] as string) &&
    !isRequestOrResponse(names[injected] as string)
  )
    injected++;
  const rest = names.slice(injected);
  const takesResponseOnly = rest.length === 1 && !/^_?(?:req|request)$/.test(rest[0] as string);
  if (injected === 0) return takesResponseOnly ? (_req, res) => handler(res) : handler;
  const injectedNames = names.slice(0, injected);
  return (req, res) => {
    const values = injectedNames.map((name) => req.params[name]);
    return takesResponseOnly ? handler(...values, res) : handler(...values, req, res);
  };
}

/** True for a function written as `(req, res, next)`: handlers get no `next`. `pathNames` are the parameters of its path. */
export function takesNext(handler: unknown, pathNames: readonly string[]): boolean {
  if (typeof handler !== 'function' || handler.length < 3) return false;
  const names = parameterNames(handler as (...values: unknown[]) => unknown);
  return names === undefined || !pathNames.includes(names[0] as string);
}

function isRequestOrResponse(name: string): boolean {
  return /^_?(?:req|res|request|response)$/.test(name);
}

/** The parameters as written, or undefined when one of them is a pattern, has a default or collects the rest. */
function parameterNames(handler: (...values: unknown[]) => unknown): string[] | undefined {
  const source = Function.prototype.toString.call(handler);
  const bare = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  if (bare !== null) return [bare[1] as string];
  const list = /^(?:async\s*)?(?:function\s*)?\*?\s*[\w$]*\s*\(([^()]*)\)/.exec(source)?.[1];
  if (list === undefined) return undefined;
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.every((name) => /^[\w$]+$/.test(name)) ? names : undefined;
}
