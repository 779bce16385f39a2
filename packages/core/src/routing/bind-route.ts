import { types } from 'node:util';
import { withinFormTokenScope } from '../auth/request-form-token.js';
import { Tina4Error } from '../errors/tina4-error.js';
import { isThenable } from '../is-thenable.js';
import { withRouteSettings } from '../middleware/automatic-layers.js';
import { inTurn, partLayers } from '../middleware/before-body.js';
import { compose, type Middleware } from '../middleware/compose.js';
import { preflightTarget } from '../middleware/cors.js';
import type { MiddlewareSettings } from '../middleware/middleware-settings.js';
import type { MiddlewareResolver } from '../middleware/resolve-middleware.js';
import { Request } from '../request/request.js';
import { bodyOfValue } from '../response/body-of-value.js';
import { Response } from '../response/response.js';
import { handlerCall } from './handler-arguments.js';
import type { Route } from './route.js';
import type { Target } from './target.js';

/** What targets are made with, beside their routes. */
export interface Binding {
  readonly resolve: MiddlewareResolver;
  readonly settings: MiddlewareSettings;
  /** The app's middleware around all targets. What runs in its chain is composed by the caller; what runs before, here. */
  readonly globals: readonly Middleware[];
}

/** Makes the target of a route: its middleware and handler as one function. Throws for middleware that leads nowhere. */
export function bindRoute(route: Route, { resolve, settings, globals }: Binding): Target {
  const own = resolve(route.middlewareSpecs, { usedBy: route.label, sourceFile: route.sourceFile });
  const outer = partLayers(globals);
  const layers = withRouteSettings(own, route, settings, outer.inChain.length === 0);
  const inner = partLayers(layers);
  const call = handlerCall(route);
  const run = compose(inner.inChain, (req, res) => callHandler(route, call, req, res));
  const mayCarryToken = route.method !== 'GET' && route.method !== 'HEAD' && route.method !== 'OPTIONS';
  return {
    kind: 'route',
    label: route.label,
    sessionMode: route.setting('sessionMode'),
    learnedSessionMode: undefined,
    route,
    keepsRawBody: route.setting('keepsRawBody'),
    leavesBody: route.setting('leavesBody'),
    admit: inTurn([...outer.describing, ...inner.describing, ...outer.refusing, ...inner.refusing]),
    preflight: preflightTarget([...globals, ...layers]),
    run: mayCarryToken ? (req, res) => withinFormTokenScope(run, req, res) : run,
  };
}

/** Calls the handler and sees to it that an answer is recorded. */
function callHandler(
  route: Route,
  call: (req: Request, res: Response) => unknown,
  req: Request,
  res: Response,
): unknown {
  const returned = call(req, res);
  if (isThenable(returned)) return settle(route, returned, req, res);
  if (returned === undefined && !res.isAnswered) return waitForAnswer(req, res);
  recordReturned(route, returned, res);
  Request.markHandlerDone(req);
  return res;
}

/** A plain function that returned nothing may answer from a callback. */
async function waitForAnswer(req: Request, res: Response): Promise<Response> {
  await res.whenAnswered();
  Request.markHandlerDone(req);
  return res;
}

async function settle(route: Route, returned: PromiseLike<unknown>, req: Request, res: Response): Promise<Response> {
  recordReturned(route, await returned, res);
  Request.markHandlerDone(req);
  if (res.isAnswered) return res;
  throw new Tina4Error(
    'T4_HANDLER_NO_ANSWER',
    `the handler of ${route.label} is over and gave no answer. Return one, for example: return res.json({ ok: true }).`,
  );
}

/**
 * What a handler returns instead of calling `res`: text becomes HTML, an Error counts as thrown, data fills the route's template or
 * goes the way of `res.send`.
 */
function recordReturned(route: Route, returned: unknown, res: Response): void {
  if (returned === undefined || returned === res || returned instanceof Response) return;
  if (typeof returned === 'string') res.html(returned, res.statusCode);
  else if (typeof returned !== 'object' || returned === null) res.json(returned);
  else if (returned instanceof Error || types.isNativeError(returned)) throw returned;
  else if (route.template !== undefined && bodyOfValue(returned) === undefined) res.render(route.template, returned);
  else res.send(returned);
}
