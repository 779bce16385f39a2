/**
 * True for what `await` waits for: promises of any realm (each context of node:vm has a Promise of its own) and library, and
 * query builders that run when somebody waits for them.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}
