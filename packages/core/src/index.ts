export { App, type AppOptions, createApp } from './app.js';
export type { AppContext, Limits, Logger, TemplateRenderer } from './app-context.js';
export {
  Auth,
  getPayload,
  getToken,
  refreshToken,
  validateApiKey,
  validateFormToken,
  validToken,
} from './auth/auth.js';
export type { AuthSettings } from './auth/auth-settings.js';
export { checkPassword, hashPassword } from './auth/password.js';
export {
  type CacheOptions,
  type CacheStats,
  cacheDelete,
  cacheGet,
  cacheLookup,
  cacheSet,
  cacheStats,
  clearCache,
  provideCache,
} from './cache/cache.js';
export type { CacheStore } from './cache/cache-store.js';
export { FileCache } from './cache/file-cache.js';
export { MemoryCache } from './cache/memory-cache.js';
export { connect } from './connect/connect.js';
export type { ConnectMiddleware, ConnectMiddlewareList } from './connect/run-chain.js';
export { type AllowedHosts, isHostPattern, LOCAL_HOSTS } from './connection/allowed-hosts.js';
export { consoleLogger } from './console-logger.js';
export { type CookieOptions, readSetCookie } from './cookies.js';
export { HttpError } from './errors/errors.js';
export { appFrames, type StackFrame } from './errors/stack-frames.js';
export { errorOfThrown } from './errors/thrown-value.js';
export { isTina4Error, Tina4Error } from './errors/tina4-error.js';
export { escapeHtml } from './escape-html.js';
export { type FetchHandler, type FetchHandlerOptions, toFetchHandler } from './fetch-handler.js';
export { isThenable } from './is-thenable.js';
export { lazyPackage } from './lazy-package.js';
export { withoutSecrets } from './log-secrets.js';
export { safeLogJson, safeLogMessage } from './log-text.js';
export { compose, type Middleware, type Next } from './middleware/compose.js';
export { CorsMiddleware, type CorsOptions, cors } from './middleware/cors.js';
export { CsrfMiddleware, csrfMiddleware } from './middleware/csrf.js';
export {
  MIDDLEWARE_DEFAULTS,
  type MiddlewareSettings,
  type RateLimitState,
  type RateLimitStore,
} from './middleware/middleware-settings.js';
export { provideRateLimit, type RateLimitCheck, RateLimiterMiddleware } from './middleware/rate-limiter.js';
export { RequestLogger } from './middleware/request-logger.js';
export type { NameLookup } from './middleware/resolve-middleware.js';
export { ResponseCache, responseCache } from './middleware/response-cache.js';
export { SecurityHeadersMiddleware } from './middleware/security-headers.js';
export { didYouMean, nearestName } from './nearest-name.js';
export { isFromThisMachine } from './request/local-peer.js';
export { Request } from './request/request.js';
export { UploadedFile } from './request/uploaded-file.js';
export { type AnswerHead, type BodyWriter, Response } from './response/response.js';
export type { AnyParams, PathParams } from './routing/path-params.js';
export { type Handler, type MiddlewareClass, type MiddlewareSpec, Route } from './routing/route.js';
export { RouteGroup } from './routing/route-group.js';
export { Router } from './routing/router.js';
export { type ListenOptions, listen, type RunningServer } from './server.js';
export type {
  AnswerableError,
  RegenerateOptions,
  RequestSession,
  Session,
  SessionData,
  SessionEngine,
  SessionMethods,
  SessionMode,
  SessionOutcome,
  SessionRequest,
  SessionRoute,
} from './session-port.js';
export { freshTemplates } from './templates/fresh-templates.js';
export { safeHtml } from './templates/safe-html.js';
export { TemplateError } from './templates/template-error.js';
export { templateForPath } from './templates/template-for-path.js';
export type { TemplateFilter, TemplateTest } from './templates/template-runtime.js';
export { type RenderOptions, Templates, type TemplatesOptions } from './templates/templates.js';
export { Validator } from './validator.js';
export { within } from './within.js';
