/** A deadline passed. Whoever set it says in its own words what was late. */
export class LateError extends Error {
  /** As the errors of sockets have it: the message may be shown. */
  readonly code = 'ETIMEDOUT';

  constructor(ms: number) {
    super(`no answer came within ${ms} ms`);
  }
}

/** A deadline is counted in this many slices. */
const SLICES = 4;
/** A slice that ends later than this, ms, or than half its length, ended while the loop was busy with something else. */
const BUSY_MS = 20;

/**
 * What `promise` settles to, or a rejection with LateError once `ms` have passed in which the event loop was free to see it. A
 * handler that computes for two seconds, or a process that was stopped, is no silence of whoever was asked: what arrived
 * meanwhile has not been read yet. So the time is counted in slices, each for its own length at most, and the last must end on
 * time; four that do not are forgiven. A value that comes after that is handed to `onLate`, a failure to `onLateFailure`. The
 * timer ends with the promise.
 */
export function within<T>(
  ms: number,
  promise: PromiseLike<T>,
  onLate?: (value: T) => void,
  onLateFailure?: (error: unknown) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    let slicesLeft = SLICES;
    let forgiven = 0;
    let startedAt = performance.now();
    const sliceMs = ms / SLICES;
    const timer = setTimeout(() => {
      const now = performance.now();
      const wasBusy = now - startedAt - sliceMs > Math.max(BUSY_MS, sliceMs / 2);
      startedAt = now;
      slicesLeft -= 1;
      if (slicesLeft > 0 || (wasBusy && forgiven++ < SLICES)) {
        timer.refresh();
        return;
      }
      isLate = true;
      reject(new LateError(ms));
    }, sliceMs);
    promise.then(
      (value) => {
        clearTimeout(timer);
        if (isLate) onLate?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        if (isLate) onLateFailure?.(error);
        else reject(error);
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
