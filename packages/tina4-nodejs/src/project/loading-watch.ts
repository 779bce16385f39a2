import process from 'node:process';

/** Sensible files are loaded in less; those that first wait for a server may take longer. */
const PATIENCE_MS = 10_000;
/** What Node ends with when a module waits for what can never come. */
const UNSETTLED = 13;

/**
 * What `loading` gives. A file that does not come to its end is named on stderr: after ten seconds, and when the process ends
 * because nothing is left that could let it go on (a top-level `await` of a promise that nobody settles).
 */
export async function namedWhileLoading<Result>(file: string, loading: Promise<Result>): Promise<Result> {
  const onExit = (): void => {
    if (process.exitCode === UNSETTLED) console.error(`Error in ${file}\nIt never came to its end: ${reason}`);
  };
  const timer = setInterval(() => console.error(`Still loading ${file}: ${reason}`), PATIENCE_MS).unref();
  process.on('exit', onExit);
  try {
    return await loading;
  } finally {
    clearInterval(timer);
    process.off('exit', onExit);
  }
}

const reason = 'a top-level await there, or in a file that it imports, is not done.';
