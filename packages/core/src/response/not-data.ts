import { HttpError } from '../errors/errors.js';

/** The error of an answer that cannot be sent as it was given; `what` goes on from the route, such as `answers with a Map`. */
export function notData(route: string, what: string, cause?: unknown): HttpError {
  return new HttpError(500, 'T4_ANSWER_NOT_DATA', `${route} ${what}`, { cause });
}

/** How messages name a value: its kind, never what it holds. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return 'a function';
  const kind = typeof value === 'object' ? tagOf(value) : typeof value === 'bigint' ? 'BigInt' : typeof value;
  return `${/^[aeio]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** `Map`, `Promise`, `Error`, … of any realm; `Object` for plain ones and for instances of the app's own classes. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
