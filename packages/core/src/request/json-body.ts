import { HttpError } from '../errors/errors.js';
import { lazyPackage } from '../lazy-package.js';
import { type BodyCharset, bodyText } from './body-type.js';

const secureJsonParse = lazyPackage<typeof import('secure-json-parse')>('secure-json-parse', import.meta.url);

/** Deeper values make JSON.stringify and any recursive code run out of stack. */
const MAX_DEPTH = 1000;

/**
 * A JSON body. null counts as `{}`: Tina4 code reads fields of the body unguarded. Keys that could reach a prototype
 * (`__proto__`, `constructor.prototype`) are left out. Throws HttpError 400 T4_BODY_JSON for broken text and for nesting over
 * 1,000 levels, 413 T4_BODY_TOO_LARGE for more than `maxValues` values: time goes by them rather than by bytes.
 */
export function parseJsonBody(bytes: Buffer, charset: BodyCharset, maxValues: number): unknown {
  // A shorter text cannot have that many: every level has two brackets, every value but the first a comma or a bracket.
  if (bytes.length > 2 * MAX_DEPTH || bytes.length > maxValues) checkShape(bytes, maxValues);
  const text = bodyText(bytes, charset);
  const parser = mayPollute(text) ? secureJsonParse() : undefined;
  try {
    return (parser === undefined ? JSON.parse(text) : parser.parse(text, undefined, REMOVE)) ?? {};
  } catch (cause) {
    throw invalidJson({}, cause);
  }
}

const REMOVE = { protoAction: 'remove', constructorAction: 'remove' } as const;

/** The library's scan costs several times as much as this one, and few bodies need it. An escape may hide either word. */
function mayPollute(text: string): boolean {
  return text.includes('__proto__') || text.includes('constructor') || text.includes('\\u');
}

/** In UTF-8 and Latin-1 no byte of another character looks like one of these. */
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

function checkShape(bytes: Buffer, maxValues: number): void {
  let depth = 0;
  let values = 1;
  let isInString = false;
  for (let index = 0; index < bytes.length; index++) {
    const code = bytes[index];
    if (isInString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (code === COMMA) values++;
    else if (code === 0x5b || code === 0x7b) {
      values++;
      if (++depth > MAX_DEPTH) throw invalidJson({ reason: `more than ${MAX_DEPTH} levels` });
    } else if (code === 0x5d || code === 0x7d) depth--;
    if (values > maxValues) {
      throw new HttpError(413, 'T4_BODY_TOO_LARGE', 'Payload Too Large', { details: { max_json_values: maxValues } });
    }
  }
}

function invalidJson(details: Readonly<Record<string, unknown>>, cause?: unknown): HttpError {
  return new HttpError(400, 'T4_BODY_JSON', 'Invalid JSON', { details, cause });
}
