import type { AnswerableError } from '../session-port.js';
import { Tina4Error, type Tina4ErrorOptions } from './tina4-error.js';

/** What an HttpError may say beside its status, its code and its text. */
export interface HttpErrorOptions extends Omit<Tina4ErrorOptions, 'status'> {
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** True when the rest of the request's body is not wanted: the connection is closed after the answer. */
  readonly closesConnection?: boolean | undefined;
}

/** An error that is answered with its own status, 400 to 599; `message` is for the client when the status is below 500. */
export class HttpError extends Tina4Error implements AnswerableError {
  declare readonly status: number;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly closesConnection: boolean;

  constructor(status: number, code: string, message: string, options: HttpErrorOptions = {}) {
    super(code, message, { ...options, status });
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
