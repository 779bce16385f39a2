import type { SessionLog } from '../session-options.js';

/** Warnings that are worth one line per route, not one per request. */
export class OnceLog {
  readonly #log: SessionLog;
  readonly #said = new Set<string>();

  constructor(log: SessionLog) {
    this.#log = log;
  }

  /** Warns the first time `topic` comes up. Topics name routes and keys of the code, so there are few of them. */
  warn(topic: string, message: () => string): void {
    if (this.#said.has(topic) || this.#said.size > 10_000) return;
    this.#said.add(topic);
    this.#log.warn(message());
  }
}
