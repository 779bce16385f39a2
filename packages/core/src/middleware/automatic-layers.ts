import type { Route } from '../routing/route.js';
import { authGate } from './auth-gate.js';
import { compose, type Innermost, type Middleware } from './compose.js';
import { corsLayer, isCorsLayer } from './cors.js';
import { csrfLayer } from './csrf.js';
import type { MiddlewareSettings } from './middleware-settings.js';
import { rateLimitLayer } from './rate-limiter.js';
import { cacheLayer, isCacheLayer } from './response-cache.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The app's global layers around `innermost`, with those that settings switch on in front: CORS where nobody registered it, a
 * rate limit if set.
 */
export function composeGlobals(
  layers: readonly Middleware[],
  settings: MiddlewareSettings,
  innermost: Innermost,
): Innermost {
  const { cors, rateLimit, isCorsAutomatic } = settings;
  const isLimited = rateLimit.limit !== undefined && rateLimit.limit > 0;
  const inner = isLimited ? [rateLimitLayer(rateLimit, rateLimit.store), ...layers] : layers;
  const bare = compose(inner, innermost);
  if (!isCorsAutomatic || layers.some(isCorsLayer)) return bare;
  const withCors = compose([corsLayer(cors), ...inner], innermost);
  if (!cors.origins.includes('*')) return withCors;
  // Most requests name no origin. Open CORS has nothing to tell them, and a layer costs as much as the rest of the walk.
  return (req, res) => (req.headers.origin === undefined ? bare(req, res) : withCors(req, res));
}

/** The layers of a route with what its settings ask for: the access checks outside, the cache next to the handler. */
export function withRouteSettings(
  layers: readonly Middleware[],
  route: Route,
  settings: MiddlewareSettings,
): Middleware[] {
  const isWrite = !SAFE_METHODS.has(route.method);
  const isSecured = route.setting('isSecured');
  const seconds = route.setting('cacheSeconds');
  const outer: Middleware[] = [];
  if (isSecured === true) outer.push(authGate(false));
  else if (isSecured === undefined && isWrite && settings.auth.securesWrites) outer.push(authGate(true));
  if (isWrite && settings.auth.csrf) outer.push(csrfLayer(settings.cors.origins));
  const inner = seconds === undefined ? [] : [cacheLayer(seconds)];
  return [...outer, ...layers.filter((layer) => !isCacheLayer(layer)), ...layers.filter(isCacheLayer), ...inner];
}
