import { escapeHtml } from '../escape-html.js';
import { builtIn } from './built-in.js';
import { escapeFor } from './escape-strategies.js';
import { choiceArgument, numberArgument, textArgument } from './filter-arguments.js';
import { formatText } from './printf.js';
import { htmlOf, safeHtml, textOf } from './safe-html.js';
import { SafeText } from './safe-text.js';
import { removeSpacesBetweenTags } from './spaces-between-tags.js';
import { stripTags } from './strip-tags.js';
import type { TemplateFilter } from './template-runtime.js';

/** A strategy that is given and turns out to be undefined is a mistake, and no wish for HTML. */
const escapeFilter: TemplateFilter = builtIn('strategy?', (value: unknown, ...given: unknown[]) =>
  escapeFor(value, given.length === 0 ? 'html' : given[0]),
);
/** Vouched for by the template's author, whatever it is. */
const raw: TemplateFilter = builtIn('', (value: unknown) => new SafeText(textOf(value), 'all'));

/** Filters that make text out of text. What is not text is turned into it first; undefined and null count as empty. */
export const textFilters: Record<string, TemplateFilter> = {
  upper: builtIn('', (value: unknown) => textOf(value).toUpperCase()),
  lower: builtIn('', (value: unknown) => textOf(value).toLowerCase()),
  capitalize: builtIn('', (value: unknown) => capitalized(textOf(value))),
  title: builtIn('', (value: unknown) => textOf(value).replace(/[\p{L}\p{N}'’]+/gu, capitalized)),
  trim: builtIn('characters? side?', (value: unknown, characters?: unknown, side?: unknown) =>
    trimmed(value, characters, choiceArgument('the side of trim', side, ['both', 'left', 'right'])),
  ),
  ltrim: builtIn('characters?', (value: unknown, characters?: unknown) => trimmed(value, characters, 'left')),
  rtrim: builtIn('characters?', (value: unknown, characters?: unknown) => trimmed(value, characters, 'right')),
  striptags: builtIn('allowed?', (value: unknown, allowed?: unknown) => stripTags(textOf(value), tagNames(allowed))),
  slug: builtIn('', (value: unknown) => slug(textOf(value))),
  wordwrap: builtIn('width? break?', (value: unknown, width?: unknown, lineBreak?: unknown) =>
    wordwrap(
      textOf(value),
      numberArgument('the width of wordwrap', width, 75, { least: 1 }),
      textArgument('the break of wordwrap', lineBreak, '\n'),
    ),
  ),
  truncate: builtIn('length? ending?', (value: unknown, length?: unknown, ending?: unknown) =>
    truncate(
      textOf(value),
      numberArgument('the length of truncate', length, 255, { least: 0 }),
      textArgument('the ending of truncate', ending, '...'),
    ),
  ),
  nl2br: builtIn('', (value: unknown) => safeHtml(htmlOf(value).replace(/\r\n|\n|\r/g, '<br>\n'))),
  spaceless: builtIn('', (value: unknown) => safeHtml(removeSpacesBetweenTags(htmlOf(value)))),
  replace: builtIn('from to?', (value: unknown, from: unknown, to?: unknown) => replaceAll(textOf(value), from, to)),
  split: builtIn('separator? limit?', (value: unknown, separator?: unknown, limit?: unknown) =>
    split(
      textOf(value),
      textArgument('the separator of split', separator, ''),
      numberArgument('the limit of split', limit, Number.POSITIVE_INFINITY),
    ),
  ),
  format: builtIn('...values', (value: unknown, ...values: unknown[]) => formatText(textOf(value), values)),
  string: builtIn('', (value: unknown) => (value instanceof SafeText ? value : textOf(value))),
  escape: escapeFilter,
  e: escapeFilter,
  raw,
  safe: raw,
};

/** Shows a value for debugging, as an escaped `<pre>`. */
export function dumpHtml(values: readonly unknown[], show: (value: unknown) => string): unknown {
  return safeHtml(values.map((value) => `<pre>${escapeHtml(show(value))}</pre>`).join(''));
}

function capitalized(word: string): string {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
  return word === '' ? '' : first.toUpperCase() + word.slice(first.length).toLowerCase();
}

/** Cutting spaces off HTML that is safe leaves it safe; of other notations it could leave half an escape. */
function trimmed(value: unknown, characters: unknown, side: 'both' | 'left' | 'right'): unknown {
  const set = characters === undefined || characters === null ? undefined : textArgument('trim', characters, '');
  let text = textOf(value);
  if (side !== 'right') text = trimStart(text, set);
  if (side !== 'left') text = trimEnd(text, set);
  const isHtml = value instanceof SafeText && (value.safeIn === 'html' || value.safeIn === 'all');
  return isHtml ? new SafeText(text, value.safeIn) : text;
}

function trimStart(text: string, characters: string | undefined): string {
  if (characters === undefined) return text.trimStart();
  const set = new Set(characters);
  let start = 0;
  for (const character of text) {
    if (!set.has(character)) break;
    start += character.length;
  }
  return text.slice(start);
}

function trimEnd(text: string, characters: string | undefined): string {
  if (characters === undefined) return text.trimEnd();
  const set = new Set(characters);
  let end = text.length;
  while (end > 0) {
    const isPair = end > 1 && (text.codePointAt(end - 2) as number) > 0xffff;
    const start = end - (isPair ? 2 : 1);
    if (!set.has(text.slice(start, end))) break;
    end = start;
  }
  return text.slice(0, end);
}

/** The tags that striptags keeps, as PHP lists them: `<b><i>`. */
function tagNames(allowed: unknown): ReadonlySet<string> {
  const list = textArgument('what striptags keeps', allowed, '').toLowerCase();
  const names = [...list.matchAll(/<([a-z][a-z0-9-]{0,40})>/g)].map(([, name]) => name as string);
  if (names.reduce((length, name) => length + name.length + 2, 0) === list.replace(/\s/g, '').length) {
    return new Set(names);
  }
  throw new RangeError(`what striptags keeps must be a list of tags such as "<b><i>", not ${JSON.stringify(list)}`);
}

function slug(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return (words ?? []).join('-');
}

/** Words are kept whole; a line holds `width` characters, or one word that is longer. */
function wordwrap(text: string, width: number, lineBreak: string): string {
  const lines: string[][] = [[]];
  let length = 0;
  for (const word of text.split(' ')) {
    const size = Array.from(word).length;
    const line = lines.at(-1) as string[];
    if (line.length > 0 && length + 1 + size > width) {
      lines.push([word]);
      length = size;
    } else {
      length += size + (line.length > 0 ? 1 : 0);
      line.push(word);
    }
  }
  return lines.map((line) => line.join(' ')).join(lineBreak);
}

/** `length` characters and then the ending, which comes on top. Never cuts a character of two units in half. */
function truncate(text: string, length: number, ending: string): string {
  if (text.length <= length) return text;
  let end = 0;
  let count = 0;
  for (const character of text) {
    if (count >= length) return text.slice(0, end).trimEnd() + ending;
    end += character.length;
    count += 1;
  }
  return text;
}

/**
 * One text by another, or by a map all its names at once: the longest name goes first, and what was put in is not
 * looked through again. Empty text is never found.
 */
function replaceAll(text: string, from: unknown, to: unknown): string {
  if (typeof from !== 'object' || from === null || from instanceof SafeText) {
    const search = textArgument('what replace looks for', from, '');
    return search === '' ? text : text.replaceAll(search, () => textArgument('what replace puts in', to, ''));
  }
  if (to !== undefined) throw new TypeError('replace takes either a map or two texts');
  const puts = new Map(Object.entries(from).filter(([search]) => search !== ''));
  if (puts.size === 0) return text;
  const searches = [...puts.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(searches.map((search) => search.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g');
  return text.replace(pattern, (search) => textOf(puts.get(search)));
}

/**
 * With a limit the last part keeps the rest of the text; a negative one leaves so many parts off the end. Without a
 * separator the parts are characters, or pieces of `limit` characters.
 */
function split(text: string, separator: string, limit: number): string[] {
  if (separator === '') {
    const characters = Array.from(text);
    const size = Number.isFinite(limit) ? Math.max(Math.trunc(limit), 1) : 1;
    if (size === 1) return characters;
    const pieces: string[] = [];
    for (let at = 0; at < characters.length; at += size) pieces.push(characters.slice(at, at + size).join(''));
    return pieces;
  }
  const parts = text.split(separator);
  if (limit < 0) return parts.slice(0, limit);
  const most = Math.max(limit, 1);
  return parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)];
}
