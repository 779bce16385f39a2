import process from 'node:process';

/** What a shutdown ends. */
export interface Closable {
  close(): Promise<void>;
}

/** How a shutdown is bounded and told. */
export interface ShutdownOptions {
  /** Ms after which the process ends with 1 although something still hangs. Default 60,000. */
  readonly limitMs?: number | undefined;
  /** Lines for the operator; default console.error. */
  readonly print?: ((line: string) => void) | undefined;
  /**
   * Another way to be told to stop: gets the function to call, with an exit code other than 0 if need be, and returns one that
   * stops listening. Such a call never counts as a second signal.
   */
  readonly onStopRequest?: ((stop: (exitCode?: number) => void) => () => void) | undefined;
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * On SIGTERM and SIGINT: lets running requests finish, stores sessions, and exits with 0. A second signal exits at once with
 * 128 plus its number. Returns a function that stops listening.
 */
export function closeOnSignals(server: Closable, options: ShutdownOptions = {}): () => void {
  const { limitMs = 60_000, print = console.error } = options;
  let isClosing = false;
  const fail = (reason: string): never => {
    print(`The server could not close cleanly: ${reason}`);
    process.exit(1);
  };
  const close = (exitCode = 0): void => {
    if (isClosing) return;
    isClosing = true;
    setTimeout(() => fail(`it was not done after ${limitMs / 1000} s.`), limitMs).unref();
    server.close().then(
      () => process.exit(exitCode),
      (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
    );
  };
  let signals = 0;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    signals++;
    if (signals > 1) process.exit(128 + signalNumbers[signal]);
    close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  const stopListening = options.onStopRequest?.(close);
  return () => {
    stopListening?.();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  };
}
