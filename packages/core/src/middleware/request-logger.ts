import { Log } from '../operations/log.js';
import type { Request } from '../request/request.js';
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
    // The log escapes control characters, colours among them; a person at a terminal gets the line as it is.
    if (process.stdout.isTTY) console.log(requestLine(req, res, ms, true));
    else Log.info(requestLine(req, res, ms, false));
    return [req, res];
  }
}

/** The path without its query: what stands there may be secret. */
export function requestLine(req: Request, res: Response, ms: number, isColoured: boolean): string {
  const status = isColoured ? `\u001b[${colourOf(res.statusCode)}m${res.statusCode}\u001b[0m` : `${res.statusCode}`;
  return `  ${status} ${req.method} ${req.path} ${Math.round(ms)}ms`;
}

function colourOf(status: number): number {
  if (status < 300) return 32;
  return status < 400 ? 33 : 31;
}
