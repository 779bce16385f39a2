import type { SessionRecord } from './codec.js';

/** What a request did to its session, compared with what it had loaded. */
export interface RecordChanges {
  /** Keys that it added or gave another value. */
  readonly set: readonly string[];
  readonly deleted: readonly string[];
}

/** The result of merging by top-level key. */
export interface Merge {
  readonly merged: SessionRecord;
  /** Keys that both sides changed and we set: our value stands in `merged`. */
  readonly conflicts: readonly string[];
  /** Keys that we deleted and they changed: their value stands in `merged`. */
  readonly keptKeys: readonly string[];
}

/** True when the two have the same keys in the same order. */
export function hasSameKeys(one: Readonly<SessionRecord>, other: Readonly<SessionRecord>): boolean {
  const keys = Object.keys(one);
  const otherKeys = Object.keys(other);
  return keys.length === otherKeys.length && keys.every((key, index) => key === otherKeys[index]);
}

/**
 * True when the two certainly hold the same data: same keys in the same order, each with the same primitive value. It is the
 * cheap look before JSON texts are compared; false says nothing.
 */
export function hasSamePrimitives(base: Readonly<SessionRecord>, current: Readonly<SessionRecord>): boolean {
  if (!hasSameKeys(base, current) || Object.getOwnPropertySymbols(current).length > 0) return false;
  for (const key of Object.keys(base)) {
    const value = current[key];
    if (value !== base[key] || (typeof value === 'object' && value !== null)) return false;
  }
  return true;
}

/** What `current` changed against `base`, by top-level key; nested values count as part of their key. */
export function changesBetween(base: Readonly<SessionRecord>, current: Readonly<SessionRecord>): RecordChanges {
  const set: string[] = [];
  const deleted: string[] = [];
  for (const key of Object.keys(current)) {
    const text = textOf(current, key);
    if (text !== undefined && text !== textOf(base, key)) set.push(key);
  }
  for (const key of Object.keys(base)) {
    if (textOf(current, key) === undefined) deleted.push(key);
  }
  return { set, deleted };
}

/**
 * Applies what `ours` changed against `base` to the newer `theirs`. Keys we did not change stay as they are there. A key both
 * sides changed is a conflict; with the same value on both sides only when `isEqualConflict` (two increments of one number give
 * equal values and are still two). A deletion removes only the value it saw: a key that changed meanwhile is kept.
 */
export function mergeRecords(
  base: Readonly<SessionRecord>,
  ours: Readonly<SessionRecord>,
  theirs: Readonly<SessionRecord>,
  isEqualConflict = false,
): Merge {
  const { set, deleted } = changesBetween(base, ours);
  const values = new Map<string, unknown>(Object.entries(theirs));
  const conflicts: string[] = [];
  const keptKeys: string[] = [];
  for (const key of set) {
    const theirText = textOf(theirs, key);
    const isSame = theirText === textOf(ours, key);
    if (theirText !== textOf(base, key) && (isEqualConflict || !isSame)) conflicts.push(key);
    values.set(key, ours[key]);
  }
  for (const key of deleted) {
    const theirText = textOf(theirs, key);
    if (theirText === undefined) continue;
    if (theirText === textOf(base, key)) values.delete(key);
    else keptKeys.push(key);
  }
  // fromEntries defines properties, so a key named __proto__ stays a key.
  return { merged: Object.fromEntries(values), conflicts, keptKeys };
}

/** The JSON text of one key, undefined when absent or when JSON drops it. */
function textOf(record: Readonly<SessionRecord>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? JSON.stringify(record[key]) : undefined;
}
