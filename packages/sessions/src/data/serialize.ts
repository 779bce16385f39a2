import { SessionError } from '../errors.js';
import { parseRecord, type SessionRecord } from './codec.js';

/**
 * The JSON text of the session's data. Throws T4_SESSION_NOT_SERIALIZABLE naming the top-level key when a value has a cycle or a
 * BigInt in it: storing part of a session would be a silent loss.
 */
export function serializeRecord(data: Readonly<SessionRecord>): string {
  try {
    // A function under the user's own key `toJSON` is data that JSON drops, not JSON's hook for the whole session.
    return typeof data.toJSON === 'function' ? JSON.stringify({ ...data, toJSON: undefined }) : JSON.stringify(data);
  } catch (error) {
    for (const key of Object.keys(data)) {
      try {
        JSON.stringify(data[key]);
      } catch (cause) {
        throw notSerializable(key, cause);
      }
    }
    throw notSerializable(undefined, error);
  }
}

function notSerializable(key: string | undefined, cause: unknown): SessionError {
  const where = key === undefined ? 'The session' : `The session key ${JSON.stringify(key)}`;
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  return new SessionError(
    'T4_SESSION_NOT_SERIALIZABLE',
    `${where} cannot be stored as JSON (${reason}). Store plain values: text, numbers, lists and objects without cycles; turn a BigInt into text.`,
    { cause },
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

/**
 * Paths of values that JSON drops or flattens: functions, symbols, Map, Set and the like. For debug mode; looks at no more than
 * 1,000 values and returns at most ten paths.
 */
export function findLossyPaths(data: Readonly<SessionRecord>): string[] {
  const paths: string[] = [];
  const queue: [path: string, value: unknown][] = Object.entries(data);
  for (let seen = 0; seen < queue.length && seen < 1_000 && paths.length < 10; seen++) {
    const [path, value] = queue[seen] as [string, unknown];
    if (typeof value === 'function' || typeof value === 'symbol') {
      paths.push(`${path} (${typeof value})`);
    } else if (value instanceof Map || value instanceof Set || value instanceof WeakMap || value instanceof WeakSet) {
      paths.push(`${path} (${value.constructor.name})`);
    } else if (value instanceof RegExp || value instanceof Error || value instanceof Promise) {
      paths.push(`${path} (${value.constructor.name})`);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, nested] of Object.entries(value)) queue.push([`${path}.${key}`, nested]);
    }
  }
  return paths;
}
