import { decode, LONGEST_TOMBSTONE_MS } from '../data/codec.js';
import type { SessionStore } from '../session-store.js';
import { type StoreEntry, type WalkProgress, walkEntries } from './store-entries.js';

/** What a store holds. Sizes are bytes of stored text, of live sessions only. */
export interface StoreReport {
  readonly live: number;
  /** Sessions that ended (logout, login) and are remembered for a moment, so that running requests cannot revive them. */
  readonly ended: number;
  /** Expired, and not removed yet. */
  readonly expired: number;
  readonly totalBytes: number;
  /** 0 where there is no live session, as is `largestBytes`. */
  readonly medianBytes: number;
  readonly largestBytes: number;
  /** Key of the largest live session. */
  readonly largestKey: string | undefined;
}

/** What ends later than this from now is no tombstone and need not be read to tell. A minute is for clocks that differ. */
const LAST_TOMBSTONE_MS = LONGEST_TOMBSTONE_MS + 60_000;

/** Walks the whole store and sums it up. Memory does not grow with the number of sessions. `now` is ms since the epoch. */
export async function reportStore(store: SessionStore, now: number, onProgress?: WalkProgress): Promise<StoreReport> {
  const counts = { live: 0, ended: 0, expired: 0 };
  const timesOfSize = new Map<number, number>();
  let totalBytes = 0;
  let largest: StoreEntry | undefined;
  for await (const entry of walkEntries(store, onProgress)) {
    const state = await stateOf(store, entry, now);
    counts[state] += 1;
    if (state !== 'live') continue;
    totalBytes += entry.bytes;
    timesOfSize.set(entry.bytes, (timesOfSize.get(entry.bytes) ?? 0) + 1);
    if (largest === undefined || entry.bytes > largest.bytes) largest = entry;
  }
  return {
    ...counts,
    totalBytes,
    medianBytes: medianOf(timesOfSize, counts.live),
    largestBytes: largest?.bytes ?? 0,
    largestKey: largest?.key,
  };
}

async function stateOf(store: SessionStore, entry: StoreEntry, now: number): Promise<'live' | 'ended' | 'expired'> {
  if (entry.expiresAt <= now) return 'expired';
  if (entry.expiresAt > now + LAST_TOMBSTONE_MS) return 'live';
  const stored = await store.read(entry.key);
  // It ended between the two looks.
  if (stored === undefined) return 'expired';
  return decode(stored.text)?.kind === 'tombstone' ? 'ended' : 'live';
}

/** The size that half of the sessions do not exceed. */
function medianOf(timesOfSize: ReadonlyMap<number, number>, count: number): number {
  let seen = 0;
  for (const [size, times] of [...timesOfSize].sort(([a], [b]) => a - b)) {
    seen += times;
    if (seen * 2 >= count) return size;
  }
  return 0;
}
