import { kindOf, notData, tagOf } from './not-data.js';

/** Of these JSON shows all there is; an object without fields of any other kind has lost what it holds. */
const SHOWN_WHOLE = new Set(['Object', 'Array', 'String', 'Number', 'Boolean', 'Arguments']);

/**
 * Data as JSON, for the answer of `route`; undefined becomes null. Throws HttpError 500 T4_ANSWER_NOT_DATA, naming the key, for
 * what JSON cannot carry: a BigInt, a cycle, and what would arrive as `{}` although it holds something (a Promise that was not
 * awaited, a Map, a Set, an Error). Fields that are functions or symbols are left out, as JSON does.
 */
export function jsonText(data: unknown, route: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (error) {
    refuseLost(data, route);
    if (!(error instanceof TypeError) || !error.message.includes('circular')) throw error;
    throw notData(route, `answers with an object that holds itself. ${error.message}`, error);
  }
  if (text === undefined) {
    if (typeof data === 'function' || typeof data === 'symbol') throw notData(route, adviceFor(data, ''));
    return 'null';
  }
  // Whatever JSON cannot show of an object shows as this. Text with it in is looked at for nothing, which costs time only.
  if (text.includes('{}')) refuseLost(data, route);
  return text;
}

function refuseLost(data: unknown, route: string): void {
  const places = new Map<object, { readonly holder: object; readonly key: string }>();
  const look = function (this: object, key: string, value: unknown): unknown {
    if (isLost(value)) throw notData(route, adviceFor(value, pathTo(this, key, places)));
    if (typeof value === 'object' && value !== null) places.set(value, { holder: this, key });
    return value;
  };
  try {
    JSON.stringify(data, look);
  } catch (error) {
    // A cycle, or a toJSON that fails: the caller has met it already.
    if (error instanceof Error && 'code' in error && error.code === 'T4_ANSWER_NOT_DATA') throw error;
  }
}

function isLost(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  if (Array.isArray(value) || Object.keys(value).length > 0) return false;
  return !SHOWN_WHOLE.has(tagOf(value));
}

function pathTo(
  holder: object,
  key: string,
  places: ReadonlyMap<object, { readonly holder: object; readonly key: string }>,
): string {
  const place = places.get(holder);
  const before = place === undefined ? '' : pathTo(place.holder, place.key, places);
  if (Array.isArray(holder)) return `${before}[${key}]`;
  return before === '' ? key : `${before}.${key}`;
}

function adviceFor(value: unknown, path: string): string {
  const where = path === '' ? '' : ` at "${path}"`;
  const isPromise = typeof value === 'object' && value !== null && tagOf(value) === 'Promise';
  const advice = isPromise ? 'Await it first.' : 'Turn it into plain data first.';
  return `answers with ${kindOf(value)}${where}, which JSON cannot carry. ${advice}`;
}
