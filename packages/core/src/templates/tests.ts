import { isSafeHtml, textOf } from './safe-html.js';
import type { TemplateTest } from './template-runtime.js';

/** Twig's idea of empty: nothing, empty text, false, or a collection without entries. The number 0 is not empty. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value) || isSafeHtml(value)) return (value as { length: number }).length === 0;
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  const isPlain = Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;
  return isPlain && Object.keys(value).length === 0;
}

/** What can stand after `is`. Applications add their own through `Templates.addTest`. */
export const builtInTests: Record<string, TemplateTest> = {
  defined: (value) => value !== undefined,
  undefined: (value) => value === undefined,
  empty: isEmpty,
  null: (value) => value === null || value === undefined,
  none: (value) => value === null || value === undefined,
  odd: (value) => Math.abs(Number(value)) % 2 === 1,
  even: (value) => Number(value) % 2 === 0,
  string: (value) => typeof value === 'string' || isSafeHtml(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  iterable: (value) => typeof value === 'object' && value !== null && !isSafeHtml(value),
  mapping: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !isSafeHtml(value),
  'same as': (value, other) => value === other,
  sameas: (value, other) => value === other,
  'divisible by': (value, divisor) => Number(value) % Number(divisor) === 0,
  divisibleby: (value, divisor) => Number(value) % Number(divisor) === 0,
  lower: (value) => textOf(value) === textOf(value).toLowerCase(),
  upper: (value) => textOf(value) === textOf(value).toUpperCase(),
};
