import { expect, test } from '@jest/globals';
import * as core from '@tina4/core';
import * as tina4 from 'tina4-nodejs';
import * as testing from 'tina4-nodejs/test';
import { notBuiltNames } from '../src/not-built.js';

// What is not listed is not public. A name that is added or removed is a decision, made here.
const names = `
  App Auth CookieJar CorsMiddleware CsrfMiddleware FileCache Health HttpError Log Logger MemoryCache
  RateLimiterMiddleware Request RequestLogger Response ResponseCache Route RouteGroup Router
  SecurityHeadersMiddleware TemplateError Templates Test TestClient Tina4 Tina4Request Tina4Response UploadedFile
  Validator any cacheDelete cacheGet cacheSet cacheStats checkPassword clearCache connect cors createApp csrfMiddleware
  defaultRouter del description escapeHtml get getEnv getPayload getToken hasEnv hashPassword isTruthy loadEnv
  middleware noAuth noauth patch post put refreshToken requireEnv responseCache safeHtml secured startServer
  toFetchHandler validToken validateApiKey validateFormToken
`;

test('tina4-nodejs exports these names, what is not built, and no others', () => {
  const expected = [...names.trim().split(/\s+/), ...notBuiltNames().keys()];
  expect(Object.keys(tina4).sort()).toEqual(expected.sort());
});

test('Router is the shared table, not the class of core', () => {
  expect(tina4.Router).not.toBe(core.Router);
  expect(tina4.Router.routes).toBe(tina4.defaultRouter.routes);
});

test('tina4-nodejs/test exports these names and no others', () => {
  const inlineTests = ['expectEqual', 'expectFalse', 'expectRaises', 'expectTrue', 'reset', 'runAll', 'tests'];
  expect(Object.keys(testing).sort()).toEqual(['Test', 'TestClient', ...inlineTests, 'runTests'].sort());
});
