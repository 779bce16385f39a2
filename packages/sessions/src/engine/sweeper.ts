import type { SessionLog } from '../session-options.js';
import type { SessionStore } from '../session-store.js';
import { sweepInBatches, sweepMarginMs } from '../sweep.js';

const MOST_BATCHES = 50;

/** What the sweeper needs. */
export interface SweeperOptions {
  readonly store: SessionStore;
  /** Pause between rounds, ms, with jitter so that many processes do not sweep at once. 0: never. */
  readonly everyMs: number;
  /** Lifetime of a session, ms, from which the margin follows. */
  readonly lifetimeMs: number;
  readonly now: () => number;
  readonly log: SessionLog;
}

/**
 * Removes expired entries outside requests, in bounded batches. It waits a margin after the expiry, so that one machine with a
 * wrong clock deletes nobody's session. A failure is logged and tried again in the next round.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** One round: at most fifty batches. Never rejects. */
  async sweep(): Promise<void> {
    const { store, lifetimeMs, now, log } = this.#options;
    try {
      const batches = sweepInBatches(store, now() - sweepMarginMs(lifetimeMs));
      for (let batch = 0; batch < MOST_BATCHES && !this.#isStopped; batch++) {
        if ((await batches.next()).done) return;
      }
    } catch (error) {
      log.warn(`Removing expired sessions from the ${store.name} store failed and is tried again later.`, {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Ends the timer and waits for a round under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(): void {
    const { everyMs } = this.#options;
    if (everyMs === 0 || this.#isStopped) return;
    this.#timer = setTimeout(
      () => {
        this.#round = this.sweep().then(() => this.#schedule());
      },
      everyMs * (0.8 + 0.4 * Math.random()),
    ).unref();
  }
}
