import { builtIn } from './built-in.js';
import { numberArgument } from './filter-arguments.js';
import { textOf } from './safe-html.js';
import { SafeText } from './safe-text.js';
import type { TemplateTest } from './template-runtime.js';

/** Twig's idea of empty: nothing, empty text, false, or a collection without entries. The number 0 is not empty. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value) || value instanceof SafeText) return value.length === 0;
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  const isPlain = Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;
  return isPlain && Object.keys(value).length === 0;
}

const isNull: TemplateTest = builtIn('', (value: unknown) => value === null || value === undefined);
const isSame: TemplateTest = builtIn('value', (value: unknown, other: unknown) => value === other);
const isDivisible: TemplateTest = builtIn('number', (value: unknown, by: unknown) => {
  const divisor = numberArgument('the number of divisible by', by, Number.NaN);
  if (divisor === 0 || Number.isNaN(divisor)) throw new RangeError('divisible by needs a number other than 0');
  return Number(value) % divisor === 0;
});

/**
 * What can stand after `is`. Applications add their own through `Templates.addTest`. Those that take one argument take
 * it without parentheses too: `is divisible by 3`.
 */
export const builtInTests: Record<string, TemplateTest> = {
  defined: builtIn('', (value: unknown) => value !== undefined),
  undefined: builtIn('', (value: unknown) => value === undefined),
  empty: builtIn('', isEmpty),
  null: isNull,
  none: isNull,
  odd: builtIn('', (value: unknown) => Math.abs(Number(value)) % 2 === 1),
  even: builtIn('', (value: unknown) => Number(value) % 2 === 0),
  string: builtIn('', (value: unknown) => typeof value === 'string' || value instanceof SafeText),
  number: builtIn('', (value: unknown) => typeof value === 'number'),
  boolean: builtIn('', (value: unknown) => typeof value === 'boolean'),
  iterable: builtIn('', (value: unknown) => isCollection(value)),
  sequence: builtIn('', (value: unknown) => Array.isArray(value)),
  mapping: builtIn('', (value: unknown) => isCollection(value) && !Array.isArray(value)),
  'same as': isSame,
  sameas: isSame,
  'divisible by': isDivisible,
  divisibleby: isDivisible,
  lower: builtIn('', (value: unknown) => textOf(value) === textOf(value).toLowerCase()),
  upper: builtIn('', (value: unknown) => textOf(value) === textOf(value).toUpperCase()),
};

function isCollection(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof SafeText);
}
