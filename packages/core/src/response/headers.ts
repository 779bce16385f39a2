import { HttpError } from '../errors/errors.js';

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5: anything but controls; Node sends code points up to 255. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export type HeaderValue = string | number | readonly string[];

/**
 * Checks a header before it is recorded. Throws HttpError 500 T4_HEADER_INVALID for a name that is no token and a value with
 * control characters: CR and LF in a value would let a client write headers of its own.
 */
export function checkHeader(name: string, value: HeaderValue): void {
  if (!TOKEN.test(name)) throw invalid(`"${name}" is not a header name`);
  if (typeof value === 'number') return;
  for (const line of typeof value === 'string' ? [value] : value) {
    if (!VALUE.test(line)) {
      throw invalid(
        `the value of "${name}" has a character that headers cannot carry (${JSON.stringify(line.slice(0, 80))})`,
      );
    }
  }
}

function invalid(what: string): HttpError {
  return new HttpError(500, 'T4_HEADER_INVALID', `${what}. Encode it, or leave out what came from the client.`);
}
