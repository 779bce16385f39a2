import type { Socket } from 'node:net';

/** Tells the requests of a server that it stops. */
export class StopNotice {
  #isGiven = false;
  readonly #listeners = new Set<() => void>();

  /** True from the moment on that the server stops. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Calls back once when the server stops, at once when it does already. Returns a function that stops listening. */
  onStop(listener: () => void): () => void {
    if (this.#isGiven) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  give(): void {
    this.#isGiven = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

const notices = new WeakMap<Socket, StopNotice>();

/** Notes which server a connection belongs to. */
export function noteServer(socket: Socket, notice: StopNotice): void {
  notices.set(socket, notice);
}

/** The notice of the connection's server; undefined when it came from no server of ours. */
export function stopNoticeOf(socket: Socket): StopNotice | undefined {
  return notices.get(socket);
}
