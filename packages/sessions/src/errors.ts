/** The one error class of this package; `code` is stable and documented in docs/errors.md. */
export class SessionError extends Error {
  /** `T4_SESSION_…` or `T4_STORE_…`. */
  readonly code: string;
  /** The HTTP status that this error is answered with. */
  readonly status: number;
  /** Seconds for Retry-After, where trying again helps. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: string,
    message: string,
    options: { status?: number; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(`${code}: ${message}`, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = options.status ?? 500;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The backend does not answer, refuses, or answers too late. Nothing is known to be stored. */
export class StoreUnavailableError extends SessionError {
  constructor(message: string, cause?: unknown) {
    super('T4_STORE_UNAVAILABLE', message, { status: 503, retryAfterSeconds: 5, cause });
  }
}

/** The session was touched while its store is away. Answered 503 with Retry-After; the cookie stays. */
export class SessionUnavailableError extends SessionError {
  constructor(cause?: unknown) {
    super(
      'T4_SESSION_UNAVAILABLE',
      'The session store does not answer, so this page cannot use the session now. Try again in a moment.',
      {
        status: 503,
        retryAfterSeconds: 5,
        cause,
      },
    );
  }
}
