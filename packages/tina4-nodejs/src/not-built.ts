import { Tina4Error } from '@tina4/core';

const names = new Set<string>();

/** Something of Tina4 that can be imported but not used yet. */
// biome-ignore lint/suspicious/noExplicitAny: code written for Tina4 uses it as a class, a function or a value, and must link
export type NotBuilt = any;

/**
 * Stands in for a name that Tina4 has and this framework does not: importing it works, as does extending it, so that files that
 * only mention it are loaded. Calling or constructing it, and reading a static member, throws T4_NOT_BUILT with `what` it is.
 */
export function notBuilt(name: string, what: string): NotBuilt {
  names.add(name);
  const fail = (): never => {
    const message = `${name} (${what}) is not part of Tina4 for Node.js yet. docs/compatibility.md says what is.`;
    throw new Tina4Error('T4_NOT_BUILT', message);
  };
  const target = class {};
  Object.defineProperty(target, 'name', { value: name });
  return new Proxy(target, {
    apply: fail,
    construct: fail,
    // What every function has is left alone: `extends` reads `prototype`, loggers read `name`, `await` looks for `then`.
    get: (_target, key) =>
      typeof key === 'symbol' || key === 'then' || key in target ? Reflect.get(target, key) : fail(),
  });
}

/** The names that stand in for what is not built. */
export function notBuiltNames(): readonly string[] {
  return [...names];
}
