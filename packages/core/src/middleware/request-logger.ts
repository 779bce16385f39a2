import { Request } from '../request/request.js';
import type { Response } from '../response/response.js';

const startedAt = new WeakMap<Request, number>();

/** One log line a request: status, method, path and the time it took, such as `200 GET /api/users 12ms`. */
export class RequestLogger {
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
