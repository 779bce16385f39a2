/**
 * What the built-in filters, tests and functions take: `parameters` lists the names of the arguments in parentheses,
 * with `?` behind those that may be left out and `...` before one that takes all that follow. Functions of an
 * application have no list and get whatever the template gives them.
 */
type Described = { readonly parameters?: string };

/** Writes down the parameters of a built-in, so that a template that gives it others is refused. */
export function builtIn<T extends (...args: never[]) => unknown>(parameters: string, run: T): T {
  return Object.assign(run, { parameters });
}

/** How many arguments a built-in takes, and the list to show; undefined for functions of an application. */
export function parametersOf(run: unknown): { least: number; most: number; list: string } | undefined {
  const { parameters } = run as Described;
  if (typeof run !== 'function' || parameters === undefined) return undefined;
  const names = parameters === '' ? [] : parameters.split(' ');
  return {
    least: names.filter((name) => !name.endsWith('?') && !name.startsWith('...')).length,
    most: names.some((name) => name.startsWith('...')) ? Number.POSITIVE_INFINITY : names.length,
    list: `(${names.join(', ')})`,
  };
}

/** What is wrong with a number of arguments, or undefined when nothing is. `name` is shown, such as `filter "trim"`. */
export function arityProblem(name: string, run: unknown, count: number): string | undefined {
  const parameters = parametersOf(run);
  if (parameters === undefined || (count >= parameters.least && count <= parameters.most)) return undefined;
  return `${name} takes the arguments ${parameters.list}, not ${count} of them`.replace(
    'the arguments ()',
    'no arguments',
  );
}
