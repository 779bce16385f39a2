import process from 'node:process';

/**
 * Ends a command that has done its work, with the exit code that was set, whatever timers and connections the project's files left.
 * On some systems a pipe is written in the background; what was printed is out before the end.
 */
export async function finish(): Promise<never> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
  process.exit();
}

/**
 * A reader that has enough, such as `tina4 routes | head -1`, ends a command without a word. A server goes on: nobody who asks it
 * cares who reads its terminal.
 */
export function surviveClosedPipes(isServer: boolean): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!isServer) process.exit();
    });
  }
}
