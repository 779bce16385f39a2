import { randomBytes } from 'node:crypto';
import { compareAndSet, type Decision } from '../compare-and-set.js';
import { decode, encodeDestroyed, TOMBSTONE_MS } from '../data/codec.js';
import { newMark } from '../data/session-id.js';
import type { SessionStore, StoredSession } from '../session-store.js';
import { type WalkProgress, walkEntries } from './store-entries.js';

/** How a revocation went. `replaced`: the session got a new id just then and lives on under another handle. */
export type RevokeOutcome = 'revoked' | 'unknown' | 'ambiguous' | 'replaced';

/**
 * Ends the one session whose key starts with `handle`, as a logout would: requests that run with it cannot store anything any
 * more. `now` is ms since the epoch. Walks the store, since stores know whole keys only.
 */
export async function revokeSession(
  store: SessionStore,
  handle: string,
  now: number,
  onProgress?: WalkProgress,
): Promise<RevokeOutcome> {
  const keys = new Set<string>();
  for await (const { key, expiresAt } of walkEntries(store, onProgress)) {
    if (key.startsWith(handle) && expiresAt > now) keys.add(key);
  }
  const [key] = keys;
  if (key === undefined) return 'unknown';
  return keys.size > 1 ? 'ambiguous' : endSession(store, key, now);
}

/** By compare-and-set, so that a request that gives the session a new id meanwhile cannot go unseen. */
async function endSession(store: SessionStore, key: string, now: number): Promise<RevokeOutcome> {
  const text = encodeDestroyed(newMark(randomBytes));
  const decide = (current: StoredSession | undefined): Decision<RevokeOutcome> => {
    if (current === undefined) return { result: 'unknown' };
    const payload = decode(current.text);
    if (payload?.kind === 'tombstone') return { result: payload.reason === 'replaced' ? 'replaced' : 'unknown' };
    return { version: current.version, write: () => ({ text, expiresAt: now + TOMBSTONE_MS }) };
  };
  // A request holds it, perhaps for long, or somebody writes to it without a pause. An update never creates: what they store
  // finds nothing.
  const remove = async (): Promise<RevokeOutcome> => {
    await store.remove(key);
    return 'revoked';
  };
  const change = { decide, stored: (): RevokeOutcome => 'revoked' };
  return compareAndSet(store, { key, busy: remove, giveUp: remove }, change, decide(await store.read(key)));
}
