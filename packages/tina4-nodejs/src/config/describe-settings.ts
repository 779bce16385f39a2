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
  const known = rows.flatMap((row) => ['redis', 'valkey', 'mongodb'].flatMap((each) => namesOf(row, each)));
  const unknown = Object.keys(env)
    .filter((name) => name.startsWith('TINA4_') && !known.includes(name))
    .map((name) => ({ name, nearest: known.find((other) => distance(name, other) <= 2) }));
  return { set, unknown };
}

/** Letters to insert, remove or replace to get from one name to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
