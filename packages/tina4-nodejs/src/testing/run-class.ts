import { Tina4Error, within } from '@tina4/core';
import { Test } from './test.js';

/** How one test method went. */
export interface TestResult {
  readonly name: string;
  readonly ms: number;
  /** What it threw; undefined when it passed. */
  readonly error: unknown;
}

/** A class whose instances hold tests. */
export type TestClass = new () => Test;

/** True for classes that extend Test. */
export function isTestClass(value: unknown): value is TestClass {
  return typeof value === 'function' && value.prototype instanceof Test;
}

/**
 * The names of the tests of a class: methods starting with `test`, those of its own base classes first, in the order of the
 * text. Throws T4_TEST_NAME_TAKEN for a method that hides one of Test's own, such as `testGet`: it would never be run.
 */
export function testsOf(testClass: TestClass): string[] {
  const names: string[] = [];
  for (let part = testClass.prototype; part !== Test.prototype; part = Object.getPrototypeOf(part)) {
    const own = Object.getOwnPropertyNames(part).filter((name) => name.startsWith('test') && isMethod(part, name));
    const taken = own.find((name) => name in Test.prototype);
    if (taken !== undefined) {
      throw new Tina4Error(
        'T4_TEST_NAME_TAKEN',
        `${testClass.name}.${taken} hides the method that sends requests. Give the test another name.`,
      );
    }
    names.unshift(...own);
  }
  return [...new Set(names)];
}

/** Runs the named tests of a class on one instance, with its hooks around them. Never rejects. */
export async function runClass(
  testClass: TestClass,
  names: readonly string[],
  timeoutMs: number,
): Promise<TestResult[]> {
  const results: TestResult[] = [];
  let tests: Test;
  try {
    tests = new testClass();
    await bounded(timeoutMs, 'setupOnce', () => tests.setupOnce());
  } catch (error) {
    return names.map((name) => ({ name, ms: 0, error: error ?? new Error(`setupOnce threw ${error}`) }));
  }
  const client = Test.clientOf(tests);
  for (const name of names) {
    Test.useClient(tests, client.copy());
    const startOfTest = performance.now();
    const error = await runTest(tests, name, timeoutMs);
    results.push({ name, ms: performance.now() - startOfTest, error });
  }
  try {
    await bounded(timeoutMs, 'teardownOnce', () => tests.teardownOnce());
  } catch (error) {
    results.push({ name: 'teardownOnce', ms: 0, error });
  }
  return results;
}

async function runTest(tests: Test, name: string, timeoutMs: number): Promise<unknown> {
  let failure: { readonly error: unknown } | undefined;
  try {
    await bounded(timeoutMs, 'setup', () => tests.setup());
    await bounded(timeoutMs, name, () => (tests as unknown as Record<string, () => unknown>)[name]?.());
  } catch (error) {
    failure = { error };
  }
  try {
    await bounded(timeoutMs, 'teardown', () => tests.teardown());
  } catch (error) {
    failure ??= { error };
  }
  return failure === undefined ? undefined : (failure.error ?? new Error(`${name} threw ${failure.error}`));
}

async function bounded(timeoutMs: number, name: string, run: () => unknown): Promise<void> {
  const running = (async () => run())();
  await within(timeoutMs, running, () => {
    throw new Tina4Error('T4_TEST_TIMEOUT', `${name} did not end within ${timeoutMs / 1000} s.`);
  });
}

function isMethod(holder: object, name: string): boolean {
  return typeof Object.getOwnPropertyDescriptor(holder, name)?.value === 'function';
}
