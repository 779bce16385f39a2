/** What users import. A name is listed here when docs/ explains it; what only joins the packages stays inside. */
export {
  type AnswerableError,
  type AnswerHead,
  type AnyParams,
  App,
  type AppOptions,
  Auth,
  type BodyWriter,
  type CacheOptions,
  type CacheStats,
  type CacheStore,
  type ConnectMiddleware,
  type ConnectMiddlewareList,
  type CookieOptions,
  CorsMiddleware,
  type CorsOptions,
  CsrfMiddleware,
  cacheDelete,
  cacheGet,
  cacheSet,
  cacheStats,
  checkPassword,
  clearCache,
  connect,
  cors,
  createApp,
  csrfMiddleware,
  escapeHtml,
  type FetchHandler,
  type FetchHandlerOptions,
  FileCache,
  getPayload,
  getToken,
  type Handler,
  HttpError,
  hashPassword,
  type Limits,
  type ListenOptions,
  MemoryCache,
  type MiddlewareClass,
  type MiddlewareSpec,
  type Next,
  type PathParams,
  type RateLimitCheck,
  RateLimiterMiddleware,
  type RateLimitState,
  type RateLimitStore,
  type RegenerateOptions,
  Request,
  Request as Tina4Request,
  RequestLogger,
  Response,
  Response as Tina4Response,
  ResponseCache,
  Route,
  RouteGroup,
  type RunningServer,
  refreshToken,
  responseCache,
  SecurityHeadersMiddleware,
  type SessionData,
  type SessionMethods,
  type SessionMode,
  safeHtml,
  TemplateError,
  type TemplateFilter,
  Templates,
  type TemplatesOptions,
  type TemplateTest,
  toFetchHandler,
  UploadedFile,
  Validator,
  validateApiKey,
  validateFormToken,
  validToken,
} from '@tina4/core';
export { getEnv, hasEnv, loadEnv, requireEnv } from './config/environment-access.js';
export { isTruthy } from './config/parse-value.js';
export { any, defaultRouter, del, get, patch, post, put, Router } from './default-router.js';
export * from './not-built-names.js';
export { Health, type HealthCheck } from './operations/health.js';
// Logger is the log as Tina4 code names it, and the type of one that an app hands in.
export { Log, Log as Logger } from './operations/log.js';
export type { LogSettings } from './operations/log-settings.js';
export type { StartedServer, StartOptions } from './project/open-project.js';
export { description, type Metadata, middleware, noAuth, noAuth as noauth, secured } from './route-metadata.js';
export { startServer, Tina4 } from './server/start-server.js';
export { CookieJar } from './testing/cookie-jar.js';
export type { Answering } from './testing/inject.js';
export { Test, type TestAnswer, type TestAnswerOptions } from './testing/test.js';
export { TestClient, type TestRequestOptions } from './testing/test-client.js';
export type { TestResponse } from './testing/test-response.js';
