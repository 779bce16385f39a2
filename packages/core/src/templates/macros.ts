import { Scope } from './render-scope.js';
import { type SafePlace, SafeText } from './safe-text.js';

/** Arguments that a template gives by name: `input("n", type="text")`. Only macros know the names of theirs. */
export class NamedArguments {
  readonly values: Readonly<Record<string, unknown>>;

  constructor(values: Record<string, unknown>) {
    this.values = values;
  }
}

/** A macro's compiled body: sets its parameters in `frame` and returns its text. */
type MacroBody = (frame: Scope, isInScript: boolean, args: readonly unknown[]) => string;

const render = Symbol('render');
type Macro = { readonly [render]?: (isInScript: boolean, args: readonly unknown[]) => SafeText };

/**
 * Makes the function that a template calls. Arguments that are missing are undefined; those that are too many are the
 * list `varargs`, as in Twig. `outer` is given for the body of `{% call %}`, which sees the variables around it; a macro does
 * not.
 */
export function makeMacro(
  name: string,
  parameters: readonly string[],
  safeIn: SafePlace,
  body: MacroBody,
  outer?: Scope,
): (...args: unknown[]) => SafeText {
  const run = (isInScript: boolean, args: readonly unknown[]): SafeText => {
    const scope = outer === undefined ? new Scope(undefined, true) : outer.push(true);
    const named = args.at(-1);
    const values = named instanceof NamedArguments ? args.slice(0, -1) : [...args];
    if (named instanceof NamedArguments) takeNamed(name, parameters, values, named.values, scope);
    if (values.length > parameters.length) scope.set('varargs', values.slice(parameters.length));
    return new SafeText(body(scope, isInScript, values), safeIn);
  };
  return Object.assign((...args: unknown[]) => run(false, args), { [render]: run });
}

/**
 * Calls a function of the page, or a macro in the place where it is called. Throws a TypeError for what cannot be
 * called.
 */
export function call(callee: unknown, name: string, args: readonly unknown[], isInScript: boolean): unknown {
  if (typeof callee !== 'function') throw new TypeError(`"${name}" is not a function here, so it cannot be called`);
  const macro = (callee as Macro)[render];
  if (macro !== undefined) return macro(isInScript, args);
  return callee(...positional(name, args));
}

/** What the method `name` of an object is to be called with, or undefined when it is a macro, which is called here. */
export function macroOf(method: unknown): ((isInScript: boolean, args: readonly unknown[]) => SafeText) | undefined {
  return typeof method === 'function' ? (method as Macro)[render] : undefined;
}

/** The arguments of a function that is not a macro. Throws a TypeError when some have names. */
export function positional(name: string, args: readonly unknown[]): readonly unknown[] {
  if (!(args.at(-1) instanceof NamedArguments)) return args;
  throw new TypeError(`"${name}" takes its arguments by position; only macros know their names`);
}

function takeNamed(
  macro: string,
  parameters: readonly string[],
  values: unknown[],
  named: Readonly<Record<string, unknown>>,
  scope: Scope,
): void {
  for (const [name, value] of Object.entries(named)) {
    const index = parameters.indexOf(name);
    if (index === -1 && name === 'caller') scope.set(name, value);
    else if (index === -1) throw new TypeError(`the macro "${macro}" has no parameter "${name}"`);
    else if (index in values) throw new TypeError(`the macro "${macro}" is given "${name}" twice`);
    else values[index] = value;
  }
}
