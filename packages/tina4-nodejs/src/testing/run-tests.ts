import { readdir } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { isTestClass, runClass, type TestClass, type TestResult, testsOf } from './run-class.js';
import { TestProject } from './test-project.js';
import { describeResult, summarize } from './test-report.js';

/** Which tests to run and how much to tell. */
export interface RunTestsOptions {
  /** Part of a class name, a method name or `Class.method`. */
  readonly filter?: string | undefined;
  /** Shows how long each test took, and whole stacks. */
  readonly verbose?: boolean | undefined;
  /** One test file instead of all of `tests/`. */
  readonly file?: string | undefined;
  /** For each hook and each test, ms, default 30,000. */
  readonly timeoutMs?: number | undefined;
  readonly print?: ((line: string) => void) | undefined;
}

/** Counts of a run. A file that could not be loaded counts as a failed test. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Runs the test classes that the files under `tests/` of the project export, prints what happened, and sets the exit code to 1
 * when something failed or nothing was run. Rejects with what keeps the project from starting.
 */
export async function runTests(options: RunTestsOptions = {}): Promise<TestSummary> {
  const { print = console.log, filter, verbose = false, timeoutMs = 30_000 } = options;
  const root = process.cwd();
  const files = await findTestFiles(root, options.file);
  print('Running tests...');
  const start = performance.now();
  const results: TestResult[] = [];
  const report = (title: string, titled: readonly TestResult[]): void => {
    if (titled.length === 0) return;
    results.push(...titled);
    print(`\n  ${title}`);
    for (const result of titled) print(describeResult(result, root, verbose));
  };
  try {
    const { loader } = await TestProject.open();
    const seen = new Set<TestClass>();
    for (const file of files) {
      const shown = relative(root, file).replaceAll('\\', '/');
      try {
        const { exports } = await loader.load(file);
        for (const testClass of Object.values(exports).filter(isTestClass)) {
          if (seen.has(testClass)) continue;
          seen.add(testClass);
          const names = testsOf(testClass).filter((name) => isWanted(testClass.name, name, filter));
          if (names.length > 0) report(testClass.name, await runClass(testClass, names, timeoutMs));
        }
      } catch (error) {
        report(shown, [{ name: 'is loaded', ms: 0, error: error ?? new Error(`${shown} threw ${error}`) }]);
      }
    }
  } finally {
    await TestProject.close();
  }
  const failed = results.filter(({ error }) => error !== undefined).length;
  const passed = results.length - failed;
  if (results.length === 0) print(`\n  ${nothingToRun(filter, files.length)}`);
  else print(`\n${summarize(passed, failed, performance.now() - start)}`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
  return { passed, failed };
}

/** Absolute paths, sorted. `run-all` is the script that starts this, so it is no test; naming it means all tests. */
async function findTestFiles(root: string, file: string | undefined): Promise<string[]> {
  if (file !== undefined && !isRunner(file)) return [resolve(root, file)];
  const folder = join(root, 'tests');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.[mc]?[jt]s$/.test(entry.name) && !isRunner(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function isRunner(file: string): boolean {
  return /^run-all\.[mc]?[jt]s$/.test(basename(file));
}

function isWanted(className: string, name: string, filter: string | undefined): boolean {
  return filter === undefined || `${className}.${name}`.includes(filter);
}

function nothingToRun(filter: string | undefined, fileCount: number): string {
  if (filter !== undefined) return `No test matches "${filter}". Give a part of a class name or a method name.`;
  return fileCount === 0
    ? 'No tests: there is no file under tests/. Create one with: npx tina4 generate test Product'
    : 'No tests: no file exports a class that extends Test and has a method whose name starts with test.';
}
