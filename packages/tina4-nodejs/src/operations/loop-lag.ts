/** When and where a blocked event loop is told of. */
export interface LoopLagOptions {
  /** Blocks up to this long are fine, ms. 0: nothing is watched. */
  readonly warnMs: number;
  readonly log: { warn(message: string, context?: Readonly<Record<string, unknown>>): void };
  /** At most one line in that time, ms, default 10,000; it tells the longest block. */
  readonly everyMs?: number | undefined;
}

const SAMPLE_MS = 100;

/**
 * Warns when something kept the event loop from running: no request was answered meanwhile, and leases of sessions were not
 * renewed. Returns a function that ends the watch. It keeps no process alive.
 */
export function watchLoopLag({ warnMs, log, everyMs = 10_000 }: LoopLagOptions): () => void {
  if (warnMs === 0) return () => {};
  // A timer of our own: the histogram of node:perf_hooks forgets a block that ends just before it is read and reset.
  let [lastAt, longestMs, nextLineAt] = [performance.now(), 0, 0];
  const timer = setInterval(() => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - lastAt - SAMPLE_MS);
    lastAt = now;
    if (longestMs <= warnMs || now < nextLineAt) return;
    const blockedMs = Math.round(longestMs);
    longestMs = 0;
    nextLineAt = now + everyMs;
    log.warn(
      `The event loop was blocked for ${blockedMs} ms; nothing was answered meanwhile. Look for synchronous calls (readFileSync, execSync) and long loops.`,
      { blockedMs },
    );
  }, SAMPLE_MS).unref();
  return () => clearInterval(timer);
}
