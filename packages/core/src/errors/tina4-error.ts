/** What a coded error may say beside its code and its text. */
export interface Tina4ErrorOptions {
  /** The HTTP status that the error is answered with, 400 to 599. Default: none of its own, which is answered as 500. */
  readonly status?: number | undefined;
  /** Seconds for the Retry-After header, where trying again helps. */
  readonly retryAfterSeconds?: number | undefined;
  /** Further fields of the JSON body, beside `error`, `status` and `code`; sent below 500. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/**
 * An error with a stable code that docs/errors.md explains. Its text is the code and then `message`, so that
 * the code is in every log line and stack. The session engine, which knows nothing of this package, has one of the same shape.
 */
export class Tina4Error extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, message: string, options: Tina4ErrorOptions = {}) {
    super(`${code}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = options.status;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details;
  }
}

/**
 * True for the errors of the framework's packages, whichever class they have. Other packages' errors have a `code`, too, and
 * some a `status` that another server answered; what theirs hold is not for clients.
 */
export function isTina4Error(error: unknown): error is Tina4Error {
  if (error instanceof Tina4Error) return true;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('T4_');
}
