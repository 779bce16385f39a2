const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;
/** Crashes that lie further back no longer slow a restart down, ms. */
const MEMORY_MS = 60_000;
const MOST_FAILED_STARTS = 5;

/**
 * How fast crashed workers are replaced: the first at once, as far as a person can tell, each further one within a minute
 * after twice the pause, five seconds at most. Five starts in a row that fail are the end.
 */
export class RestartPace {
  #crashes: number[] = [];
  #failedStarts = 0;

  /** Notes a crash and returns the pause before its replacement starts, ms. `nowMs` comes from a clock that never goes back. */
  delayAfterCrash(nowMs: number): number {
    this.#crashes = [...this.#crashes.filter((at) => nowMs - at < MEMORY_MS), nowMs];
    return Math.min(FIRST_DELAY_MS * 2 ** (this.#crashes.length - 1), LONGEST_DELAY_MS);
  }

  /** Notes that a replacement answers. */
  started(): void {
    this.#failedStarts = 0;
  }

  /** Notes that a replacement died before it answered; false when that was once too often. */
  startFailed(): boolean {
    this.#failedStarts++;
    return this.#failedStarts < MOST_FAILED_STARTS;
  }
}
