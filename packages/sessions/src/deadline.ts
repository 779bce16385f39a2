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

interface Waiting {
  /** By the deadline's own clock, which counts the time in which the loop was free. */
  dueAt: number;
  forgiven: number;
  readonly reject: (error: LateError) => void;
}

/**
 * One deadline for many calls, all of the same length: together they have one timer, because nearly every call ends long before
 * its own would fire (per call: a timer less, 0.3 µs).
 *
 * It passes once `ms` have gone by in which the event loop was free to see an answer. A handler that computes for two seconds, or a
 * process that was stopped, is no silence of whoever was asked: what arrived meanwhile has not been read yet. So the time is
 * counted in slices, each for its own length at most, and the last must end on time; four that do not are forgiven.
 */
export class Deadline {
  readonly #ms: number;
  readonly #sliceMs: number;
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;
  /** Free time up to the beginning of the slice that runs, ms. */
  #freeMs = 0;
  /** When that slice began, by performance.now(), and its length. */
  #startedAt = 0;
  #runningMs = 0;

  constructor(ms: number) {
    this.#ms = ms;
    this.#sliceMs = ms / SLICES;
  }

  /**
   * What `promise` settles to, or a rejection with LateError once the deadline has passed. A value that comes after that is handed to
   * `onLate`, a failure to `onLateFailure`. Keeps the process alive until then.
   */
  within<T>(
    promise: PromiseLike<T>,
    onLate?: (value: T) => void,
    onLateFailure?: (error: unknown) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = this.#begin(reject);
      promise.then(
        (value) => {
          if (this.#end(waiting)) resolve(value);
          else onLate?.(value);
        },
        (error: unknown) => {
          if (this.#end(waiting)) reject(error);
          else onLateFailure?.(error);
        },
      );
    });
  }

  #begin(reject: (error: LateError) => void): Waiting {
    const now = performance.now();
    if (this.#timer === undefined) this.#run(now, this.#sliceMs);
    else if (this.#waiting.size === 0) this.#timer.ref();
    const dueAt = this.#freeMs + Math.min(now - this.#startedAt, this.#runningMs) + this.#ms;
    const waiting = { dueAt, forgiven: 0, reject };
    this.#waiting.add(waiting);
    return waiting;
  }

  /** False when the deadline had passed. The slice runs on for whoever comes next, without keeping the process alive. */
  #end(waiting: Waiting): boolean {
    if (!this.#waiting.delete(waiting)) return false;
    if (this.#waiting.size === 0) this.#timer?.unref();
    return true;
  }

  #run(now: number, ms: number): void {
    this.#startedAt = now;
    this.#runningMs = Math.ceil(ms);
    this.#timer = setTimeout(this.#endSlice, this.#runningMs);
  }

  readonly #endSlice = (): void => {
    const now = performance.now();
    const wasBusy = now - this.#startedAt - this.#runningMs > Math.max(BUSY_MS, this.#sliceMs / 2);
    this.#freeMs += this.#runningMs;
    let nextMs = this.#sliceMs;
    for (const waiting of this.#waiting) {
      if (waiting.dueAt <= this.#freeMs) {
        if (!wasBusy || waiting.forgiven === SLICES) {
          this.#waiting.delete(waiting);
          waiting.reject(new LateError(this.#ms));
          continue;
        }
        waiting.forgiven += 1;
        waiting.dueAt = this.#freeMs + this.#sliceMs;
      }
      nextMs = Math.min(nextMs, waiting.dueAt - this.#freeMs);
    }
    if (this.#waiting.size > 0) this.#run(now, nextMs);
    else this.#timer = undefined;
  };
}

/** As `Deadline.within`, for a single wait. */
export function within<T>(ms: number, promise: PromiseLike<T>): Promise<T> {
  return new Deadline(ms).within(promise);
}

/**
 * How long a connection waits for the reply to what it has sent before it gives its peer up, ms, where callers wait for
 * `deadlineMs`. Later than they do: only who hears a late reply can give back the lease that it grants. What comes before the
 * sending (connecting, waiting for a connection) ends with the deadline itself, so that nothing starts for a caller who left.
 */
export function silenceMs(deadlineMs: number): number {
  return 2 * deadlineMs;
}
