import { type Parsed, parseValue } from './parse-value.js';
import type { SpecificBackend, Variable } from './variable-types.js';

/** The environment as plain data, `process.env` or a copy with the lines of `.env` in it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The name that decides a setting and the text it holds, trimmed. */
export interface SetVariable {
  readonly name: string;
  readonly text: string;
}

/**
 * All names of a setting in the order in which they count: names of the chosen session backend, the setting's own name,
 * its aliases, and names that only help out.
 */
export function namesOf(variable: Variable, backend?: string): readonly string[] {
  return [
    ...(variable.specific?.[backend as SpecificBackend] ?? []),
    variable.name,
    ...(variable.aliases ?? []),
    ...(variable.fallback?.[backend as SpecificBackend] ?? []),
  ];
}

/** The name that is really set, or undefined. Empty text counts as unset. */
export function findSet(env: Environment, variable: Variable, backend?: string): SetVariable | undefined {
  for (const name of namesOf(variable, backend)) {
    const text = env[name]?.trim();
    if (text !== undefined && text !== '') return { name, text };
  }
  return undefined;
}

/** The parsed value of a set variable, or the whole sentence to show: name, value unless secret, what to do. */
export function parseSet(variable: Variable, set: SetVariable): Parsed {
  const parsed = parseValue(variable, set.text);
  if (!('mistake' in parsed)) return parsed;
  const value = variable.isSecret
    ? 'holds a value that cannot be used'
    : `is ${JSON.stringify(set.text.slice(0, 200))}`;
  return { mistake: `${set.name} ${value}. ${parsed.mistake}` };
}
