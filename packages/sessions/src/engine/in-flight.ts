import { within } from '../deadline.js';

/** Counts work under way, so that closing can wait for it. */
export class InFlight {
  #count = 0;
  #whenIdle: (() => void)[] = [];

  /** Counts `work` until it settles, and gives it back. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#count += 1;
    work.then(this.#settled, this.#settled);
    return work;
  }

  /** Resolves when nothing is under way, after `boundMs` at the latest. */
  async idle(boundMs: number): Promise<void> {
    if (this.#count === 0) return;
    const idle = new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    // Late: whoever closes goes on without what hangs.
    await within(boundMs, idle).catch(() => {});
  }

  readonly #settled = (): void => {
    this.#count -= 1;
    if (this.#count > 0) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  };
}
