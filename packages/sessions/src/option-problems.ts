import type { SessionErrorCode } from './error-codes.js';
import { SessionError } from './errors.js';

/** One mistake in the settings: a sentence with the value and what to do. */
export interface OptionProblem {
  readonly code: SessionErrorCode;
  readonly message: string;
}

/**
 * Throws when there is a problem: one keeps its own code, several come as T4_SESSION_OPTIONS_INVALID with all of them in one
 * message, so that a deployment is not repaired one restart at a time.
 */
export function throwOnProblems(problems: readonly OptionProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw new SessionError(first.code, first.message);
  const lines = problems.map((problem) => `\n- ${problem.code}: ${problem.message}`);
  throw new SessionError(
    'T4_SESSION_OPTIONS_INVALID',
    `${problems.length} session settings are wrong:${lines.join('')}`,
  );
}
