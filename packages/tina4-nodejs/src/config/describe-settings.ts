import { nearestName } from '@tina4/core';
import { type Environment, findSet, namesOf } from './read-variable.js';
import type { Variable } from './variable-types.js';
import { variables } from './variables.js';

/** The settings of an environment as a person wants to read them. */
export interface DescribedSettings {
  /** What is set, under the name that decides. `shown` is the value, or `(hidden)` for a secret. */
  readonly set: readonly { readonly name: string; readonly shown: string }[];
  /** Names that start like a setting and are none, with the setting that differs in at most two letters. */
  readonly unknown: readonly { readonly name: string; readonly nearest: string | undefined }[];
}

/** Describes what `env` sets. `backend` is the chosen session backend, whose own names then count. */
export function describeSettings(env: Environment, backend: string): DescribedSettings {
  const rows: readonly Variable[] = variables;
  const set = rows.flatMap((row) => {
    const found = findSet(env, row, backend);
    return found === undefined ? [] : [{ name: found.name, shown: row.isSecret ? '(hidden)' : found.text }];
  });
  return { set, unknown: unknownNames(env) };
}

/** Names that start like a setting and are none. */
export function unknownNames(env: Environment): DescribedSettings['unknown'] {
  const strange = Object.keys(env).filter((name) => name.startsWith('TINA4_') && !knownNames.has(name));
  return strange.map((name) => ({ name, nearest: nearestName(name, knownNames) }));
}

const knownNames: ReadonlySet<string> = new Set(
  (variables as readonly Variable[]).flatMap((row) =>
    ['redis', 'valkey', 'mongodb'].flatMap((backend) => namesOf(row, backend)),
  ),
);
