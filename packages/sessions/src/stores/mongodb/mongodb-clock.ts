import { performance } from 'node:perf_hooks';

/** How long a measurement is trusted, ms: even a bad quartz drifts by a millisecond or two in that time. */
const TRUSTED_MS = 10_000;

/**
 * The clock of the server, in this process. Plain update operators can write the server's time but not compare with it, so
 * it is measured: `ask` fetches it (ms since the epoch) and the monotonic clock, which nobody sets, carries it on. The
 * estimate lags behind by the way of the reply at most, so that a lease seems to last a little longer, never shorter.
 */
export class MongodbClock {
  readonly #ask: () => Promise<number>;
  readonly #monotonic: () => number;
  #measured: { readonly server: number; readonly at: number } | undefined;
  #measuring: Promise<void> | undefined;

  constructor(ask: () => Promise<number>, monotonic: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#monotonic = monotonic;
  }

  /** Ms since the epoch on the server. Rejects with the error of `ask`. */
  async now(): Promise<number> {
    if (this.#measured === undefined || this.#monotonic() - this.#measured.at > TRUSTED_MS) {
      this.#measuring ??= this.#measure().finally(() => {
        this.#measuring = undefined;
      });
      await this.#measuring;
    }
    const { server, at } = this.#measured as { server: number; at: number };
    return Math.floor(server + this.#monotonic() - at);
  }

  /** Forgets the measurement: after an error the next reply may come from another server. */
  forget(): void {
    this.#measured = undefined;
  }

  async #measure(): Promise<void> {
    const server = await this.#ask();
    this.#measured = { server, at: this.#monotonic() };
  }
}
