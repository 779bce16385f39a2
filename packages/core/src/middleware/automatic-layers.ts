import type { Route } from '../routing/route.js';
import { isAccessRule } from './access-rules.js';
import { authGate } from './auth-gate.js';
import type { Middleware } from './compose.js';
import { corsLayer, isCorsLayer } from './cors.js';
import { csrfLayer } from './csrf.js';
import type { MiddlewareSettings } from './middleware-settings.js';
import { rateLimitLayer } from './rate-limiter.js';
import { cacheLayer, isCacheLayer } from './response-cache.js';

/** Stands for the method of what was mounted: it answers all of them, and guards its writes itself. */
export const MOUNT = 'MOUNT';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', MOUNT]);

/** The app's global layers, with those that settings switch on in front: CORS where nobody registered it, a rate limit if set. */
export function withGlobalSettings(layers: readonly Middleware[], settings: MiddlewareSettings): Middleware[] {
  const { cors, rateLimit, isCorsAutomatic } = settings;
  const isLimited = rateLimit.limit !== undefined && rateLimit.limit > 0;
  const all = isLimited ? [rateLimitLayer(rateLimit, rateLimit.store), ...layers] : [...layers];
  return isCorsAutomatic && !layers.some(bringsCors) ? [corsLayer(cors), ...all] : all;
}

/** The package `cors` in `connect()` answers preflights itself; ours before it would answer them by other rules. */
function bringsCors(layer: Middleware): boolean {
  return isCorsLayer(layer) || /^connect\(.*\bcorsMiddleware\b/.test(layer.name);
}

/**
 * The layers of a route with what its settings ask for: the access checks outside, what its user must have the right to after all
 * other middleware, the cache next to the handler. `isOutermost` is true when no middleware of the app's own runs before them.
 */
export function withRouteSettings(
  layers: readonly Middleware[],
  route: Route,
  settings: MiddlewareSettings,
  isOutermost: boolean,
): Middleware[] {
  const isWrite = !SAFE_METHODS.has(route.method);
  const isSecured = route.setting('isSecured');
  const seconds = route.setting('cacheSeconds');
  const rules = layers.filter(isAccessRule);
  const caches = layers.filter(isCacheLayer);
  const others = layers.filter((layer) => !isAccessRule(layer) && !isCacheLayer(layer));
  const outer: Middleware[] = [];
  // Where nothing but a token can tell who asks, a right is refused as early as a login is.
  const isRightOfToken = rules.length > 0 && isSecured === undefined && isOutermost && others.length === 0;
  if (isSecured === true || isRightOfToken) outer.push(authGate({ acceptsFormTokens: false, isOutermost }));
  else if (isSecured === undefined && isWrite && settings.auth.securesWrites)
    outer.push(authGate({ acceptsFormTokens: true, isOutermost }));
  if (isWrite && settings.auth.csrf) outer.push(csrfLayer(settings.cors.origins));
  const inner = seconds === undefined ? [] : [cacheLayer(seconds)];
  return [...outer, ...others, ...rules, ...caches, ...inner];
}
