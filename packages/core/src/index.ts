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
  cacheSet,
  cacheStats,
  clearCache,
  provideCache,
} from './cache/cache.js';
export type { CacheStore } from './cache/cache-store.js';
export { FileCache } from './cache/file-cache.js';
export { MemoryCache } from './cache/memory-cache.js';
export { ConfigError } from './config/config-error.js';
export { type DescribedSettings, describeSettings } from './config/describe-settings.js';
export { parseEnvFile, withEnvFile } from './config/env-file.js';
export { getEnv, hasEnv, loadEnv, requireEnv } from './config/environment-access.js';
export { isTruthy } from './config/parse-value.js';
export type { Config } from './config/read-config.js';
export { readConfig } from './config/read-config.js';
export type { Environment } from './config/read-variable.js';
export { CookieJar } from './cookie-jar.js';
export type { CookieOptions } from './cookies.js';
export { escapeHtml } from './errors/error-response.js';
export { HttpError } from './errors/errors.js';
export { type Answering, type InjectedAnswer, type InjectedRequest, inject } from './inject.js';
export { builtInMiddleware } from './middleware/built-in.js';
export { compose, type Middleware, type Next } from './middleware/compose.js';
export { CorsMiddleware, type CorsOptions, cors } from './middleware/cors.js';
export { CsrfMiddleware, csrfMiddleware } from './middleware/csrf.js';
export { MIDDLEWARE_DEFAULTS, type MiddlewareSettings } from './middleware/middleware-settings.js';
export { type BuiltInMiddleware, resolveNames } from './middleware/named-middleware.js';
export { RateLimiterMiddleware, type RateLimitState, type RateLimitStore } from './middleware/rate-limiter.js';
export { RequestLogger } from './middleware/request-logger.js';
export { type MiddlewareContext, type MiddlewareResolver, resolveValues } from './middleware/resolve-middleware.js';
export { ResponseCache, responseCache } from './middleware/response-cache.js';
export { SecurityHeadersMiddleware } from './middleware/security-headers.js';
export { consoleLogger } from './operations/console-logger.js';
export { Health, type HealthCheck, type HealthOptions, registerHealth } from './operations/health.js';
export { Log } from './operations/log.js';
export type { LogSettings } from './operations/log-settings.js';
export { type LoopLagOptions, watchLoopLag } from './operations/loop-lag.js';
export { closeOnSignals } from './operations/shutdown.js';
export { type ProjectChange, type ProjectWatch, watchProject } from './operations/watch-project.js';
export { Request } from './request/request.js';
export { UploadedFile } from './request/uploaded-file.js';
export { type AnswerHead, type BodyWriter, Response } from './response/response.js';
export { DeclaredNames } from './routing/declared-names.js';
export type { AnyParams, PathParams } from './routing/path-params.js';
export { type Handler, type MiddlewareClass, type MiddlewareSpec, Route } from './routing/route.js';
export { type LoadedRoutes, loadMiddleware, loadRoutes, type RouteFailure } from './routing/route-loader.js';
export { RouteGroup, Router } from './routing/router.js';
export { TypeScriptLoader } from './routing/typescript-loader.js';
export { type ListenOptions, listen, type RunningServer } from './server.js';
export type {
  AnswerableError,
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
export { safeHtml } from './templates/html-escape.js';
export { TemplateError } from './templates/template-error.js';
export { templateForPath } from './templates/template-for-path.js';
export type { TemplateFilter, TemplateTest } from './templates/template-runtime.js';
export { type RenderOptions, Templates, type TemplatesOptions } from './templates/templates.js';
export { Validator } from './validator.js';
