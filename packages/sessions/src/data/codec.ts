/**
 * The text that a store keeps. It starts with the format, then fields that end with `;`:
 *
 *     t4s1;d;<createdAt>;<mark>;<JSON object>                          a live session
 *     t4s1;x;destroyed;<mark>                                          a tombstone
 *     t4s1;x;replaced;<mark>;<readableUntil>;<createdAt>;<JSON object>  a tombstone with the data from before the new id
 *
 * `createdAt` is ms since the epoch. `mark` is unique per request (empty where one process owns the store): a request whose
 * reply was lost recognises its own text by it. These fields live outside the user's data, so no key is reserved. The JSON
 * stays a slice until somebody touches the session. JSON.stringify escapes U+0000 and lone surrogates, so that any database
 * can keep the text.
 */

/** What a stored text says. */
export type Payload = LivePayload | TombstonePayload;

export interface LivePayload {
  readonly kind: 'live';
  /** Ms since the epoch: the absolute lifetime counts from here, through every change of the id. */
  readonly createdAt: number;
  /** The user's data, one JSON object, not parsed yet. */
  readonly json: string;
}

export interface TombstonePayload {
  readonly kind: 'tombstone';
  readonly reason: TombstoneReason;
  /** What a replaced session was before it got its new id. */
  readonly before?: SessionBefore | undefined;
}

/** A session as it was before it got a new id: what the holder of the old id could read anyway. */
export interface SessionBefore {
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** The user's data, one JSON object, not parsed yet. */
  readonly json: string;
  /** Until when a safe method that brings the old id may read it, ms since the epoch; 0: never. */
  readonly readableUntil: number;
}

export type TombstoneReason = 'replaced' | 'destroyed';

/** The user's data as JSON.parse made it. */
export type SessionRecord = Record<string, unknown>;

/** What a tombstone lives for: longer than any request that was under way when the session ended. Ms. */
export const TOMBSTONE_MS = 30_000;

/** A tombstone that may be read for a grace lives as long as that, which is at most this. Longer, and the old id would be a second key. */
export const LONGEST_TOMBSTONE_MS = 300_000;

const LIVE = 't4s1;d;';
const TOMBSTONE = 't4s1;x;';

/** The stored text of a live session. `json` is the text of one JSON object, `mark` must not contain a semicolon. */
export function encodeLive(createdAt: number, mark: string, json: string): string {
  return `${LIVE}${createdAt};${mark};${json}`;
}

/** The stored text of a session that was destroyed. */
export function encodeDestroyed(mark: string): string {
  return `${TOMBSTONE}destroyed;${mark}`;
}

/** The stored text under the old id of a session that got a new one. */
export function encodeReplaced(mark: string, { readableUntil, createdAt, json }: SessionBefore): string {
  return `${TOMBSTONE}replaced;${mark};${readableUntil};${createdAt};${json}`;
}

/** Reads a stored text without parsing the data. Undefined: truncated, foreign, or of a format that this version does not know. */
export function decode(text: string): Payload | undefined {
  if (text.startsWith(LIVE)) {
    const createdAtEnd = text.indexOf(';', LIVE.length);
    const markEnd = createdAtEnd < 0 ? -1 : text.indexOf(';', createdAtEnd + 1);
    if (markEnd < 0 || text.charCodeAt(markEnd + 1) !== 0x7b || text.charCodeAt(text.length - 1) !== 0x7d) {
      return undefined;
    }
    const createdAt = Number(text.slice(LIVE.length, createdAtEnd));
    if (!Number.isSafeInteger(createdAt)) return undefined;
    return { kind: 'live', createdAt, json: text.slice(markEnd + 1) };
  }
  if (text.startsWith(TOMBSTONE)) {
    const reason = text.slice(TOMBSTONE.length, text.indexOf(';', TOMBSTONE.length));
    if (reason === 'destroyed') return { kind: 'tombstone', reason };
    if (reason === 'replaced') return { kind: 'tombstone', reason, before: decodeBefore(text) };
  }
  return undefined;
}

/** Undefined where the tombstone carries nothing readable: it still says that the session ended. */
function decodeBefore(text: string): SessionBefore | undefined {
  const [, readableUntil, createdAt, json] = /^t4s1;x;replaced;[^;]*;(\d{1,16});(\d{1,16});(\{.*\})$/s.exec(text) ?? [];
  if (json === undefined) return undefined;
  return { readableUntil: Number(readableUntil), createdAt: Number(createdAt), json };
}

/**
 * Parses the data of a live session. Undefined when it is not one JSON object (a damaged file). Keys such as `__proto__` become
 * plain own properties, as JSON.parse defines them; nothing is ever assigned through a setter.
 */
export function parseRecord(json: string): SessionRecord | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SessionRecord) : undefined;
  } catch {
    // A damaged payload is an absent session, which the caller logs; there is nothing to rethrow.
    return undefined;
  }
}
