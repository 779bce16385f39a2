import { HttpError } from '../errors/errors.js';
import { kindOf } from './not-data.js';

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5: anything but controls; Node sends code points up to 255. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers of the connection and what they may say. Transfer-Encoding is Node's alone (RFC 9112, section 6). */
const FRAMING = new Map([
  ['transfer-encoding', /(?!)/],
  ['content-length', /^\d{1,15}$/],
  ['connection', /^(?:close|keep-alive)$/],
]);

export type HeaderValue = string | number | readonly string[];

/**
 * Checks a header before it is recorded. Throws HttpError 500 T4_HEADER_INVALID for a name that is no token, a value with
 * control characters (CR and LF in a value would let a client write headers of its own), and headers that frame the answer in
 * another way than it is sent: what two servers read as different answers lets one visitor's go to another.
 */
export function checkHeader(name: string, value: HeaderValue): void {
  // An object of headers takes this name for something else.
  if (typeof name !== 'string' || !TOKEN.test(name) || name === '__proto__')
    throw invalid(`"${String(name)}" is not a header name`);
  for (const line of Array.isArray(value) ? value : [value]) checkValue(name, line);
  const check = FRAMING.get(name.toLowerCase());
  if (check !== undefined && !check.test(String(value))) {
    throw invalid(`the value of "${name}" cannot be ${JSON.stringify(value)}: it says how the answer is sent`);
  }
}

function checkValue(name: string, line: unknown): void {
  if (typeof line === 'number') return;
  if (typeof line !== 'string') throw invalid(`the value of "${name}" is ${kindOf(line)} and no text`);
  if (!VALUE.test(line)) {
    const shown = JSON.stringify(line.slice(0, 80));
    throw invalid(`the value of "${name}" has a character that headers cannot carry (${shown})`);
  }
}

/** What speaks of the body of an answer, or of where it leads, and of no other (RFC 9110, section 8). */
const BODY_HEADERS = new Set(
  `content-type content-length content-encoding content-language content-location content-range content-disposition
  accept-ranges etag last-modified expires age location refresh x-cache x-cache-ttl`.split(/\s+/),
);

/** Headers, by lower-case name, that still hold for another body under the same answer. What forbids to keep it does. */
export function withoutBodyHeaders<Header extends { readonly value: HeaderValue }>(
  headers: ReadonlyMap<string, Header>,
): Map<string, Header> {
  const forbidsToKeep = ({ value }: Header): boolean => /\bno-(?:store|cache)\b/i.test(String(value));
  return new Map(
    [...headers].filter(([key, header]) => (key === 'cache-control' ? forbidsToKeep(header) : !BODY_HEADERS.has(key))),
  );
}

function invalid(what: string): HttpError {
  return new HttpError(500, 'T4_HEADER_INVALID', `${what}. Encode it, or leave out what came from the client.`);
}
