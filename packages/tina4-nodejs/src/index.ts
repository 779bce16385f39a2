export * from '@tina4/core';
export { any, defaultRouter, del, get, patch, post, put, Router } from './default-router.js';
export { type StartedServer, type StartOptions, startServer, Tina4 } from './server/start-server.js';
export { Test, type TestAnswer, type TestAnswerOptions } from './testing/test.js';
export { TestClient, type TestRequestOptions } from './testing/test-client.js';
export type { TestResponse } from './testing/test-response.js';
