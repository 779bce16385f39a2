import { macroOf, positional } from './macros.js';

/**
 * Names that lead from a value to the language behind it: whoever reaches `constructor` of a function can run any
 * code. A template may only use them where the data itself has an entry of that name.
 */
const languageNames = new Set([
  'constructor',
  'prototype',
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
  'arguments',
  'callee',
  'caller',
]);

/**
 * `a.b` and `a["b"]` of a template. Nothing is found on undefined and null, without an error; a method found by its
 * name is called without arguments, as Twig does.
 */
export function readMember(object: unknown, key: unknown): unknown {
  if (object === undefined || object === null) return undefined;
  // A key that is an object turns into text only once, here, so that it cannot change its mind after the check.
  const name = typeof key === 'number' ? key : String(key);
  if (languageNames.has(name as string) && !isOwnData(object, name as string)) return undefined;
  const value = (object as Record<string | number, unknown>)[name];
  return typeof value === 'function' ? value.call(object) : value;
}

/**
 * `a.b(x, y)` of a template; `isInScript` tells a macro where it prints. Throws when there is no such method, which the
 * caller reports with the line.
 */
export function callMember(object: unknown, key: unknown, args: readonly unknown[], isInScript: boolean): unknown {
  const name = String(key);
  const isAllowed = object !== undefined && object !== null && !languageNames.has(name);
  const method = isAllowed ? (object as Record<string, unknown>)[name] : undefined;
  if (typeof method !== 'function') throw new TypeError(`"${name}" is not a method here, so it cannot be called`);
  const macro = macroOf(method);
  return macro === undefined ? method.apply(object, positional(name, args)) : macro(isInScript, args);
}

/** A value by a path such as `address.city`, for filters that take the name of a property. */
export function readPath(object: unknown, path: unknown): unknown {
  if (typeof path === 'number') return readMember(object, path);
  return String(path)
    .split('.')
    .reduce((value: unknown, name) => readMember(value, name), object);
}

function isOwnData(object: unknown, name: string): boolean {
  return (
    typeof object === 'object' && Object.hasOwn(object as object, name) && !isFunctionMember(object as object, name)
  );
}

function isFunctionMember(object: object, name: string): boolean {
  return typeof (object as Record<string, unknown>)[name] === 'function';
}
