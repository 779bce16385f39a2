/** The shape of one row of the variable table and the type that its value has in the configuration. */

/** What the text of a variable is read as. `bytes` also takes `10mb`; `list` is split at commas. */
export type VariableKind = 'text' | 'flag' | 'integer' | 'number' | 'bytes' | 'list' | 'choice';

/** The session backends whose own names (such as `TINA4_SESSION_REDIS_HOST`) beat the general ones. */
export type SpecificBackend = 'redis' | 'valkey' | 'mongodb';

/** One row: everything that the reader, `tina4 doctor` and docs/configuration.md know about a variable. */
export interface Variable {
  readonly name: string;
  readonly kind: VariableKind;
  /** Other names of the same setting, in the order in which they are looked at after `name`. */
  readonly aliases?: readonly string[];
  /** Names that count, before `name`, only when that session backend is chosen. */
  readonly specific?: Readonly<Partial<Record<SpecificBackend, readonly string[]>>>;
  /** Names that count, after `name` and `aliases`, only when that session backend is chosen. */
  readonly fallback?: Readonly<Partial<Record<SpecificBackend, readonly string[]>>>;
  /** kind `choice`: accepted spelling, lower case, to the value it stands for. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Absent: the value is undefined when nothing is set. */
  readonly default?: string | number | boolean | readonly string[];
  /** What happens when nothing is set, where `default` alone does not say it. */
  readonly defaultText?: string;
  /** integer, number, bytes: inclusive bounds. */
  readonly min?: number;
  readonly max?: number;
  /** True: the value is never printed. */
  readonly isSecret?: boolean;
  /** One sentence. */
  readonly about: string;
}

/** The type of the value that a row yields, `default` apart. */
type ValueOfKind<Row extends Variable> = Row extends { kind: 'flag' }
  ? boolean
  : Row extends { kind: 'integer' | 'number' | 'bytes' }
    ? number
    : Row extends { kind: 'list' }
      ? readonly string[]
      : Row extends { kind: 'choice'; choices: infer Choices }
        ? Choices[keyof Choices]
        : string;

/** The type of the value that a row yields: undefined only where the row has no default. */
export type VariableValue<Row extends Variable> = Row extends { default: unknown }
  ? ValueOfKind<Row>
  : ValueOfKind<Row> | undefined;
