import { Tina4Error } from '../errors/tina4-error.js';
import type { Middleware } from '../middleware/compose.js';
import type { Request } from '../request/request.js';
import { handOver } from './hand-over.js';
import type { NodeRequest } from './node-objects.js';
import { type ConnectMiddlewareList, chainOf, runChain } from './run-chain.js';

/**
 * Brings middleware of Express and connect: `Router.use(connect(helmet(), cors()))`, or as the middleware of a route. Several run
 * in turn. They are given the Node objects with what Express adds to them; what they set on `req`, headers and cookies are taken
 * over; an answer that they send leaves once the session is stored. Those of four parameters are given what the others, and
 * everything inside, fail with. docs/express-middleware.md tells which packages were tried.
 *
 * Throws T4_MIDDLEWARE_UNKNOWN for what is no function. A request whose method or URL was changed is answered 500
 * T4_CONNECT_REROUTED: its route was chosen by what they were.
 */
export function connect(...middleware: ConnectMiddlewareList): Middleware {
  const chain = chainOf(middleware, 'connect()');
  const connected: Middleware = (req, res, next) => {
    const node = handOver(req, res);
    return runChain(chain, node, req, res, () => {
      checkUnchanged(node.raw, req);
      return next();
    });
  };
  // What was brought, for messages that name a layer.
  const names = [...chain.layers, ...chain.rescuers].map(({ name }) => name || '(anonymous)');
  return Object.defineProperty(connected, 'name', { value: `connect(${names.join(', ')})` });
}

function checkUnchanged({ method, url }: NodeRequest, req: Request): void {
  if (method === req.method && url === req.url) return;
  throw new Tina4Error(
    'T4_CONNECT_REROUTED',
    `a middleware made ${req.method} ${req.path} a request for ${method} ${url} after its route was chosen. ` +
      'Put it in front of the app: createServer((req, res) => middleware(req, res, () => app.handle(req, res))).',
  );
}
