import { SafeText } from './safe-text.js';

/** An argument that must be a number, or text that is one; `fallback` when it was not given, or is undefined or null. */
export function numberArgument(
  where: string,
  value: unknown,
  fallback: number,
  bounds: { least?: number; most?: number } = {},
): number {
  if (value === undefined || value === null) return fallback;
  const isNumeric = typeof value === 'number' || (isText(value) && String(value).trim() !== '');
  const number = isNumeric ? Number(value) : Number.NaN;
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = bounds;
  if (number >= least && number <= most) return number;
  const range = `${bounds.least === undefined ? '' : ` of at least ${least}`}${bounds.most === undefined ? '' : ` and at most ${most}`}`;
  throw new RangeError(`${where} must be a number${range}, not ${shown(value)}`);
}

/** An argument that must be text or a number; `fallback` when it was not given, or is undefined or null. */
export function textArgument(where: string, value: unknown, fallback: string): string {
  if (value === undefined || value === null) return fallback;
  if (isText(value) || typeof value === 'number') return String(value);
  throw new TypeError(`${where} must be text, not ${shown(value)}`);
}

/** An argument that must be one of a few words; the first of them when it was not given, or is undefined or null. */
export function choiceArgument<T extends string>(where: string, value: unknown, choices: readonly [T, ...T[]]): T {
  if (value === undefined || value === null) return choices[0];
  const found = choices.find((choice) => isText(value) && choice === String(value));
  if (found !== undefined) return found;
  throw new RangeError(
    `${where} must be one of ${choices.map((choice) => `"${choice}"`).join(', ')}, not ${shown(value)}`,
  );
}

function isText(value: unknown): value is string | SafeText {
  return typeof value === 'string' || value instanceof SafeText;
}

function shown(value: unknown): string {
  if (isText(value)) return JSON.stringify(String(value).slice(0, 80));
  return typeof value === 'object' ? 'a list or object' : String(value);
}
