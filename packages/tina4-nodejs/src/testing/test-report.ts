import { AssertionError } from 'node:assert';
import { sep } from 'node:path';
import { paint } from '../terminal/paint.js';
import type { TestResult } from './run-class.js';

/** The lines of one test. A failure shows its message and where in the project it came from. */
export function describeResult({ name, ms, error }: TestResult, root: string, isVerbose: boolean): string {
  const time = isVerbose ? ` (${Math.round(ms)} ms)` : '';
  if (error === undefined) return `    [${paint('green', 'PASS')}] ${name}${time}`;
  const { message, stack } = error as { message?: unknown; stack?: unknown };
  const isAssertion = error instanceof AssertionError;
  const said = isAssertion ? String(message) : `${(error as Error).name ?? 'thrown'}: ${message ?? error}`;
  const lines = isVerbose
    ? [...said.split('\n'), ...stackLines(stack)]
    : [...said.split('\n'), ...placeOf(stack, root)];
  return [`    [${paint('red', 'FAIL')}] ${name}${time}`, ...lines.map((line) => `           ${line.trim()}`)].join(
    '\n',
  );
}

/** `7 tests, 7 passed, 0 failed (0.34s)` */
export function summarize(passed: number, failed: number, ms: number): string {
  const count = passed + failed;
  return `  ${count} test${count === 1 ? '' : 's'}, ${passed} passed, ${failed} failed (${(ms / 1000).toFixed(2)}s)`;
}

function stackLines(stack: unknown): string[] {
  return typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
}

/** The innermost line of the stack that is the project's own. */
function placeOf(stack: unknown, root: string): string[] {
  const own = stackLines(stack).find((line) => line.includes(root + sep) && !line.includes('node_modules'));
  return own === undefined ? [] : [`at ${own.slice(own.indexOf(root) + root.length + 1).replace(/\)$/, '')}`];
}
