import { escapeHtml } from '../escape-html.js';
import { htmlOf, isSafeHtml, safeHtml, textOf } from './safe-html.js';
import type { TemplateFilter } from './template-runtime.js';

/** Filters that make text out of text. What is not text is turned into it first; undefined and null count as empty. */
export const textFilters: Record<string, TemplateFilter> = {
  upper: (value) => textOf(value).toUpperCase(),
  lower: (value) => textOf(value).toLowerCase(),
  capitalize: (value) => capitalized(textOf(value)),
  title: (value) => textOf(value).replace(/[\p{L}\p{N}'’]+/gu, capitalized),
  trim: (value, characters?: string) => keepSafe(value, trimStart(trimEnd(textOf(value), characters), characters)),
  ltrim: (value, characters?: string) => keepSafe(value, trimStart(textOf(value), characters)),
  rtrim: (value, characters?: string) => keepSafe(value, trimEnd(textOf(value), characters)),
  striptags: (value) => textOf(value).replace(/<!--[\s\S]*?-->|<\/?[a-z][^>]*>/gi, ''),
  slug: (value) => slug(textOf(value)),
  wordwrap: (value, width = 75, lineBreak = '\n') => wordwrap(textOf(value), width, lineBreak),
  truncate: (value, length = 255, ending = '...') => truncate(textOf(value), length, ending),
  nl2br: (value) => safeHtml(htmlOf(value).replace(/\r\n|\n|\r/g, '<br>\n')),
  replace: (value, from, to = '') => replaceAll(textOf(value), from, textOf(to)),
  split: (value, separator = '', limit?: number) => split(textOf(value), textOf(separator), limit),
  format: (value, ...args) => formatText(textOf(value), args),
  string: (value) => (isSafeHtml(value) ? value : textOf(value)),
  escape: (value) => safeHtml(htmlOf(value)),
  e: (value) => safeHtml(htmlOf(value)),
  raw: (value) => safeHtml(textOf(value)),
  safe: (value) => safeHtml(textOf(value)),
};

/** Shows a value for debugging, as an escaped `<pre>`. */
export function dumpHtml(values: readonly unknown[], show: (value: unknown) => string): unknown {
  return safeHtml(values.map((value) => `<pre>${escapeHtml(show(value))}</pre>`).join(''));
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

/** Cutting spaces off HTML that is safe leaves it safe; every other change gives plain text. */
function keepSafe(value: unknown, text: string): unknown {
  return isSafeHtml(value) ? safeHtml(text) : text;
}

function trimStart(text: string, characters: string | undefined): string {
  if (characters === undefined) return text.trimStart();
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start += 1;
  return text.slice(start);
}

function trimEnd(text: string, characters: string | undefined): string {
  if (characters === undefined) return text.trimEnd();
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function slug(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return (words ?? []).join('-');
}

function wordwrap(text: string, width: number, lineBreak: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(lineBreak);
}

/** `length` characters and then the ending, which comes on top. Never cuts a character of two units in half. */
function truncate(text: string, length: number, ending: string): string {
  if (text.length <= length) return text;
  const characters = Array.from(text.slice(0, length + 2));
  return characters.slice(0, length).join('').trimEnd() + ending;
}

function replaceAll(text: string, from: unknown, to: string): string {
  if (typeof from !== 'object' || from === null || isSafeHtml(from)) return text.replaceAll(textOf(from), () => to);
  return Object.entries(from).reduce((result, [search, put]) => result.replaceAll(search, () => textOf(put)), text);
}

/** With a limit the last part keeps the rest of the text. */
function split(text: string, separator: string, limit: number | undefined): string[] {
  const parts = text.split(separator);
  if (limit === undefined || limit < 1 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

/** The forms of printf that templates use: %s %d %f %.2f %05d %x %%. */
function formatText(pattern: string, args: readonly unknown[]): string {
  let next = 0;
  return pattern.replace(/%(?:%|(0?)(\d*)(?:\.(\d+))?([sdfx]))/g, (whole, zero, width, precision, kind) => {
    if (whole === '%%') return '%';
    const text = formatOne(kind, args[next], precision);
    next += 1;
    return text.padStart(Math.min(Number(width || 0), 1000), zero === '0' ? '0' : ' ');
  });
}

function formatOne(kind: string, value: unknown, precision: string | undefined): string {
  if (kind === 's') return textOf(value);
  if (kind === 'd') return String(Math.trunc(Number(value)) || 0);
  if (kind === 'x') return (Math.trunc(Number(value)) || 0).toString(16);
  return (Number(value) || 0).toFixed(Math.min(Number(precision ?? 6), 100));
}
