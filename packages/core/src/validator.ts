/** One thing that is wrong with a field. */
export interface ValidationError {
  readonly field: string;
  /** For the person who filled the form in, such as `email must be a valid email address`. */
  readonly message: string;
}

/** One @, something before it, a domain with a dot after it. Whether the address exists only a letter to it can tell. */
const EMAIL = /^[^\s@<>(),;:"[\]\\]{1,64}@(?:[\p{L}\d](?:[\p{L}\d-]{0,61}[\p{L}\d])?\.)+[\p{L}][\p{L}\d-]{1,62}$/u;
const MAX_EMAIL_LENGTH = 254;

/**
 * Checks the fields of a request body. Every rule may be chained and notes what is wrong; only `required` minds an absent
 * field (missing, null or undefined), so that optional fields are checked when they are there.
 */
export class Validator {
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #errors: ValidationError[] = [];

  /** Anything but an object counts as an empty form. */
  constructor(data?: unknown) {
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    this.#data = isObject ? (data as Record<string, unknown>) : {};
  }

  /** The fields are there and not blank. */
  required(...fields: string[]): this {
    for (const field of fields) {
      const value = this.#valueOf(field);
      const isMissing = value === undefined || (typeof value === 'string' && value.trim() === '');
      if (isMissing) this.#errors.push({ field, message: `${field} is required` });
    }
    return this;
  }

  email(field: string): this {
    return this.#check(field, `${field} must be a valid email address`, (value) => isEmail(value));
  }

  /** Text of at least `length` characters. */
  minLength(field: string, length: number): this {
    const message = `${field} must be at least ${length} characters`;
    return this.#check(field, message, (value) => typeof value === 'string' && value.length >= length);
  }

  /** Text of at most `length` characters. */
  maxLength(field: string, length: number): this {
    const message = `${field} must be at most ${length} characters`;
    return this.#check(field, message, (value) => typeof value === 'string' && value.length <= length);
  }

  /** A number, or text that is one, as forms send it. */
  numeric(field: string): this {
    return this.#check(field, `${field} must be a number`, (value) => numberOf(value) !== undefined);
  }

  /** A whole number, or text that is one. */
  integer(field: string): this {
    return this.#check(field, `${field} must be an integer`, (value) => Number.isInteger(numberOf(value)));
  }

  /** Not below `minimum`. Says nothing about what is no number: see `numeric`. */
  min(field: string, minimum: number): this {
    return this.#check(
      field,
      `${field} must be at least ${minimum}`,
      (value) => !((numberOf(value) ?? minimum) < minimum),
    );
  }

  /** Not above `maximum`. Says nothing about what is no number: see `numeric`. */
  max(field: string, maximum: number): this {
    return this.#check(
      field,
      `${field} must be at most ${maximum}`,
      (value) => !((numberOf(value) ?? maximum) > maximum),
    );
  }

  /** One of the values, of the same type. */
  inList(field: string, values: readonly unknown[]): this {
    return this.#check(field, `${field} must be one of ${values.map(String).join(', ')}`, (value) =>
      values.includes(value),
    );
  }

  /** Text in which the pattern is found; anchor it with ^ and $ to mean the whole text. */
  regex(field: string, pattern: RegExp | string): this {
    const message = `${field} does not match the required format`;
    // Without the flags that make a RegExp remember where it stopped.
    const stateless =
      typeof pattern === 'string' ? new RegExp(pattern) : new RegExp(pattern, pattern.flags.replace(/[gy]/g, ''));
    return this.#check(field, message, (value) => typeof value === 'string' && stateless.test(value));
  }

  isValid(): boolean {
    return this.#errors.length === 0;
  }

  /** What is wrong, in the order of the rules. A copy. */
  errors(): ValidationError[] {
    return [...this.#errors];
  }

  #check(field: string, message: string, isRight: (value: unknown) => boolean): this {
    const value = this.#valueOf(field);
    if (value !== undefined && !isRight(value)) this.#errors.push({ field, message });
    return this;
  }

  /** Own fields only: a form has no `constructor`. */
  #valueOf(field: string): unknown {
    return Object.hasOwn(this.#data, field) ? (this.#data[field] ?? undefined) : undefined;
  }
}

function isEmail(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_EMAIL_LENGTH && EMAIL.test(value);
}

function numberOf(value: unknown): number | undefined {
  const isCandidate = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const number = isCandidate ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
