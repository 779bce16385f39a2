import { textOf } from './safe-html.js';
import { SafeText } from './safe-text.js';

/** A range longer than this is a mistake, or somebody's attempt to fill the memory. */
const longestRange = 100_000;

/** Twig's idea of true: as in JavaScript, but an empty array, Map, Set and empty HTML are false. */
export function isTrue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  if (Array.isArray(value) || value instanceof SafeText) return value.length > 0;
  return value instanceof Map || value instanceof Set ? value.size > 0 : true;
}

/** What a for loop goes through: the values. Text and numbers have none. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null || value instanceof SafeText) return [];
  if (value instanceof Map) return [...value.values()];
  return Symbol.iterator in value ? [...(value as Iterable<unknown>)] : Object.values(value);
}

/** What a for loop with two names goes through beside the values. */
export function keysOf(value: unknown): readonly unknown[] {
  if (value instanceof Map) return [...value.keys()];
  const isList = typeof value !== 'object' || value === null || Symbol.iterator in value;
  return isList ? listOf(value).map((_, index) => index) : Object.keys(value);
}

/** `item in container`. */
export function contains(container: unknown, item: unknown): boolean {
  if (typeof container === 'string' || container instanceof SafeText) return String(container).includes(textOf(item));
  if (typeof container !== 'object' || container === null) return false;
  if (container instanceof Set || container instanceof Map) return container.has(item);
  return Array.isArray(container) ? container.includes(item) : Object.hasOwn(container, textOf(item));
}

/** `1..5`, `5..1`, `"a".."e"`; both ends belong to it. */
export function range(from: unknown, to: unknown, step: unknown = 1): unknown[] {
  if (isLetter(from) && isLetter(to)) {
    return range(from.charCodeAt(0), to.charCodeAt(0), step).map((code) => String.fromCharCode(code as number));
  }
  const [start, end] = [Number(from), Number(to)];
  const distance = Math.abs(Number(step)) * (end < start ? -1 : 1);
  const count = Math.floor((end - start) / distance) + 1;
  if (!(count <= longestRange))
    throw new RangeError(`the range ${from}..${to} is not one of at most ${longestRange} numbers`);
  return Array.from({ length: count }, (_, index) => start + index * distance);
}

function isLetter(value: unknown): value is string {
  return typeof value === 'string' && /^[a-zA-Z]$/.test(value);
}

/** `matches`: the parser has checked the pattern, which stands in the template. */
export function matches(text: unknown, pattern: string): boolean {
  const [, body = '', flags] = /^\/(.*)\/([imsu]*)$/s.exec(pattern) ?? [];
  return new RegExp(body, flags).test(textOf(text));
}

/** Which of two values comes first: below 0, 0 or above 0. Text by its characters, everything else as JavaScript does. */
export function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  return (a as number) < (b as number) ? -1 : Number((a as number) > (b as number));
}
