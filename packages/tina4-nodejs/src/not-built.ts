import { relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Tina4Error } from '@tina4/core';

const names = new Map<string, string>();

/** Something of Tina4 that can be imported but not used yet. */
// biome-ignore lint/suspicious/noExplicitAny: code written for Tina4 uses it as a class, a function or a value, and must link
export type NotBuilt = any;

/**
 * Stands in for a name that Tina4 has and this framework does not: importing it works, as does extending it, so that files that
 * only mention it are loaded. Calling or constructing it, and reading a static member, throws T4_NOT_BUILT with `what` it is.
 */
export function notBuilt(name: string, what: string): NotBuilt {
  names.set(name, what);
  const fail = (): never => {
    throw new Tina4Error('T4_NOT_BUILT', notBuiltText(name, what));
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

/** The one line that a name or a command gets that is not built. It ends with a page that lies in the installed package. */
export function notBuiltText(name: string, what: string): string {
  return `${name} (${what}) is not part of Tina4 for Node.js yet. What to use instead: ${notBuiltPage()}`;
}

/** The names that stand in for what is not built, with what each is. */
export function notBuiltNames(): ReadonlyMap<string, string> {
  return names;
}

/** Path of the page, from the working directory where it lies below that. */
function notBuiltPage(): string {
  const page = fileURLToPath(new URL('../docs/not-built.md', import.meta.url));
  const path = relative(process.cwd(), page);
  return path.startsWith('..') ? page : path;
}
