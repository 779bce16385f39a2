import process from 'node:process';
import { type RunTestsOptions, runTests } from '../testing/run-tests.js';

/** `tina4 test`: runs the project's tests and ends the process, with 1 when one failed, whatever timers the app left. */
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
  // On some systems a pipe is written in the background; what was printed must be out before the end.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  process.exit();
}
