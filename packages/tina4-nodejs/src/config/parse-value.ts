import type { Variable } from './variable-types.js';

/** A value, or the sentence that says what would have been right. */
export type Parsed = { readonly value: string | number | boolean | readonly string[] } | { readonly mistake: string };

/**
 * Reads the text of one variable as its row says. `text` is trimmed and not empty. Choices and flags are read without
 * regard to case; the mistake never repeats the text, the caller quotes it unless it is secret.
 */
export function parseValue(variable: Variable, text: string): Parsed {
  switch (variable.kind) {
    case 'text':
      return { value: text };
    case 'flag':
      return parseFlag(text);
    case 'list':
      return {
        value: text
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      };
    case 'choice':
      return parseChoice(variable, text);
    case 'bytes':
      return parseNumber(variable, bytesOf(text));
    case 'integer':
      return parseNumber(variable, /^-?\d{1,15}$/.test(text) ? Number(text) : undefined);
    case 'number':
      return parseNumber(variable, /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined);
  }
}

const truthy = new Set(['true', '1', 'yes', 'on']);
const falsy = new Set(['false', '0', 'no', 'off']);

/** True for the spellings of yes that Tina4 knows: true, 1, yes, on, in any case. */
export function isTruthy(value: unknown): boolean {
  return truthy.has(String(value).trim().toLowerCase());
}

function parseFlag(text: string): Parsed {
  if (truthy.has(text.toLowerCase())) return { value: true };
  if (falsy.has(text.toLowerCase())) return { value: false };
  return { mistake: 'Use true or false.' };
}

function parseChoice(variable: Variable, text: string): Parsed {
  const choices = variable.choices ?? {};
  const spelling = text.toLowerCase();
  const value = Object.hasOwn(choices, spelling) ? choices[spelling] : undefined;
  if (value !== undefined) return { value };
  return { mistake: `Use one of ${[...new Set(Object.values(choices))].join(', ')}.` };
}

function bytesOf(text: string): number | undefined {
  const match = /^(\d{1,12})\s*(b|kb|mb|gb)?$/i.exec(text);
  if (match === null) return undefined;
  const power = { b: 0, kb: 1, mb: 2, gb: 3 }[(match[2] ?? 'b').toLowerCase()] ?? 0;
  return Number(match[1]) * 1024 ** power;
}

function parseNumber(variable: Variable, value: number | undefined): Parsed {
  const { kind, min = -Infinity, max = Infinity } = variable;
  if (value !== undefined && value >= min && value <= max) return { value };
  const what = { integer: 'a whole number', bytes: 'a number of bytes such as 10485760 or 10mb' }[kind as string];
  const range = max !== Infinity ? ` from ${min} to ${max}` : min !== -Infinity ? `, at least ${min}` : '';
  return { mistake: `Use ${what ?? 'a number'}${range}.` };
}
