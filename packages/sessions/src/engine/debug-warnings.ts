import type { SessionRecord } from '../data/codec.js';
import { SESSION_METHOD_NAMES } from '../data/session-data.js';
import type { EngineParts } from './engine-parts.js';

const LARGE_BYTES = 16 * 1024;

/** Debug mode: what a developer wants to hear about the data that a route stores, once per route. */
export function warnOfData(
  parts: Pick<EngineParts, 'once'>,
  label: string,
  data: Readonly<SessionRecord>,
  json: string,
): void {
  if (json.length * 3 > LARGE_BYTES && Buffer.byteLength(json) > LARGE_BYTES) {
    parts.once.warn(
      `large ${label}`,
      () =>
        `${label} stores a session of ${Buffer.byteLength(json)} bytes. Every request reads it: keep large data in a database and its id here.`,
    );
  }
  for (const key of Object.keys(data)) {
    if (SESSION_METHOD_NAMES.has(key)) {
      parts.once.warn(
        `shadowed ${key}`,
        () =>
          `The session key ${JSON.stringify(key)} (${label}) hides the method req.session.${key}. The data is kept; use another name to have both.`,
      );
    }
  }
}
