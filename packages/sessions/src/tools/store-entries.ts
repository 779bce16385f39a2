import type { EntriesPage, SessionStore } from '../session-store.js';

const PAGE = 500;

/** Told now and then during a walk: how many entries were seen so far. */
export type WalkProgress = (seen: number) => void;

/** One entry of a walk. */
export type StoreEntry = EntriesPage['entries'][number];

/**
 * All entries of a store, page by page, tombstones and expired ones included. An entry may come twice where the store moves
 * things about while it is walked (Redis does).
 */
export async function* walkEntries(store: SessionStore, onProgress?: WalkProgress): AsyncGenerator<StoreEntry> {
  let cursor: string | undefined;
  let seen = 0;
  do {
    const page = await store.entries(cursor, PAGE);
    yield* page.entries;
    seen += page.entries.length;
    onProgress?.(seen);
    cursor = page.cursor;
  } while (cursor !== undefined);
}
