import process from 'node:process';

/**
 * Makes SIGTERM and SIGINT end a program that is still starting. The system does that by itself, but not for process 1, which a
 * container's command is: signals without a listener do nothing there, and the container is killed after its whole grace
 * period. Once anybody else listens, a server that lets requests finish, this steps aside.
 */
export function heedEarlySignals(pid = process.pid): void {
  if (pid !== 1) return;
  for (const [signal, number] of [
    ['SIGTERM', 15],
    ['SIGINT', 2],
  ] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + number);
    });
  }
}
