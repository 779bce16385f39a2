import { builtIn } from './built-in.js';
import { numberArgument, textArgument } from './filter-arguments.js';
import { readPath } from './member-access.js';
import { compare, isTrue, keysOf, listOf } from './operators.js';
import { textOf } from './safe-html.js';
import { SafeText } from './safe-text.js';
import type { TemplateFilter } from './template-runtime.js';
import { isEmpty } from './tests.js';

/** A row longer than this is a mistake, or somebody's attempt to fill the memory. */
const longestRow = 100_000;

/** Filters for arrays and objects. None changes the value it gets: what it returns is a copy. */
export function listFilters(random: () => number): Record<string, TemplateFilter> {
  const column: TemplateFilter = builtIn('path', (value: unknown, path: unknown) => {
    const checked = pathArgument('map', path);
    return listOf(value).map((item) => readPath(item, checked));
  });
  return {
    length: builtIn('', (value: unknown) => (isText(value) ? itemsOf(value) : listOf(value)).length),
    first: builtIn('', (value: unknown) => itemsOf(value)[0]),
    last: builtIn('', (value: unknown) => itemsOf(value).at(-1)),
    join: builtIn('separator? last?', (value: unknown, separator?: unknown, last?: unknown) =>
      join(listOf(value).map(textOf), textArgument('the separator of join', separator, ''), last),
    ),
    reverse: builtIn('', (value: unknown) =>
      isText(value) ? itemsOf(value).reverse().join('') : [...listOf(value)].reverse(),
    ),
    sort: builtIn('path?', (value: unknown, path?: unknown) =>
      sorted(listOf(value), path === undefined ? undefined : pathArgument('sort', path)),
    ),
    default: builtIn('value?', (value: unknown, fallback: unknown = '') => (isEmpty(value) ? fallback : value)),
    shuffle: builtIn('', (value: unknown) => shuffled(listOf(value), random)),
    unique: builtIn('', (value: unknown) => [...new Set(listOf(value))]),
    filter: builtIn('path? value?', (value: unknown, path?: unknown, ...wanted: unknown[]) =>
      filtered(listOf(value), path === undefined ? undefined : pathArgument('filter', path), wanted),
    ),
    map: column,
    column,
    batch: builtIn('size fill?', (value: unknown, size: unknown, fill?: unknown) => batches(listOf(value), size, fill)),
    slice: builtIn('start length?', (value: unknown, start: unknown, length?: unknown) =>
      slice(
        value,
        Math.trunc(numberArgument('the start of slice', start, 0)),
        length === undefined || length === null
          ? undefined
          : Math.trunc(numberArgument('the length of slice', length, 0)),
      ),
    ),
    keys: builtIn('', (value: unknown) => [...keysOf(value)]),
    values: builtIn('', (value: unknown) => [...listOf(value)]),
    merge: builtIn('other', (value: unknown, other: unknown) => merged(value, other)),
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || value instanceof SafeText;
}

/** Characters of text, or the values of anything else. */
function itemsOf(value: unknown): unknown[] {
  return isText(value) ? Array.from(textOf(value)) : [...listOf(value)];
}

function pathArgument(filter: string, path: unknown): string | number {
  return typeof path === 'number' ? path : textArgument(`the name that ${filter} reads`, path, '');
}

/** Twig's second argument stands before the last item: `a, b and c`. */
function join(items: readonly string[], separator: string, last: unknown): string {
  if (items.length < 2) return items.join('');
  const and = textArgument('the last separator of join', last, separator);
  return items.slice(0, -1).join(separator) + and + items.at(-1);
}

/** Lists are put one behind the other; of objects the other one's entries win. Nothing counts as empty. */
function merged(value: unknown, other: unknown): unknown {
  for (const side of [value, other]) {
    const isAbsent = side === undefined || side === null;
    if (!isAbsent && (typeof side !== 'object' || side instanceof SafeText)) {
      throw new TypeError(`merge joins lists or objects, not ${typeof side === 'object' ? 'text' : typeof side}`);
    }
  }
  return Array.isArray(value) ? [...value, ...listOf(other)] : { ...(value as object), ...(other as object) };
}

function sorted(items: readonly unknown[], path: string | number | undefined): unknown[] {
  const keyOf = (item: unknown) => (path === undefined ? item : readPath(item, path));
  return [...items].sort((a, b) => compare(keyOf(a), keyOf(b)));
}

function shuffled(items: readonly unknown[], random: () => number): unknown[] {
  const result = [...items];
  for (let end = result.length - 1; end > 0; end -= 1) {
    const other = Math.floor(random() * (end + 1));
    [result[end], result[other]] = [result[other], result[end]];
  }
  return result;
}

/** Without a path keeps what is true; with a path what has a true (or the wanted) value there. */
function filtered(items: readonly unknown[], path: string | number | undefined, wanted: unknown[]): unknown[] {
  if (path === undefined) return items.filter(isTrue);
  return items.filter((item) => {
    const value = readPath(item, path);
    return wanted.length === 0 ? isTrue(value) : value === wanted[0];
  });
}

function batches(items: readonly unknown[], size: unknown, fill: unknown): unknown[][] {
  const width = Math.trunc(Number(size));
  if (!(width >= 1)) throw new RangeError(`batch(${textOf(size)}) needs a number of at least 1`);
  if (fill !== undefined && width > longestRow)
    throw new RangeError(`batch fills at most ${longestRow} places of a row`);
  const rows: unknown[][] = [];
  for (let start = 0; start < items.length; start += width) rows.push(items.slice(start, start + width));
  const last = rows.at(-1);
  while (fill !== undefined && last !== undefined && last.length < width) last.push(fill);
  return rows;
}

/** Twig's slice: where to begin (from the end when negative) and how many; a negative length leaves so many off. */
function slice(value: unknown, start: number, length: number | undefined): unknown {
  const items = itemsOf(value);
  const begin = start < 0 ? Math.max(items.length + start, 0) : start;
  const end = length === undefined || length < 0 ? length : begin + length;
  const part = items.slice(begin, end);
  return isText(value) ? part.join('') : part;
}
