/** A deadline passed. Whoever set it says in its own words what was late. */
export class LateError extends Error {
  /** As the errors of sockets have it: the message may be shown. */
  readonly code = 'ETIMEDOUT';

  constructor(ms: number) {
    super(`no answer came within ${ms} ms`);
  }
}

/**
 * What `promise` settles to, or a rejection with LateError once `ms` have passed. A value that comes after that is handed to
 * `onLate`, a failure that does is dropped. The timer ends with the promise.
 */
export function within<T>(ms: number, promise: PromiseLike<T>, onLate?: (value: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(new LateError(ms));
    }, ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        if (isLate) onLate?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/**
 * How long a connection waits for the reply to what it has sent before it gives its peer up, ms, where callers wait for
 * `deadlineMs`. Later than they do: only who hears a late reply can give back the lease that it grants. What comes before the
 * sending (connecting, waiting for a connection) ends with the deadline itself, so that nothing starts for a caller who left.
 */
export function silenceMs(deadlineMs: number): number {
  return 2 * deadlineMs;
}
