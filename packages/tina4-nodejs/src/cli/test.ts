import process from 'node:process';
import { type RunTestsOptions, runTests } from '../testing/run-tests.js';

/** `tina4 test`: runs the project's tests; the exit code is 1 when one failed. */
export async function test(
  file: string | undefined,
  options: Pick<RunTestsOptions, 'filter' | 'verbose'>,
): Promise<void> {
  try {
    await runTests({ ...options, file });
  } catch (error) {
    console.error(error instanceof Error ? error.stack : error);
    process.exitCode = 1;
  }
}
