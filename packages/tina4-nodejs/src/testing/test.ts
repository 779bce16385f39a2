import { isDeepStrictEqual } from 'node:util';
import { isThenable } from '@tina4/core';
import { check, contains, show } from './checks.js';
import { TestClient, type TestRequestOptions } from './test-client.js';

/** What `testGet` and its siblings give: the body parsed when it is JSON, else as text. */
export interface TestAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read fields of the body without declaring them
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** Headers of a request that a test sends. */
export type TestAnswerOptions = Pick<TestRequestOptions, 'headers'>;

/**
 * Base class of tests: exported classes in `tests/` whose methods starting with `test` are run by `tina4 test`, in the order of
 * the text, on one instance. Cookies are kept within a test; each starts with those that `setupOnce` left.
 */
export class Test {
  #client = new TestClient();

  /** Before each test. */
  setup(): unknown {
    return undefined;
  }

  /** After each test, also when it failed. */
  teardown(): unknown {
    return undefined;
  }

  /** Before the first test of the class. */
  setupOnce(): unknown {
    return undefined;
  }

  /** After the last test of the class. */
  teardownOnce(): unknown {
    return undefined;
  }

  /** Same value; objects and arrays by content, types included. */
  assertEqual(actual: unknown, expected: unknown, message?: string): void {
    check(isDeepStrictEqual(actual, expected), message, () => `expected ${show(expected)}, got ${show(actual)}`);
  }

  assertNotEqual(actual: unknown, expected: unknown, message?: string): void {
    check(!isDeepStrictEqual(actual, expected), message, () => `expected anything but ${show(expected)}`);
  }

  /** Anything that `if` takes for true. */
  assertTrue(value: unknown, message?: string): void {
    check(Boolean(value), message, () => `expected something true, got ${show(value)}`);
  }

  assertFalse(value: unknown, message?: string): void {
    check(!value, message, () => `expected something false, got ${show(value)}`);
  }

  /** null or undefined. */
  assertNull(value: unknown, message?: string): void {
    check(value === null || value === undefined, message, () => `expected null or undefined, got ${show(value)}`);
  }

  assertNotNull(value: unknown, message?: string): void {
    check(value !== null && value !== undefined, message, () => `expected a value, got ${show(value)}`);
  }

  /** A part of a text, an element of an array or Set, a key of an object or Map. */
  assertContains(haystack: unknown, needle: unknown, message?: string): void {
    check(contains(haystack, needle), message, () => `expected ${show(haystack)} to contain ${show(needle)}`);
  }

  /** The function throws. For an async function await the result. */
  assertThrows(throwing: () => unknown, message?: string): void | Promise<void> {
    const didNotThrow = (): void => check(false, message, () => 'expected the function to throw');
    let returned: unknown;
    try {
      returned = throwing();
    } catch {
      return;
    }
    if (!isThenable(returned)) return didNotThrow();
    return Promise.resolve(returned).then(didNotThrow, () => {});
  }

  testGet(path: string, options?: TestAnswerOptions): Promise<TestAnswer> {
    return this.#send('GET', path, undefined, options);
  }

  /** `body` is sent as JSON unless it is text, bytes or a form. */
  testPost(path: string, body?: TestRequestOptions['body'], options?: TestAnswerOptions): Promise<TestAnswer> {
    return this.#send('POST', path, body, options);
  }

  testPut(path: string, body?: TestRequestOptions['body'], options?: TestAnswerOptions): Promise<TestAnswer> {
    return this.#send('PUT', path, body, options);
  }

  testPatch(path: string, body?: TestRequestOptions['body'], options?: TestAnswerOptions): Promise<TestAnswer> {
    return this.#send('PATCH', path, body, options);
  }

  testDelete(path: string, options?: TestAnswerOptions): Promise<TestAnswer> {
    return this.#send('DELETE', path, undefined, options);
  }

  /** The client behind `testGet` and its siblings. For the runner. */
  static clientOf(test: Test): TestClient {
    return test.#client;
  }

  static useClient(test: Test, client: TestClient): void {
    test.#client = client;
  }

  async #send(
    method: string,
    path: string,
    body: TestRequestOptions['body'],
    options: TestAnswerOptions = {},
  ): Promise<TestAnswer> {
    const answer = await this.#client.request(method, path, { ...options, body });
    const isJson = /^application\/(?:[\w.+-]*\+)?json\b/i.test(answer.contentType);
    return { status: answer.status, headers: answer.headers, body: isJson ? answer.json() : answer.body };
  }
}
