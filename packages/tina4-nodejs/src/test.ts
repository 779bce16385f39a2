/** What `tina4-nodejs/test` gives: everything that tests of an app import. */
export { expectEqual, expectFalse, expectRaises, expectTrue, reset, runAll, tests } from './not-built-names.js';
export { type RunTestsOptions, runTests, type TestSummary } from './testing/run-tests.js';
export { Test, type TestAnswer, type TestAnswerOptions } from './testing/test.js';
export { TestClient, type TestRequestOptions } from './testing/test-client.js';
export type { TestResponse } from './testing/test-response.js';
