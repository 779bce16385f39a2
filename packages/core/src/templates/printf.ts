import { textOf } from './safe-html.js';

/** `%`, the place of the argument, flags, width, precision, kind: each of them bounded, so that no `%` is read far ahead of. */
const directive =
  /%(?:%|(?:([1-9]\d{0,3})\$)?((?:[-+0]|'[\s\S]){0,8})([1-9]\d{0,5})?(?:\.(\d{0,5}))?([a-zA-Z])|[\s\S]?)/gu;
const widest = 1000;

/**
 * The filter `format`: PHP's sprintf with %s %d %i %u %f %F %e %E %g %G %x %X %o %b %c and %%, the flags `-` (to the left), `+`
 * (always a sign), `0` and `'x` (fill with 0 or x), a width, a precision and the place of an argument as in `%2$s`.
 * Throws for any other form and when there are more directives than arguments.
 */
export function formatText(pattern: string, args: readonly unknown[]): string {
  let next = 0;
  return pattern.replace(directive, (whole, place, flags = '', width, precision, kind) => {
    if (whole === '%%') return '%';
    const write = kinds[kind];
    if (write === undefined) throw new RangeError(`format does not know "${whole}"; a percent sign is written %%`);
    const index = place === undefined ? next++ : Number(place) - 1;
    if (index >= args.length) throw new RangeError(`format has no argument for "${whole}"`);
    return padded(write(args[index], precision === undefined ? undefined : Number(precision)), kind, flags, width);
  });
}

type Writer = (value: unknown, precision: number | undefined) => string;

const kinds: Readonly<Record<string, Writer>> = {
  s: (value, precision) => (precision === undefined ? textOf(value) : [...textOf(value)].slice(0, precision).join('')),
  d: (value) => String(wholeNumber(value)),
  i: (value) => String(wholeNumber(value)),
  u: (value) => unsigned(value, 10),
  x: (value) => unsigned(value, 16),
  X: (value) => unsigned(value, 16).toUpperCase(),
  o: (value) => unsigned(value, 8),
  b: (value) => unsigned(value, 2),
  c: (value) => String.fromCodePoint(wholeNumber(value)),
  f: (value, precision = 6) => number(value).toFixed(digits(precision)),
  F: (value, precision = 6) => number(value).toFixed(digits(precision)),
  e: (value, precision = 6) => number(value).toExponential(digits(precision)),
  E: (value, precision = 6) => number(value).toExponential(digits(precision)).toUpperCase(),
  g: (value, precision = 6) => String(Number(number(value).toPrecision(digits(precision) || 1))),
  G: (value, precision = 6) => String(Number(number(value).toPrecision(digits(precision) || 1))).toUpperCase(),
};

function number(value: unknown): number {
  const found = typeof value === 'number' ? value : Number.parseFloat(textOf(value));
  return Number.isFinite(found) ? found : 0;
}

function wholeNumber(value: unknown): number {
  return Math.trunc(number(value)) || 0;
}

/** Negative numbers as PHP shows them: the two's complement of 64 bits. */
function unsigned(value: unknown, radix: number): string {
  return BigInt.asUintN(64, BigInt(wholeNumber(value))).toString(radix);
}

function digits(precision: number): number {
  if (precision <= 100) return precision;
  throw new RangeError(`format writes at most 100 digits behind the point, not ${precision}`);
}

function padded(text: string, kind: string, flags: string, width: string | undefined): string {
  const isNumber = kind !== 's' && kind !== 'c';
  const signed = isNumber && flags.includes('+') && !text.startsWith('-') ? `+${text}` : text;
  const size = Number(width ?? 0);
  if (size > widest) throw new RangeError(`format fills at most ${widest} characters, not ${size}`);
  const missing = Math.max(size - Array.from(signed).length, 0);
  // A fill may itself be one of the flags' characters, as in %'-10s.
  const fill = [...flags.matchAll(/'([\s\S])|0/gu)].map(([zero, given]) => given ?? zero).at(-1) ?? ' ';
  const bare = flags.replace(/'[\s\S]/gu, '');
  if (bare.includes('-')) return signed + (fill === '0' && isNumber ? '' : fill).repeat(missing);
  const sign = fill === '0' && isNumber ? (/^[-+]/.exec(signed)?.[0] ?? '') : '';
  return sign + fill.repeat(missing) + signed.slice(sign.length);
}
