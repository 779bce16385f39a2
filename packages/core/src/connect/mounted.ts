import type { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import type { Handler } from '../routing/route.js';
import { handOver } from './hand-over.js';
import { type ConnectMiddlewareList, chainOf, runChain } from './run-chain.js';

/** What a request goes on to when nothing that was mounted answers it. */
type GoOn = (req: Request, res: Response) => unknown;

const goingOn = new WeakMap<Request, GoOn>();

/** Says what comes after the mounted apps for this request. For the routes of an app. */
export function setGoOn(req: Request, goOn: GoOn): void {
  goingOn.set(req, goOn);
}

/**
 * The handler of a mounted Express app or of connect middleware: it sees the path below `prefix` as `req.url` and the prefix as
 * `req.baseUrl`, as under Express's own `app.use(prefix, …)`.
 */
export function mountedHandler(prefix: string, middleware: ConnectMiddlewareList): Handler {
  const chain = chainOf(middleware, `mount("${prefix}")`);
  return async (req, res) => {
    const node = handOver(req, res);
    const { raw } = node;
    const { url, baseUrl } = raw;
    raw.url = below(prefix, url as string);
    raw.baseUrl = `${baseUrl}${prefix}`;
    return runChain(chain, node, req, res, () => {
      raw.url = url;
      raw.baseUrl = baseUrl;
      return goingOn.get(req)?.(req, res);
    });
  };
}

function below(prefix: string, url: string): string {
  const rest = url.slice(prefix.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
