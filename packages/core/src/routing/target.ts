import type { Admission } from '../middleware/before-body.js';
import type { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import type { SessionRoute } from '../session-port.js';
import type { Route } from './route.js';

/**
 * What a method and a path lead to. There always is one, so that a route, a static file, a 404 and an OPTIONS answer all take
 * the same road through the pipeline.
 */
export interface Target extends SessionRoute {
  readonly kind: 'route' | 'fallback';
  /** The route behind it, when there is one. */
  readonly route?: Route | undefined;
  /** The bytes of the body stay in `req.rawBody`. */
  readonly keepsRawBody?: boolean | undefined;
  /** The body stays on the socket, for the handler or its middleware to read. */
  readonly leavesBody?: boolean | undefined;
  /** What may refuse the request by its head alone, before body and session. Undefined when there is nothing to ask. */
  readonly admit?: Admission | undefined;
  /** What answers a preflight that asks about this one (Fetch standard, section 3.2.2), where CORS has a say. */
  readonly preflight?: Target | undefined;
  /** Records an answer on `res`, or throws: route middleware and handler, without the global middleware. May return a promise. */
  run(req: Request, res: Response): unknown;
}
