import type { Socket } from 'node:net';
import { stopNoticeOf } from '../connection/stop-notice.js';
import { Tina4Error } from '../errors/tina4-error.js';

/** The signal behind `req.signal`: aborted when the client hangs up, and for an answer that streams when the server stops. */
export class RequestSignal {
  readonly #controller = new AbortController();
  readonly #socket: Socket;
  #stopListening: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    if (socket.destroyed) this.#onGone();
    else socket.once('close', this.#onGone);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * From now on the server's stop counts, too: a stream may go on for ever. Any other request is given the time to finish, and what
   * it has handed the signal to must not break off.
   */
  beginStream(): void {
    this.#stopListening ??= stopNoticeOf(this.#socket)?.onStop(() =>
      this.#controller.abort(new Tina4Error('T4_SERVER_STOPPING', 'the server stops.', { status: 503 })),
    );
  }

  /** The answer has left: nothing that happens to the connection concerns this request. */
  close(): void {
    this.#socket.removeListener('close', this.#onGone);
    this.#stopListening?.();
  }

  readonly #onGone = (): void => {
    this.#controller.abort(new Tina4Error('T4_CLIENT_GONE', 'the client hung up.', { status: 499 }));
  };
}
