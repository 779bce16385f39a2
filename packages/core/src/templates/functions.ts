import { arityProblem, builtIn } from './built-in.js';
import { numberArgument } from './filter-arguments.js';
import { dumpFunction } from './filters.js';
import { compare, listOf, range } from './operators.js';
import { textOf } from './safe-html.js';

/** A function that templates call by its name. */
export type TemplateFunction = (...args: unknown[]) => unknown;

/**
 * The functions that every template has. They are found only where they are called, so that `{{ max }}` is the page's
 * own variable, and only where neither the page nor the application has something of that name. A call with a wrong number
 * of arguments throws.
 */
export function builtInFunctions(options: {
  isDebug: boolean;
  random: () => number;
}): Record<string, TemplateFunction> {
  const functions: Record<string, TemplateFunction> = {
    range: builtIn('from to step?', range),
    random: builtIn('of? to?', (of: unknown, to: unknown) => pick(options.random, of, to)),
    min: builtIn('...values', (...values: unknown[]) => extreme('min', values, -1)),
    max: builtIn('...values', (...values: unknown[]) => extreme('max', values, 1)),
    cycle: builtIn('values position', cycle),
    dump: builtIn('...values', dumpFunction(options.isDebug)),
  };
  for (const [name, run] of Object.entries(functions)) functions[name] = checked(name, run);
  return Object.assign(Object.create(null), functions);
}

function checked(name: string, run: TemplateFunction): TemplateFunction {
  return (...args) => {
    const problem = arityProblem(`${name}()`, run, args.length);
    if (problem !== undefined) throw new TypeError(problem);
    return run(...args);
  };
}

/** Twig's random(): one entry of a list, one character, a whole number from 0 to `of` or from `of` to `to`. */
function pick(random: () => number, of: unknown, to: unknown): unknown {
  if (to === undefined && (Array.isArray(of) || typeof of === 'string')) {
    const items = Array.from(of as Iterable<unknown>);
    return items[Math.floor(random() * items.length)];
  }
  const first = numberArgument('what random() picks from', of, 2_147_483_647);
  const [low, high] = to === undefined ? [0, first] : [first, numberArgument('the end of random()', to, first)];
  return Math.trunc(low) + Math.floor(random() * (Math.trunc(high) - Math.trunc(low) + 1));
}

/** The smallest or greatest of several values, or of one list or object. */
function extreme(name: string, values: readonly unknown[], sign: 1 | -1): unknown {
  const [only] = values;
  const isList = values.length === 1 && typeof only === 'object' && only !== null;
  const items = isList ? listOf(only) : values;
  if (items.length === 0) throw new RangeError(`${name}() has nothing to choose from`);
  return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
}

/** One entry of a list after the other, from its beginning again after the last: for rows that take turns. */
function cycle(values: unknown, position: unknown): unknown {
  const items = listOf(values);
  if (items.length === 0) throw new RangeError(`cycle() needs a list that is not empty, not "${textOf(values)}"`);
  const index = Math.trunc(numberArgument('the position of cycle()', position, 0));
  return items[((index % items.length) + items.length) % items.length];
}
