import { types } from 'node:util';
import type { SessionRecord } from './codec.js';

/** A value that JSON would drop, flatten or refuse: where it stands, and what it is. */
export interface Unstorable {
  /** The key of the session that it is under. */
  readonly key: string;
  /** From the session down: `cart[0].tags`. */
  readonly path: string;
  /** `a Map`, `a function`. */
  readonly kind: string;
}

/** What a look at the data found. */
export interface StorableReport {
  readonly unstorable: Unstorable | undefined;
  /** Paths of NaN and Infinity, which are stored as null. */
  readonly notFinite: readonly string[];
}

const CLEAN: StorableReport = Object.freeze({ unstorable: undefined, notFinite: Object.freeze([]) });

/**
 * Looks for what JSON cannot carry, at every depth. `toJSON` is used as JSON uses it. Data that JSON.stringify has taken has no
 * cycle, other data (`mayHaveCycles`) is walked with more care.
 */
export function inspectRecord(data: Readonly<SessionRecord>, mayHaveCycles = false): StorableReport {
  const walk = new Walk(mayHaveCycles);
  const found = walk.record(data);
  if (found === undefined && walk.notFinite === 0) return CLEAN;
  return {
    unstorable:
      found === undefined
        ? undefined
        : { key: String(found.steps.at(-1) ?? ''), path: pathOf(found.steps), kind: found.kind },
    notFinite: walk.notFinite === 0 ? [] : notFinitePaths(data),
  };
}

interface Found {
  readonly kind: string;
  /** From the value up. */
  readonly steps: (string | number | symbol)[];
}

/** One pass that allocates nothing as long as everything is plain. */
class Walk {
  notFinite = 0;
  readonly #ancestors: Set<object> | undefined;

  constructor(mayHaveCycles: boolean) {
    this.#ancestors = mayHaveCycles ? new Set() : undefined;
  }

  record(object: object): Found | undefined {
    if (this.#ancestors?.has(object)) return { kind: 'a cycle', steps: [] };
    this.#ancestors?.add(object);
    const found = Array.isArray(object) ? this.#list(object) : this.#keys(object as SessionRecord);
    this.#ancestors?.delete(object);
    return found;
  }

  #list(list: readonly unknown[]): Found | undefined {
    for (let index = 0; index < list.length; index++) {
      const value = list[index];
      if (typeof value === 'string') continue;
      const found = this.#value(value, index);
      if (found !== undefined) return at(found, index);
    }
    return undefined;
  }

  #keys(object: SessionRecord): Found | undefined {
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (typeof value === 'string') continue;
      const found = this.#value(value, key);
      if (found !== undefined) return at(found, key);
    }
    const symbols = Object.getOwnPropertySymbols(object);
    if (symbols.length > 0) {
      const symbol = symbols.find((each) => Object.prototype.propertyIsEnumerable.call(object, each));
      if (symbol !== undefined) return at({ kind: 'a value under a symbol', steps: [] }, symbol);
    }
    return undefined;
  }

  #value(value: unknown, key: string | number): Found | undefined {
    switch (typeof value) {
      case 'number':
        if (!Number.isFinite(value)) this.notFinite += 1;
        return undefined;
      case 'object':
        if (value === null) return undefined;
        return this.#object(value, key);
      case 'function':
        return hasToJson(value) ? this.#converted(value, key) : { kind: 'a function', steps: [] };
      case 'symbol':
        return { kind: 'a symbol', steps: [] };
      case 'bigint':
        return hasToJson(value) ? undefined : { kind: 'a BigInt', steps: [] };
      default:
        return undefined;
    }
  }

  #object(value: object, key: string | number): Found | undefined {
    if (ArrayBuffer.isView(value)) return { kind: nameOf(value), steps: [] };
    if (hasToJson(value)) return types.isDate(value) ? undefined : this.#converted(value, key);
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) {
      const kind = kindOfUnstorable(value);
      if (kind !== undefined) return { kind, steps: [] };
    }
    return this.record(value);
  }

  #converted(value: { toJSON(key: string): unknown }, key: string | number): Found | undefined {
    const converted = value.toJSON(String(key));
    return converted === value ? this.record(value) : this.#value(converted, key);
  }
}

/** The kind of an object of some class whose content JSON does not see; undefined for data, whatever class it is of. */
function kindOfUnstorable(value: object): string | undefined {
  const { then, pipe, getReader } = value as Record<string, unknown>;
  if (typeof then === 'function') return 'a promise (is an await missing?)';
  if (value instanceof Error || types.isNativeError(value)) return 'an Error';
  if (typeof pipe === 'function' || typeof getReader === 'function') return 'a stream';
  if (types.isMap(value) || types.isSet(value) || types.isWeakMap(value) || types.isWeakSet(value))
    return nameOf(value);
  if (types.isRegExp(value) || types.isAnyArrayBuffer(value)) return nameOf(value);
  if (types.isBoxedPrimitive(value) || types.isDate(value) || Array.isArray(value)) return undefined;
  // What the platform names (Blob, Headers, URLSearchParams, WeakRef, iterators) keeps its content where JSON finds nothing.
  const isNamed = Object.prototype.toString.call(value) !== '[object Object]';
  return isNamed && Object.keys(value).length === 0 ? nameOf(value) : undefined;
}

function hasToJson<T>(value: T): value is T & { toJSON(key: string): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

function nameOf(value: object): string {
  return `a value of type ${value.constructor?.name || Object.prototype.toString.call(value).slice(8, -1)}`;
}

function at(found: Found, step: string | number | symbol): Found {
  found.steps.push(step);
  return found;
}

/** `cart[0].tags`, from steps that lead up. */
function pathOf(steps: Found['steps']): string {
  let path = '';
  for (const step of steps.toReversed()) {
    if (typeof step === 'symbol') path += `[${String(step)}]`;
    else if (typeof step === 'number') path += `[${step}]`;
    else if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step)) path += `[${JSON.stringify(step)}]`;
    else path += path === '' ? step : `.${step}`;
  }
  return path;
}

/** At most ten. */
function notFinitePaths(data: Readonly<SessionRecord>): string[] {
  const paths: string[] = [];
  const visit = (value: unknown, steps: Found['steps']): void => {
    if (paths.length === 10) return;
    if (typeof value === 'number' && !Number.isFinite(value)) paths.push(pathOf(steps.toReversed()));
    if (typeof value !== 'object' || value === null || hasToJson(value)) return;
    const isList = Array.isArray(value);
    for (const [key, each] of Object.entries(value)) visit(each, [...steps, isList ? Number(key) : key]);
  };
  visit(data, []);
  return paths;
}
