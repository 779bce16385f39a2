import { within } from '../deadline.js';

/** Counts work under way, so that closing can wait for it. */
export class InFlight {
  #count = 0;
  #whenIdle: (() => void)[] = [];

  /** Counts `work` until it settles, and gives it back. */
  async track<T>(work: Promise<T> | T): Promise<T> {
    this.#count += 1;
    try {
      return await work;
    } finally {
      this.#count -= 1;
      if (this.#count === 0) this.#release();
    }
  }

  /** Resolves when nothing is under way, after `boundMs` at the latest. */
  async idle(boundMs: number): Promise<void> {
    if (this.#count === 0) return;
    const idle = new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    // Late: whoever closes goes on without what hangs.
    await within(boundMs, idle).catch(() => {});
  }

  #release(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}
