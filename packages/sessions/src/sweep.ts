import type { SessionStore } from './session-store.js';

/** Nothing that expired is kept for longer than this before it is swept, ms. */
export const LONGEST_SWEEP_MARGIN_MS = 24 * 3600 * 1000;

/** Entries removed in one step at most: enough to keep up, few enough that requests go on beside it. */
const BATCH = 200;

/**
 * How long a sweep leaves what expired, ms: one lifetime, a day at most, so that one machine with a wrong clock ends nobody's
 * session. `lifetimeMs` Infinity: sessions that end with the browser.
 */
export function sweepMarginMs(lifetimeMs: number): number {
  return Math.min(lifetimeMs, LONGEST_SWEEP_MARGIN_MS);
}

/**
 * Removes what expired before `expiredBefore` (ms since the epoch) step by step, as often as the generator is asked, and yields
 * how many entries each step removed. Other work comes in between. Rejects as the store does.
 */
export async function* sweepInBatches(store: SessionStore, expiredBefore: number): AsyncGenerator<number, void> {
  for (;;) {
    const { removed, hasMore } = await store.sweep(expiredBefore, BATCH);
    yield removed;
    if (!hasMore) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
