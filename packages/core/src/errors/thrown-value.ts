import { STATUS_CODES } from 'node:http';
import { inspect } from 'node:util';
import { statusOf } from './errors.js';

/** What is shown of a value that is no error; longer ones are cut. */
const SHOWN_LENGTH = 200;

/**
 * What was thrown as an Error, since anything may be thrown. An object with a `message` becomes one with that message, and its `name`,
 * `stack`, `expose` and `status` (or `statusCode`, 400 to 599) are kept; one with a status alone is that status in words. Anything else is
 * described: `the text "no luck" was thrown instead of an Error`. An Error is returned as it is. Reading the value may throw, if
 * it was made to.
 */
export function errorOfThrown(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const { message, stack, name } = Object(typeof thrown === 'function' ? undefined : thrown) as Record<string, unknown>;
  const status = statusOf(thrown);
  const text = textOf(message) ?? statusText(status) ?? `${describe(thrown)} was thrown instead of an Error.`;
  const error = new Error(text);
  error.name = textOf(name) ?? error.name;
  // The stack of this place would lead astray.
  error.stack = textOf(stack) ?? `${error.name}: ${error.message}`;
  if (status !== 500) Object.assign(error, { status });
  return Object(thrown).expose === true ? Object.assign(error, { expose: true }) : error;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Not for 500, which is also what nobody asked for. Below 500 the client sees the text, so the value itself is not shown. */
function statusText(status: number): string | undefined {
  return status === 500 ? undefined : (STATUS_CODES[status] ?? `Status ${status}`);
}

function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return `the text ${JSON.stringify(thrown.slice(0, SHOWN_LENGTH))}`;
  const shown = inspect(thrown, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  return shown.length > SHOWN_LENGTH ? `${shown.slice(0, SHOWN_LENGTH)}…` : shown;
}
