import { parse as parseSecurely } from 'secure-json-parse';
import { HttpError } from '../errors/errors.js';

/** Deeper values make JSON.stringify and any recursive code run out of stack. */
const MAX_DEPTH = 1000;

/**
 * A JSON body. null counts as `{}`: Tina4 code reads fields of the body unguarded. Keys that could reach a prototype
 * (`__proto__`, `constructor.prototype`) are left out. Throws HttpError 400 T4_BODY_JSON for broken text and for nesting over
 * 1,000 levels.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  const text = bytes.toString();
  // A shorter text cannot be that deep: every level has two brackets.
  if (text.length > 2 * MAX_DEPTH && isDeeperThan(text, MAX_DEPTH))
    throw invalidJson({ reason: `more than ${MAX_DEPTH} levels` });
  try {
    return (mayPollute(text) ? parseSecurely(text, undefined, REMOVE) : JSON.parse(text)) ?? {};
  } catch (cause) {
    throw invalidJson({}, cause);
  }
}

const REMOVE = { protoAction: 'remove', constructorAction: 'remove' } as const;

/** The library's scan costs several times as much as this one, and few bodies need it. An escape may hide either word. */
function mayPollute(text: string): boolean {
  return text.includes('__proto__') || text.includes('constructor') || text.includes('\\u');
}

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

function invalidJson(details: Readonly<Record<string, unknown>>, cause?: unknown): HttpError {
  return new HttpError(400, 'T4_BODY_JSON', 'Invalid JSON', { details, cause });
}
