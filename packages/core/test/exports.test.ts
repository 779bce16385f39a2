import { expect, test } from '@jest/globals';
import * as exported from '../src/index.js';

// What is not listed is not public. A name that is added or removed is a decision, made here.
const names = `
  App Auth ConfigError CookieJar CorsMiddleware CsrfMiddleware DeclaredNames FileCache Health HttpError Log
  MIDDLEWARE_DEFAULTS MemoryCache RateLimiterMiddleware Request RequestLogger Response ResponseCache Route RouteGroup
  Router SecurityHeadersMiddleware TemplateError Templates TypeScriptLoader UploadedFile Validator builtInMiddleware
  cacheDelete cacheGet cacheSet cacheStats checkPassword clearCache closeOnSignals compose consoleLogger cors
  createApp csrfMiddleware describeSettings escapeHtml freshTemplates getEnv getPayload getToken hasEnv hashPassword inject
  isTruthy listen loadEnv loadMiddleware loadRoutes parseEnvFile provideCache readConfig refreshToken registerHealth
  requireEnv resolveNames resolveValues responseCache safeHtml templateForPath validToken validateApiKey
  validateFormToken watchLoopLag watchProject withEnvFile
`;

test('the HTTP half exports these names and no others', () => {
  expect(Object.keys(exported).sort()).toEqual(names.trim().split(/\s+/).sort());
});
