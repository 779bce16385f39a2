import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { noteServer, StopNotice } from './stop-notice.js';

/**
 * How long a connection without a running request stays open when the server stops, ms. A request that was sent before the stop, or
 * before the client heard of it, arrives within this time and is answered; closed at once, the connection would be reset under it.
 * Balancers go on using the connections that they have until their next look at the health page.
 */
const IDLE_GRACE_MS = 1000;
const LOOK_EVERY_MS = 20;
/** So many turns without a new one mean that none is waiting. */
const QUIET_TURNS = 10;
/** New ones may come without end; ms. */
const TAKE_WAITING_MS = 100;

/** Node's own note of the response that a connection is busy with, `null` in between. There is no other way to ask for it. */
type HttpSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

/** Ends a server without cutting off a request. Watches it from its start on, since Node tells nobody about open connections. */
export class GracefulStop {
  readonly notice = new StopNotice();
  readonly #server: Server;
  readonly #open = new Set<HttpSocket>();
  #taken = 0;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: HttpSocket) => {
      this.#taken++;
      this.#open.add(socket);
      noteServer(socket, this.notice);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /**
   * Stops accepting, and resolves when no connection is left. Answers say `Connection: close` from now on; a connection without a
   * request is closed after a moment, whether it never sent one, sent half a head, or waits for its next. After `timeoutMs` all are cut.
   */
  async run(timeoutMs: number): Promise<void> {
    this.notice.give();
    for (const { _httpMessage: running } of this.#open) if (running) running.shouldKeepAlive = false;
    const timer = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
    await this.#takeWaiting();
    // Node would close idle connections at once, with requests on their way, and those that are still flushing an answer.
    this.#server.closeIdleConnections = () => {};
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const idleSince = new Map<Socket, number>();
    // After the turn's reading: what has arrived meanwhile is no longer idle.
    const look = setInterval(() => setImmediate(() => this.#closeIdle(idleSince)), LOOK_EVERY_MS);
    try {
      this.#closeIdle(idleSince);
      await closed;
    } finally {
      clearInterval(look);
      clearTimeout(timer);
    }
  }

  /** Closing the port resets the connections that the system has made and Node has not taken yet: it takes a few at each turn. */
  async #takeWaiting(): Promise<void> {
    const end = performance.now() + TAKE_WAITING_MS;
    let before = this.#taken;
    for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < end; quiet++) {
      await nextTurn();
      if (this.#taken !== before) quiet = 0;
      before = this.#taken;
    }
  }

  #closeIdle(idleSince: Map<Socket, number>): void {
    const now = performance.now();
    for (const socket of this.#open) {
      const isBusy = Boolean(socket._httpMessage) || socket.writableLength > 0;
      const since = idleSince.get(socket);
      if (isBusy) idleSince.delete(socket);
      else if (since === undefined) idleSince.set(socket, now);
      else if (now - since >= IDLE_GRACE_MS) socket.destroy();
    }
  }
}
