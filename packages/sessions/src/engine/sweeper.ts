import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionLog } from '../session-options.js';
import type { SessionStore } from '../session-store.js';
import { sweepInBatches, sweepMarginMs } from '../sweep.js';

/** A step that found nothing is followed by a rest as long as itself, ms at most. */
const LONGEST_REST_MS = 100;

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
 * Removes expired entries outside requests, in bounded batches. A round goes on while there is more, so that no number of new
 * sessions outruns it: as fast as it can while it finds something, with half of the time at rest while it only looks. It waits a margin after the expiry, so that one machine with a
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

  /** One round: everything that is due at its beginning. Other work comes in between. Never rejects. */
  async sweep(): Promise<void> {
    const { store, lifetimeMs, now, log } = this.#options;
    try {
      let startedAt = performance.now();
      for await (const removed of sweepInBatches(store, now() - sweepMarginMs(lifetimeMs))) {
        if (this.#isStopped) return;
        if (removed === 0) await sleep(Math.min(performance.now() - startedAt, LONGEST_REST_MS));
        startedAt = performance.now();
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
