import { readPath } from './member-access.js';
import { isSafeHtml, textOf } from './safe-html.js';
import { isTrue, listOf, type TemplateFilter } from './template-runtime.js';
import { isEmpty } from './tests.js';

/** Filters for arrays and objects. None changes the value it gets: what it returns is a copy. */
export function listFilters(random: () => number): Record<string, TemplateFilter> {
  return {
    length: (value) => lengthOf(value),
    first: (value) => itemsOf(value)[0],
    last: (value) => itemsOf(value).at(-1),
    join: (value, separator = '') => listOf(value).map(textOf).join(textOf(separator)),
    reverse: (value) => (isText(value) ? itemsOf(value).reverse().join('') : [...listOf(value)].reverse()),
    sort: (value, path?: string) => sorted(listOf(value), path),
    default: (value, fallback = '') => (isEmpty(value) ? fallback : value),
    shuffle: (value) => shuffled(listOf(value), random),
    unique: (value) => [...new Set(listOf(value))],
    filter: (value, path?: string, ...wanted: unknown[]) => filtered(listOf(value), path, wanted),
    map: (value, path) => listOf(value).map((item) => readPath(item, path)),
    column: (value, path) => listOf(value).map((item) => readPath(item, path)),
    batch: (value, size, fill?: unknown) => batches(listOf(value), size, fill),
    slice: (value, start, length?: number) => slice(value, start, length),
    keys: (value) => (value instanceof Map ? [...value.keys()] : Object.keys(value ?? {})),
    values: (value) => [...listOf(value)],
    merge: (value, other) =>
      Array.isArray(value) ? [...value, ...listOf(other)] : { ...value, ...(typeof other === 'object' ? other : {}) },
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || isSafeHtml(value);
}

/** Characters of text, or the values of anything else. */
function itemsOf(value: unknown): unknown[] {
  return isText(value) ? Array.from(textOf(value)) : [...listOf(value)];
}

function lengthOf(value: unknown): number {
  return isText(value) ? textOf(value).length : listOf(value).length;
}

function sorted(items: readonly unknown[], path: string | undefined): unknown[] {
  const keyOf = (item: unknown) => (path === undefined ? item : readPath(item, path));
  return [...items].sort((a, b) => compare(keyOf(a), keyOf(b)));
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  return (a as number) < (b as number) ? -1 : Number((a as number) > (b as number));
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
function filtered(items: readonly unknown[], path: string | undefined, wanted: unknown[]): unknown[] {
  if (path === undefined) return items.filter(isTrue);
  return items.filter((item) => {
    const value = readPath(item, path);
    return wanted.length === 0 ? isTrue(value) : value === wanted[0];
  });
}

function batches(items: readonly unknown[], size: unknown, fill: unknown): unknown[][] {
  const width = Math.trunc(Number(size));
  if (!(width >= 1)) throw new RangeError(`batch(${textOf(size)}) needs a number of at least 1`);
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
