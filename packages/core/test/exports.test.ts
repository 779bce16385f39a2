import { expect, test } from '@jest/globals';
import * as exported from '../src/index.js';

// What is not listed is not public. A name that is added or removed is a decision, made here.
const names = `
  App Auth CorsMiddleware CsrfMiddleware FileCache HttpError LOCAL_HOSTS MIDDLEWARE_DEFAULTS MemoryCache RateLimiterMiddleware Request RequestLogger Response ResponseCache Route RouteGroup Router SecurityHeadersMiddleware TemplateError Templates Tina4Error UploadedFile Validator appFrames cacheDelete cacheGet cacheLookup cacheSet cacheStats checkPassword clearCache compose connect consoleLogger cors createApp csrfMiddleware didYouMean errorOfThrown escapeHtml freshTemplates getPayload getToken hashPassword isFromThisMachine isHostPattern isThenable isTina4Error lazyPackage listen nearestName provideCache provideRateLimit readSetCookie refreshToken responseCache safeHtml safeLogJson safeLogMessage templateForPath toFetchHandler validToken validateApiKey validateFormToken within withoutSecrets
`;

test('the HTTP half exports these names and no others', () => {
  expect(Object.keys(exported).sort()).toEqual(names.trim().split(/\s+/).sort());
});
