import { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import { headLayer } from './before-body.js';
import { MAKE, type MakeMiddleware } from './configurable.js';

const startedAt = new WeakMap<Request, number>();

/**
 * One log line a request: status, method, path and the time it took, such as `200 GET /api/users 12ms`. Written when the answer has
 * left, so that it has the status that the client got, and also for what was refused before the body was read.
 */
export class RequestLogger {
  static readonly [MAKE]: MakeMiddleware = () =>
    headLayer('RequestLogger', 'describe', (req, res) => {
      RequestLogger.beforeLog(req, res);
      Request.onFinish(req, async () => void RequestLogger.afterLog(req, res));
    });

  static beforeLog(req: Request, res: Response): [Request, Response] {
    startedAt.set(req, performance.now());
    return [req, res];
  }

  static afterLog(req: Request, res: Response): [Request, Response] {
    const ms = performance.now() - (startedAt.get(req) ?? performance.now());
    Request.logOf(req).info(requestLine(req, res, ms));
    return [req, res];
  }
}

/** The path without its query: what stands there may be secret. */
export function requestLine(req: Request, res: Response, ms: number): string {
  return `  ${res.statusCode} ${req.method} ${req.path} ${Math.round(ms)}ms`;
}
