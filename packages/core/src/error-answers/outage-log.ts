import type { Logger } from '../app-context.js';

/** One outage as it is being logged. */
interface Outage {
  /** Answers since its last line. */
  unlogged: number;
  /** The latest of them, which the next line shows. */
  message: string;
}

const INTERVAL_MS = 1000;

/**
 * Logs answers that an outage makes by the thousand (a store that is away: everyone gets 503 until it is back). The first has its
 * line at once, the others one line a second together, with their number: a log that fills the disk is an outage of its own.
 */
export class OutageLog {
  readonly #log: Logger;
  readonly #outages = new Map<string, Outage>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Notes one answer. `code` names what is away; there are few of them. */
  note(code: string, message: string): void {
    const outage = this.#outages.get(code);
    if (outage === undefined) {
      this.#log.error(message);
      this.#waitForMore(code, { unlogged: 0, message });
    } else {
      outage.unlogged++;
      outage.message = message;
    }
  }

  #waitForMore(code: string, outage: Outage): void {
    this.#outages.set(code, outage);
    setTimeout(() => {
      this.#outages.delete(code);
      if (outage.unlogged === 0) return;
      this.#log.error(outage.message, { answersInLastSecond: outage.unlogged });
      this.#waitForMore(code, { ...outage, unlogged: 0 });
    }, INTERVAL_MS).unref();
  }
}
