import process from 'node:process';

/** What a shutdown ends. */
export interface Closable {
  close(): Promise<void>;
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * On SIGTERM and SIGINT: lets running requests finish, stores sessions, and exits with 0. A second signal exits at once with
 * 128 plus its number. Returns a function that stops listening.
 */
export function closeOnSignals(server: Closable, print: (line: string) => void = console.error): () => void {
  let isClosing = false;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (isClosing) process.exit(128 + signalNumbers[signal]);
    isClosing = true;
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        print(`The server could not close cleanly: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  };
}
