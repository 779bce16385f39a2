import { tmpdir } from 'node:os';
import type { OutageLog } from './error-answers/outage-log.js';
import type { MiddlewareSettings } from './middleware/middleware-settings.js';
import type { Request } from './request/request.js';
import type { Response } from './response/response.js';
import type { SessionEngine } from './session-port.js';

/** Where core's log lines go. `context` holds plain values. */
export interface Logger {
  debug(message: string, context?: Readonly<Record<string, unknown>>): void;
  info(message: string, context?: Readonly<Record<string, unknown>>): void;
  warn(message: string, context?: Readonly<Record<string, unknown>>): void;
  error(message: string, context?: Readonly<Record<string, unknown>>): void;
}

/** What core needs of a template engine. */
export interface TemplateRenderer {
  /**
   * Rejects or throws when the template is missing or broken. `globals` are names that belong to the request, such as
   * `form_token`; `data` goes first.
   */
  render(
    name: string,
    data: Readonly<Record<string, unknown>>,
    options?: { readonly globals?: Readonly<Record<string, unknown>> },
  ): string | Promise<string>;
  has(name: string): boolean;
}

/** Bounds of what a client may send. */
export interface Limits {
  /** Bytes of a multipart body, default 10,485,760. */
  readonly maxUploadBytes: number;
  /** Bytes of any other body, default 10,485,760. */
  readonly maxBodyBytes: number;
  /** Bytes of a JSON body, default `maxBodyBytes`. */
  readonly maxJsonBytes?: number | undefined;
  /** Bytes of a URL-encoded form, default `maxBodyBytes`. */
  readonly maxFormBytes?: number | undefined;
  /** Values of a JSON body, those inside of lists and objects included, default 100,000. */
  readonly maxJsonValues: number;
  /** Files of one multipart body, default 100. */
  readonly maxFiles: number;
  /** Fields of one form, URL-encoded or multipart, default 1,000. */
  readonly maxFields: number;
  /** Bytes of one text field of a multipart body, default 1,048,576. */
  readonly maxFieldBytes: number;
  /**
   * Where uploads lie until the answer has left, or a function that says it for each request with files. Default: the system's folder
   * for temporary files.
   */
  readonly uploadDirectory: string | (() => Promise<string>);
}

export const DEFAULT_LIMITS: Limits = Object.freeze({
  maxUploadBytes: 10 * 1024 * 1024,
  maxBodyBytes: 10 * 1024 * 1024,
  maxJsonValues: 100_000,
  maxFiles: 100,
  maxFields: 1000,
  maxFieldBytes: 1024 * 1024,
  uploadDirectory: tmpdir(),
});

/** What every request of an app shares. Made once by `createApp`, frozen. */
export interface AppContext {
  readonly isDebug: boolean;
  readonly log: Logger;
  /** The lines of answers that an outage makes by the thousand. */
  readonly outages: OutageLog;
  readonly limits: Limits;
  readonly sessions: SessionEngine | undefined;
  readonly templates: TemplateRenderer | undefined;
  /** How long a callback-style handler or middleware may take to answer, ms. 0: no limit. */
  readonly requestTimeoutMs: number;
  /** Unit of `maxAge` in `res.cookie()`. */
  readonly cookieMaxAgeUnit: 's' | 'ms';
  /** True when the peer's forwarding headers are believed; see client-address.ts. */
  readonly isTrustedProxy: (address: string, hop: number) => boolean;
  /** Development: changes the text of HTML answers on their way out. */
  readonly reviseHtml: ((html: string) => string) | undefined;
  /** Settings of the middleware that comes with the framework. */
  readonly middleware: MiddlewareSettings;
  /** Called when the answer has left, for request logs. */
  readonly onFinish: ((req: Request, status: number) => void) | undefined;
  /** Answers with an error what can no longer go through the pipeline: an answer of the app's own that may not be given. */
  readonly refuse: (error: unknown, req: Request, res: Response) => Promise<void>;
}
