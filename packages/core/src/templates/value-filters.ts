import { createHash } from 'node:crypto';
import { builtIn } from './built-in.js';
import { formatDate } from './date-format.js';
import { encodeUrl } from './escape-strategies.js';
import { choiceArgument, numberArgument, textArgument } from './filter-arguments.js';
import { textOf } from './safe-html.js';
import { SafeText } from './safe-text.js';
import type { TemplateFilter } from './template-runtime.js';

const base64Encode: TemplateFilter = builtIn('', (value: unknown) => encodeBase64(value));
const base64Decode: TemplateFilter = builtIn('', (value: unknown) => decodeBase64(value));
const jsonEncode: TemplateFilter = builtIn('', (value: unknown) => encodeJson(value));

/** Filters for numbers, dates and for writing values in other notations (JSON, base64, URLs). */
export const valueFilters: Record<string, TemplateFilter> = {
  number_format: builtIn(
    'decimals? point? thousands?',
    (value: unknown, decimals?: unknown, point?: unknown, thousands?: unknown) =>
      numberFormat(
        numberOf(value),
        numberArgument('the decimals of number_format', decimals, 0, { least: 0, most: 20 }),
        textArgument('the point of number_format', point, '.'),
        textArgument('the thousands of number_format', thousands, ','),
      ),
  ),
  round: builtIn('decimals? method?', (value: unknown, decimals?: unknown, method?: unknown) =>
    round(
      numberOf(value),
      numberArgument('the decimals of round', decimals, 0, { least: -20, most: 20 }),
      choiceArgument('the method of round', method, ['common', 'ceil', 'floor']),
    ),
  ),
  abs: builtIn('', (value: unknown) => Math.abs(numberOf(value))),
  int: builtIn('', (value: unknown) => Math.trunc(numberOf(value))),
  float: builtIn('', (value: unknown) => numberOf(value)),
  date: builtIn('format? zone?', (value: unknown, format?: unknown, zone?: unknown) =>
    formatDate(
      value,
      textArgument('the format of date', format, 'F j, Y H:i'),
      textArgument('the zone of date', zone, '') || undefined,
    ),
  ),
  url_encode: builtIn('', (value: unknown) => encodeUrl(textOf(value))),
  base64_encode: base64Encode,
  base64encode: base64Encode,
  base64_decode: base64Decode,
  base64decode: base64Decode,
  md5: builtIn('', (value: unknown) => createHash('md5').update(textOf(value)).digest('hex')),
  sha256: builtIn('', (value: unknown) => createHash('sha256').update(textOf(value)).digest('hex')),
  json_encode: jsonEncode,
  to_json: jsonEncode,
  tojson: jsonEncode,
  json_decode: builtIn('', (value: unknown) => JSON.parse(textOf(value))),
  js_escape: builtIn('', (value: unknown) => escapeJs(textOf(value))),
  data_uri: builtIn('type?', (value: unknown, mediaType?: unknown) => {
    const type = textArgument('the type of data_uri', mediaType, 'text/plain');
    return `data:${type};base64,${encodeBase64(value)}`;
  }),
};

/** The number in a value; what is no number counts as 0. Text may have more behind the number, as in "12px". */
function numberOf(value: unknown): number {
  const number =
    typeof value === 'number' ? value : Number.parseFloat(typeof value === 'boolean' ? `${+value}` : textOf(value));
  return Number.isFinite(number) ? number : 0;
}

/** Halves go away from zero, as people round; shifting by the decimal notation keeps 1.005 from becoming 1.00. */
function round(value: number, decimals: number, method: 'common' | 'ceil' | 'floor'): number {
  const places = Math.trunc(decimals);
  const shifted = shiftDecimals(Math.abs(value), places);
  const sign = Math.sign(value);
  if (method === 'ceil') return shiftDecimals(Math.ceil(sign * shifted), -places);
  if (method === 'floor') return shiftDecimals(Math.floor(sign * shifted), -places);
  return sign * shiftDecimals(Math.round(shifted), -places);
}

function shiftDecimals(value: number, places: number): number {
  const [digits, exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number(exponent) + places}`);
}

function numberFormat(value: number, decimals: number, point: string, thousands: string): string {
  const places = Math.trunc(decimals);
  const [whole = '0', fraction] = Math.abs(round(value, places, 'common'))
    .toFixed(places)
    .split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, () => thousands);
  const text = fraction === undefined ? grouped : `${grouped}${point}${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

function encodeBase64(value: unknown): string {
  return (value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(textOf(value))).toString('base64');
}

function decodeBase64(value: unknown): string {
  return Buffer.from(textOf(value), 'base64').toString();
}

/**
 * JSON that cannot end a script element or an attribute in single quotes. Inside of a script element it is printed as
 * it is; elsewhere it is escaped like any text, which an attribute or a paragraph undoes.
 */
function encodeJson(value: unknown): SafeText {
  const json = JSON.stringify(value) ?? 'null';
  return new SafeText(json.replace(/[<>&'\u2028\u2029]/g, unicodeEscape), 'json');
}

/** Text for inside a JavaScript string: everything but letters, digits, comma, dot and _ is written as an escape. */
function escapeJs(text: string): string {
  return text.replace(/[^a-zA-Z0-9,._]/g, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
