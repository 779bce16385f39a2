/** What a path parameter takes: judged in the form of the path, before it is decoded. */
export interface ParamKind {
  /** Equal for kinds that take the same. */
  readonly name: string;
  /** By character code: 1 for the characters that a value is made of. Undefined: any. */
  readonly characters?: Uint8Array;
  /** Judges a whole value that is not empty, in time linear to its length. Undefined: all are right. */
  readonly accepts?: (value: string) => boolean;
  /** Where every value is as long. */
  readonly length?: number;
  readonly isNumber?: boolean;
  /** Takes the rest of the path, slashes included. */
  readonly isRest?: boolean;
}

const INTEGER: ParamKind = { ...madeOf('int', '0-9'), accepts: isExactInteger, isNumber: true };
const FLOAT: ParamKind = { ...madeOf('float', '0-9.'), accepts: isExactFloat, isNumber: true };
const ALPHANUMERIC = madeOf('alphanumeric', 'A-Za-z0-9');
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The types that stand behind a colon in a pattern. */
export const PARAM_KINDS = {
  string: { name: '' },
  int: INTEGER,
  integer: INTEGER,
  float: FLOAT,
  number: FLOAT,
  path: { name: 'path', isRest: true },
  alpha: madeOf('alpha', 'A-Za-z'),
  alphanumeric: ALPHANUMERIC,
  alnum: ALPHANUMERIC,
  slug: madeOf('slug', 'a-z0-9-'),
  uuid: { ...madeOf('uuid', '0-9A-Fa-f-'), accepts: (value) => UUID.test(value), length: 36 },
} as const satisfies Readonly<Record<string, ParamKind>>;

/** `characterClass` as it stands between the brackets of a regular expression. */
function madeOf(name: string, characterClass: string): ParamKind {
  const one = new RegExp(`[${characterClass}]`);
  const all = new RegExp(`^[${characterClass}]+$`);
  const characters = Uint8Array.from({ length: 128 }, (_, code) => (one.test(String.fromCharCode(code)) ? 1 : 0));
  return { name, characters, accepts: (value) => all.test(value) };
}

/** Beyond 2^53 a number would be another one than the path says: two addresses for one thing. */
function isExactInteger(value: string): boolean {
  return /^\d+$/.test(value) && Number(value) <= Number.MAX_SAFE_INTEGER;
}

function isExactFloat(value: string): boolean {
  return /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(value) && Number(value) <= Number.MAX_SAFE_INTEGER;
}
