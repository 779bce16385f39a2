/** What stands in a log line for a value that does not belong there. */
export const HIDDEN = '[hidden]';

/** Names, in lower case and without what parts their words, that speak of a secret wherever they stand in another one. */
const SECRET_PART = /passw(?:or)?d|passphrase|secret|credential|authorization|cookie|apikey|privatekey|accesskey/;
/** Names that do so at their end: `accessToken` holds one, `tokenCount` does not. */
const SECRET_END = /(?:token|tokens|pwd|sessionid|sid|jwt|csrf|xsrf)$/;
/** Deeper than any context that a person reads; beyond it nothing is written. */
const MAX_DEPTH = 100;

/** True for the name of a field whose value belongs in no log: `apiKey`, `X-Api-Key`, `session_id`, `DB_PASSWORD`, `set-cookie`. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '');
  return SECRET_PART.test(plain) || SECRET_END.test(plain);
}

/**
 * A copy of a log context without the values of secret names, at any depth, as JSON would write it: `toJSON` is asked, and objects
 * of classes become plain, errors their stack. A value that holds itself is named so. Throws what a getter or `toJSON` throws.
 */
export function withoutSecrets(value: unknown): unknown {
  return copyOf(value, '', []);
}

function copyOf(given: unknown, key: string, within: object[]): unknown {
  if (given instanceof Error) return given.stack ?? given.message;
  const value = hasToJson(given) ? given.toJSON(key) : given;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (within.includes(value)) return '[Circular]';
  if (within.length === MAX_DEPTH) return '[too deep]';
  within.push(value);
  const copy = Array.isArray(value)
    ? value.map((inner, index) => copyOf(inner, String(index), within))
    : Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [
          name,
          isSecretName(name) && isPresent(inner) ? HIDDEN : copyOf(inner, name, within),
        ]),
      );
  within.pop();
  return copy;
}

/** That a secret is missing may be just what the line is about. */
function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && typeof value !== 'boolean';
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return typeof value === 'object' && value !== null && typeof (value as { toJSON?: unknown }).toJSON === 'function';
}
