/** What a coded error may say beside its code and its text. */
export interface SessionErrorOptions {
  /** The HTTP status that the error is answered with, 400 to 599. Default: none of its own, which is answered as 500. */
  readonly status?: number | undefined;
  /** Seconds for the Retry-After header, where trying again helps. */
  readonly retryAfterSeconds?: number | undefined;
  /** Further plain values for whoever catches the error. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of this package. `code` is stable and documented in docs/errors.md; the text is the code and then
 * `message`. Errors of an HTTP layer have the same shape, so that neither package needs the other's class.
 */
export class SessionError extends Error {
  /** `T4_SESSION_…`, `T4_STORE_…` or `T4_DRIVER_…`. */
  readonly code: string;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, message: string, options: SessionErrorOptions = {}) {
    super(`${code}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = options.status;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details;
  }
}

/** The errors below are answered with 503 and this Retry-After. */
const UNAVAILABLE = { status: 503, retryAfterSeconds: 5 } as const;

/** The backend does not answer, or answers too late. Nothing is known to be stored. */
export class StoreUnavailableError extends SessionError {
  constructor(
    message: string,
    cause?: unknown,
    code: 'T4_STORE_UNAVAILABLE' | 'T4_STORE_REFUSED' = 'T4_STORE_UNAVAILABLE',
  ) {
    super(code, message, { ...UNAVAILABLE, cause });
  }
}

/**
 * The backend answered, and it takes no writes now: out of memory, read-only, its disk full, no permission to write. Nothing was
 * stored, and it is known to be alive: the engine goes on reading from it. Not for a server that refuses to talk at all.
 */
export class StoreRefusedError extends StoreUnavailableError {
  constructor(message: string, cause?: unknown) {
    super(message, cause, 'T4_STORE_REFUSED');
  }
}

/** The session was touched while its store is away, or changed while its store takes no writes. The cookie stays. */
export class SessionUnavailableError extends SessionError {
  constructor(cause?: unknown) {
    super(
      'T4_SESSION_UNAVAILABLE',
      cause instanceof StoreRefusedError
        ? 'The session store takes no changes now, so this page could not store the session. Try again in a moment.'
        : 'The session store does not answer, so this page cannot use the session now. Try again in a moment.',
      { ...UNAVAILABLE, cause },
    );
  }
}
