import type { SessionStore } from '../session-store.js';
import { sweepInBatches, sweepMarginMs } from '../sweep.js';

/** What `sweepStore` goes by. */
export interface SweepStoreOptions {
  /** As the engine has it: 0 for sessions that end with the browser. */
  readonly lifetimeSeconds: number;
  /** True: also what expired only just now. Default false: the engine's own margin is kept. */
  readonly includesRecent?: boolean | undefined;
  /** Told after each step how many entries were removed so far. */
  readonly onProgress?: ((removed: number) => void) | undefined;
}

/** What a sweep removed, and how long before `now` an entry must have expired to go, ms. */
export interface SweepReport {
  readonly removed: number;
  readonly marginMs: number;
}

/** Removes all expired entries, beside running servers. `now` is ms since the epoch. For `tina4 sessions sweep`. */
export async function sweepStore(store: SessionStore, now: number, options: SweepStoreOptions): Promise<SweepReport> {
  const lifetimeMs = options.lifetimeSeconds === 0 ? Number.POSITIVE_INFINITY : options.lifetimeSeconds * 1000;
  const marginMs = options.includesRecent === true ? 0 : sweepMarginMs(lifetimeMs);
  let removed = 0;
  for await (const step of sweepInBatches(store, now - marginMs)) {
    removed += step;
    options.onProgress?.(removed);
  }
  return { removed, marginMs };
}
