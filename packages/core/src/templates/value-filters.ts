import { createHash } from 'node:crypto';
import { formatDate } from './date-format.js';
import { textOf } from './safe-html.js';
import type { TemplateFilter } from './template-runtime.js';

/** Filters for numbers, dates and for writing values in other notations (JSON, base64, URLs). */
export const valueFilters: Record<string, TemplateFilter> = {
  number_format: (value, decimals = 0, point = '.', thousands = ',') =>
    numberFormat(numberOf(value), decimals, point, thousands),
  round: (value, decimals = 0, method = 'common') => round(numberOf(value), decimals, method),
  abs: (value) => Math.abs(numberOf(value)),
  int: (value) => Math.trunc(numberOf(value)),
  float: (value) => numberOf(value),
  date: (value, format = 'F j, Y H:i', timeZone?: string) => formatDate(value, format, timeZone),
  url_encode: (value) => encodeUrl(textOf(value)),
  base64_encode: encodeBase64,
  base64encode: encodeBase64,
  base64_decode: decodeBase64,
  base64decode: decodeBase64,
  md5: (value) => createHash('md5').update(textOf(value)).digest('hex'),
  sha256: (value) => createHash('sha256').update(textOf(value)).digest('hex'),
  json_encode: encodeJson,
  to_json: encodeJson,
  tojson: encodeJson,
  json_decode: (value) => JSON.parse(textOf(value)),
  js_escape: (value) => escapeJs(textOf(value)),
  data_uri: (value, mediaType = 'text/plain') => `data:${textOf(mediaType)};base64,${encodeBase64(value)}`,
};

/** The number in a value; what is no number counts as 0. Text may have more behind the number, as in "12px". */
function numberOf(value: unknown): number {
  const number =
    typeof value === 'number' ? value : Number.parseFloat(typeof value === 'boolean' ? `${+value}` : textOf(value));
  return Number.isFinite(number) ? number : 0;
}

/** Halves go away from zero, as people round; shifting by the decimal notation keeps 1.005 from becoming 1.00. */
function round(value: number, decimals: number, method: string): number {
  const places = Math.min(Math.max(Math.trunc(decimals), -20), 20);
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
  const places = Math.min(Math.max(Math.trunc(decimals), 0), 20);
  const [whole = '0', fraction] = Math.abs(round(value, places, 'common'))
    .toFixed(places)
    .split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, () => thousands);
  const text = fraction === undefined ? grouped : `${grouped}${point}${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

/** RFC 3986 section 2.3: everything but letters, digits and - . _ ~ is encoded. Half a surrogate pair becomes U+FFFD. */
function encodeUrl(text: string): string {
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(Buffer.from(text).toString()).replace(/[!'()*]/g, percent);
}

function encodeBase64(value: unknown): string {
  return (value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(textOf(value))).toString('base64');
}

function decodeBase64(value: unknown): string {
  return Buffer.from(textOf(value), 'base64').toString();
}

/** JSON that cannot end a script element or an attribute in single quotes, also when it is printed with `raw`. */
function encodeJson(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  return json.replace(/[<>&'\u2028\u2029]/g, unicodeEscape);
}

/** Text for inside a JavaScript string: everything but letters, digits, comma, dot and _ is written as an escape. */
function escapeJs(text: string): string {
  return text.replace(/[^a-zA-Z0-9,._]/g, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
