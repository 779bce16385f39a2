import { decode, encodeTombstone, TOMBSTONE_MS } from '../data/codec.js';
import type { SessionStore } from '../session-store.js';
import { type WalkProgress, walkEntries } from './store-entries.js';

/** How a revocation went. `replaced`: the session got a new id just then and lives on under another handle. */
export type RevokeOutcome = 'revoked' | 'unknown' | 'ambiguous' | 'replaced';

const MOST_CONFLICTS = 20;

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
  for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts++) {
    const stored = await store.read(key);
    const payload = stored === undefined ? undefined : decode(stored.text);
    if (stored === undefined) return 'unknown';
    if (payload?.kind === 'tombstone') return payload.reason === 'replaced' ? 'replaced' : 'unknown';
    const tombstone = { text: encodeTombstone('destroyed', ''), expiresAt: now + TOMBSTONE_MS };
    const { outcome } = await store.update(key, tombstone, stored.version);
    if (outcome === 'updated') return 'revoked';
    if (outcome === 'busy') {
      // A request holds it, perhaps for long. An update never creates: what that request stores finds nothing.
      await store.remove(key);
      return 'revoked';
    }
  }
  // Somebody writes to it without a pause, and nobody writes to what is not there.
  await store.remove(key);
  return 'revoked';
}
