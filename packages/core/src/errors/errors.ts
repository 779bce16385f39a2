import type { AnswerableError } from '../session-port.js';

/** An error that is answered with its own status; `message` is for the client when the status is below 500. */
export class HttpError extends Error implements AnswerableError {
  /** 400 to 599. */
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds?: number;
  /** Further fields of the JSON body, beside `error`, `status` and `code`. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** True when the rest of the request's body is not wanted: the connection is closed after the answer. */
  readonly closesConnection: boolean;

  constructor(
    status: number,
    code: string,
    message: string,
    options: {
      details?: Readonly<Record<string, unknown>>;
      headers?: Readonly<Record<string, string>>;
      closesConnection?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.details = options.details;
    this.headers = options.headers;
    this.closesConnection = options.closesConnection ?? false;
  }
}

/**
 * The status that a thrown value asks for: numeric `status` or `statusCode` from 400 to 599, whoever made it. Anything else is
 * a mistake in the program: 500.
 */
export function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  const { status, statusCode } = error as { status?: unknown; statusCode?: unknown };
  const wanted = typeof status === 'number' ? status : statusCode;
  return typeof wanted === 'number' && Number.isInteger(wanted) && wanted >= 400 && wanted <= 599 ? wanted : 500;
}
