import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';

/** Throws an AssertionError with the message of the test, if it gave one, and what was found instead. */
export function check(isTrue: boolean, message: string | undefined, found: () => string): void {
  if (isTrue) return;
  throw new AssertionError({ message: message === undefined ? found() : `${message}: ${found()}` });
}

/** A value on one line where it fits. */
export function show(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: 120, maxStringLength: 500, maxArrayLength: 50 });
}

/** True when `needle` is a part of a text, an element of an array or Set, or a key of an object or Map. */
export function contains(haystack: unknown, needle: unknown): boolean {
  if (typeof haystack === 'string') return haystack.includes(String(needle));
  if (Array.isArray(haystack) || haystack instanceof Set) {
    return [...haystack].some((element) => isDeepStrictEqual(element, needle));
  }
  if (haystack instanceof Map) return haystack.has(needle);
  return typeof haystack === 'object' && haystack !== null && Object.hasOwn(haystack, needle as PropertyKey);
}
