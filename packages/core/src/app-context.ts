import type { Request } from './request/request.js';
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
  /** Rejects or throws when the template is missing or broken. */
  render(name: string, data: Readonly<Record<string, unknown>>): string | Promise<string>;
  has(name: string): boolean;
}

/** Bounds of what a client may send. */
export interface Limits {
  /** Bytes of a multipart body, default 10,485,760. */
  readonly maxUploadBytes: number;
  /** Bytes of any other body, default 10,485,760. */
  readonly maxBodyBytes: number;
}

/** What every request of an app shares. Made once by `createApp`, frozen. */
export interface AppContext {
  readonly isDebug: boolean;
  readonly log: Logger;
  readonly limits: Limits;
  readonly sessions: SessionEngine | undefined;
  readonly templates: TemplateRenderer | undefined;
  /** How long a callback-style handler may take to answer, ms. */
  readonly requestTimeoutMs: number;
  /** Unit of `maxAge` in `res.cookie()`. */
  readonly cookieMaxAgeUnit: 's' | 'ms';
  /** True when the peer's forwarding headers are believed; see client-address.ts. */
  readonly isTrustedProxy: (address: string, hop: number) => boolean;
  /** Called when the answer has left, for request logs. */
  readonly onFinish: ((req: Request, status: number) => void) | undefined;
}
