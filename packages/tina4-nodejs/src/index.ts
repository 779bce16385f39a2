export * from '@tina4/core';
// Names of Tina4 for what has another name here; Logger is also a type of core's.
export { Log as Logger, Request as Tina4Request, Response as Tina4Response } from '@tina4/core';
export { any, defaultRouter, del, get, patch, post, put, Router } from './default-router.js';
export * from './not-built-names.js';
// These are types of core's and values of the table.
export { Middleware, Session } from './not-built-names.js';
export { description, type Metadata, middleware, noAuth, noAuth as noauth, secured } from './route-metadata.js';
export { type StartedServer, type StartOptions, startServer, Tina4 } from './server/start-server.js';
export { Test, type TestAnswer, type TestAnswerOptions } from './testing/test.js';
export { TestClient, type TestRequestOptions } from './testing/test-client.js';
export type { TestResponse } from './testing/test-response.js';
