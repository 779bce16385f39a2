import { isTina4Error } from '@tina4/core';

/**
 * The server cannot start. The message is complete: it is shown without a stack, also when nobody catches it, which is usual
 * for `new Tina4().start()`.
 */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Error';
    this.stack = `Error: ${message}`;
  }

  /** The code of the error behind it; undefined for one without. */
  get code(): string | undefined {
    return isTina4Error(this.cause) ? this.cause.code : undefined;
  }
}

/** Turns what is wrong with a project or its settings into a StartError; anything unknown is returned as it is. */
export function startErrorOf(error: unknown): unknown {
  // Coded errors are written for whoever starts the server; only a defect needs its stack.
  return isTina4Error(error) ? new StartError(error.message, { cause: error }) : error;
}

/** Turns what keeps a server from its port into a StartError; anything unknown is returned as it is. */
export function listenErrorOf(error: unknown, port: number, host: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartError(
        `Address already in use (port ${port})\nStop what answers there, or choose another port: --port ${port < 65535 ? port + 1 : port - 1}`,
        { cause: error },
      );
    case 'EACCES':
      return new StartError(`Port ${port} needs rights that this user does not have. Choose one above 1023.`, {
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`"${host}" is not an address of this machine. Set TINA4_HOST or --host to 127.0.0.1.`, {
        cause: error,
      });
    default:
      return startErrorOf(error);
  }
}
