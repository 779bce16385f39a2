import { SessionError } from '../errors.js';
import { parseRecord, type SessionRecord } from './codec.js';
import { inspectRecord, type Unstorable } from './storable.js';

/**
 * The JSON text of the session's data. Throws T4_SESSION_NOT_SERIALIZABLE naming the path when JSON.stringify refuses: a cycle, a
 * BigInt. What it drops in silence is for `checkStorable` to find.
 */
export function serializeRecord(data: Readonly<SessionRecord>): string {
  try {
    // A function under the user's own key `toJSON` is data that JSON drops, not JSON's hook for the whole session.
    return typeof data.toJSON === 'function' ? JSON.stringify({ ...data, toJSON: undefined }) : JSON.stringify(data);
  } catch (cause) {
    throw notSerializable(findRefused(data), cause);
  }
}

/**
 * Throws T4_SESSION_NOT_SERIALIZABLE naming the path when a value, at any depth, is one that JSON drops or flattens: storing part of
 * a session would be a silent loss. Returns the paths of NaN and Infinity, which become null. `data` must have been serialized.
 */
export function checkStorable(data: Readonly<SessionRecord>): readonly string[] {
  const { notFinite, unstorable } = inspectRecord(data);
  if (unstorable !== undefined) throw notSerializable(unstorable, undefined);
  return notFinite;
}

function findRefused(data: Readonly<SessionRecord>): Unstorable | undefined {
  try {
    return inspectRecord(data, true).unstorable;
  } catch {
    // Nested too deep to be walked, or a toJSON of the user's that throws: `cause` says it.
    return undefined;
  }
}

function notSerializable(found: Unstorable | undefined, cause: unknown): SessionError {
  const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  const what =
    found === undefined
      ? `The session cannot be stored as JSON (${why}).`
      : `The session key ${JSON.stringify(found.key)} cannot be stored as JSON: ${found.path} is ${found.kind}.`;
  return new SessionError(
    'T4_SESSION_NOT_SERIALIZABLE',
    `${what} Store plain values: text, numbers, lists and objects without cycles; await a promise, turn a Map into an object, a BigInt into text.`,
    { cause, details: found && { ...found } },
  );
}

/** Throws T4_SESSION_TOO_LARGE naming the largest key of `json` when `text`, which contains it, is over `maxBytes` UTF-8 bytes. */
export function checkSize(text: string, json: string, maxBytes: number): void {
  // One UTF-16 unit is at most three bytes: most sessions need no counting at all.
  if (text.length * 3 <= maxBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return;
  const data = parseRecord(json) ?? {};
  let largestKey = '';
  let largestBytes = -1;
  for (const key of Object.keys(data)) {
    const keyBytes = Buffer.byteLength(JSON.stringify(data[key]) ?? '');
    if (keyBytes > largestBytes) {
      largestKey = key;
      largestBytes = keyBytes;
    }
  }
  throw new SessionError(
    'T4_SESSION_TOO_LARGE',
    `The session has ${bytes} bytes, more than the ${maxBytes} that TINA4_SESSION_MAX_BYTES allows. Its largest key is ${JSON.stringify(largestKey)} with ${largestBytes} bytes: keep that in a database and store its id.`,
  );
}
