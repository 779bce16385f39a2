import type { MiddlewareSpec } from '../routing/route.js';
import { type Configurable, configurable, MAKE } from './configurable.js';
import { CorsMiddleware } from './cors.js';
import { CsrfMiddleware } from './csrf.js';
import type { BuiltInMiddleware } from './named-middleware.js';
import { RateLimiterMiddleware } from './rate-limiter.js';
import { RequestLogger } from './request-logger.js';
import { ResponseCache } from './response-cache.js';
import { SecurityHeadersMiddleware } from './security-headers.js';

const BY_NAME: ReadonlyMap<string, MiddlewareSpec> = new Map<string, MiddlewareSpec>([
  ['CorsMiddleware', CorsMiddleware],
  ['Cors', CorsMiddleware],
  ['RateLimiterMiddleware', RateLimiterMiddleware],
  ['RateLimiter', RateLimiterMiddleware],
  ['SecurityHeadersMiddleware', SecurityHeadersMiddleware],
  ['CsrfMiddleware', CsrfMiddleware],
  ['ResponseCache', ResponseCache],
  ['RequestLogger', RequestLogger],
]);

/** The middleware that comes with the framework, as Tina4 code names it. */
export const builtInMiddleware: BuiltInMiddleware = (name, argument) => {
  const spec = BY_NAME.get(name);
  if (spec === undefined || argument === undefined || !(MAKE in (spec as object))) return spec;
  const { [MAKE]: make } = spec as unknown as Configurable;
  return configurable((settings) => make(settings, argument));
};
