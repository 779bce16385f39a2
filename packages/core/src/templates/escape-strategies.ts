import { escapeHtml } from '../escape-html.js';
import { textOf } from './safe-html.js';
import { type EscapingStrategy, SafeText } from './safe-text.js';

const escapers: Readonly<Record<EscapingStrategy, (text: string) => string>> = {
  html: escapeHtml,
  js: escapeJs,
  html_attr: escapeHtmlAttribute,
  css: escapeCss,
  url: encodeUrl,
};

/** The names of all strategies as they are listed in error messages. */
export const strategyNames = Object.keys(escapers)
  .map((name) => `"${name}"`)
  .join(', ');

export function isEscapingStrategy(name: unknown): name is EscapingStrategy {
  return typeof name === 'string' && Object.hasOwn(escapers, name);
}

/** What `{{ value }}` prints where a strategy other than HTML is in force. */
export function printFor(strategy: EscapingStrategy, value: unknown): string {
  if (typeof value === 'function') return printFor(strategy, value());
  return value instanceof SafeText && value.isSafeFor(strategy) ? String(value) : escapers[strategy](textOf(value));
}

/**
 * The filter `escape`. Text that the same strategy, or for HTML any other, has escaped already stays as it is; what is
 * only vouched for (`raw`) or escaped for another place is escaped. Throws a RangeError for an unknown strategy.
 */
export function escapeFor(value: unknown, strategy: unknown): SafeText {
  if (!isEscapingStrategy(strategy)) throw unknownStrategy(strategy);
  if (typeof value === 'function') return escapeFor(value(), strategy);
  if (value instanceof SafeText && value.safeIn !== 'all' && value.isSafeFor(strategy)) return value;
  return new SafeText(escapers[strategy](textOf(value)), strategy);
}

export function unknownStrategy(given: unknown): RangeError {
  return new RangeError(`escape does not know ${JSON.stringify(given) ?? typeof given}; use one of ${strategyNames}`);
}

/** RFC 3986 section 2.3: everything but letters, digits and - . _ ~ is encoded. Half a surrogate pair becomes U+FFFD. */
export function encodeUrl(text: string): string {
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(wellFormed(text)).replace(/[!'()*]/g, percent);
}

const shortJsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** For inside of quotes in a script or in an event attribute: only letters, digits, comma, dot and _ stay. */
function escapeJs(text: string): string {
  return text.replace(/[^a-zA-Z0-9,._]/g, (unit) => shortJsEscapes[unit] ?? `\\u${hex(unit.charCodeAt(0), 4)}`);
}

const namedEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * For an attribute without quotes: only letters, digits and , . - _ stay. Control characters, which HTML does not
 * allow even as references (HTML standard, 13.2.5.80), become U+FFFD.
 */
function escapeHtmlAttribute(text: string): string {
  return wellFormed(text).replace(/[^a-zA-Z0-9,.\-_]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    const isForbidden = (code < 0x20 && !/[\t\n\r]/.test(character)) || (code >= 0x7f && code <= 0x9f);
    if (isForbidden) return '&#xFFFD;';
    return namedEntities[character] ?? `&#x${hex(code, code < 0x100 ? 2 : 4)};`;
  });
}

/** For a value in a style sheet: everything but letters and digits as CSS writes code points, with the blank that ends it. */
function escapeCss(text: string): string {
  return wellFormed(text).replace(/[^a-zA-Z0-9]/gu, (character) => `\\${hex(character.codePointAt(0) as number, 1)} `);
}

/** Half a surrogate pair cannot be written in UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}
