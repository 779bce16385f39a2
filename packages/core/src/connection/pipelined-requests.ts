import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What a server calls for each request. */
export type RequestListener = (raw: IncomingMessage, rawResponse: ServerResponse) => void;

/** With so many requests waiting a connection is not read any further, beyond what came with the last of them. */
const MOST_WAITING = 100;

/**
 * Requests that a client sends on one connection before it has the answers (RFC 9112, section 9.3.2) take turns: Node would start
 * all of them at once, as many as a client cares to send. Those that wait have nothing but their heads in memory.
 */
export function inTurn(listener: RequestListener): RequestListener {
  const queues = new WeakMap<Socket, WaitingRequests>();
  return (raw, rawResponse) => {
    // A response has its connection when the one before has left; only clients that pipeline ever meet the rest.
    if (rawResponse.socket !== null) {
      listener(raw, rawResponse);
      return;
    }
    let queue = queues.get(raw.socket);
    if (queue === undefined) {
      queue = new WaitingRequests(raw.socket);
      queues.set(raw.socket, queue);
    }
    queue.add(rawResponse, () => listener(raw, rawResponse));
  };
}

class WaitingRequests {
  readonly #socket: Socket;
  #count = 0;
  #isHeld = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  add(rawResponse: ServerResponse, start: () => void): void {
    this.#count++;
    if (this.#count >= MOST_WAITING) this.#hold();
    // What the connection still holds when it ends is never started.
    rawResponse.once('socket', () => {
      this.#count--;
      // The last one may have a body that is still to be read.
      if (this.#count === 0) this.#letGo();
      start();
    });
  }

  /** Node reads on with every answer that leaves, so pausing once is not enough. */
  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#socket.on('resume', this.#pause);
    this.#pause();
  }

  #letGo(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#socket.removeListener('resume', this.#pause);
    this.#socket.resume();
  }

  readonly #pause = (): void => {
    this.#socket.pause();
  };
}
