import { StoreRefusedError, StoreUnavailableError } from '../../errors.js';

/** What an error reply means for the one who runs the site. Keyed by the first word of the reply. */
const REASONS: Readonly<Record<string, string>> = {
  OOM: 'it is out of memory and refuses writes (OOM). Raise maxmemory, or give sessions a server of their own.',
  LOADING: 'it is still loading its data (LOADING). It recovers by itself.',
  READONLY: 'it is a read-only replica (READONLY). The client looks for the primary again.',
  MISCONF: 'it refuses writes because it cannot save to disk (MISCONF). Its log says why.',
  NOREPLICAS: 'it refuses writes because too few replicas follow it (NOREPLICAS).',
  MASTERDOWN: 'its primary is away (MASTERDOWN).',
  CLUSTERDOWN: 'part of the cluster is away (CLUSTERDOWN).',
  BUSY: 'it is held up by a long script (BUSY).',
  NOAUTH: 'it wants a password (NOAUTH). Set TINA4_SESSION_PASSWORD.',
  WRONGPASS: 'it refuses the username or password (WRONGPASS). Check TINA4_SESSION_PASSWORD.',
  NOPERM:
    'its user may not run a command or use a key that sessions need (NOPERM). docs/session-stores/redis.md lists them.',
  WRONGTYPE: 'a key of ours holds something else (WRONGTYPE). Set another TINA4_SESSION_PREFIX.',
  DENIED: 'it is in protected mode and refuses other machines (DENIED). Set a password on it.',
};

/** Replies that only a write gets, and that say that it was not done: reads go on. */
const REFUSALS: ReadonlySet<string> = new Set(['OOM', 'READONLY', 'MISCONF', 'NOREPLICAS']);

/** True when the same script should be sent again by its text and outside any pipeline, where the client follows redirections. */
export function isWorthResending(error: unknown): boolean {
  return /^(NOSCRIPT|MOVED|ASK|TRYAGAIN)\b/.test(messageOf(error));
}

/**
 * True for what a server answered and will answer again, such as a wrong password; false for a connection that is lost and for a
 * server or cluster that is about to be there. By name: the client's own classes are not imported.
 */
export function isFinalReply(error: unknown): boolean {
  return (
    isObject(error) && error.name === 'ReplyError' && !/^(LOADING|CLUSTERDOWN|MASTERDOWN)\b/.test(messageOf(error))
  );
}

/** True when the server has become a replica: another one is the primary now. */
export function isReadOnly(error: unknown): boolean {
  return /^READONLY\b/.test(messageOf(error));
}

/**
 * Puts a failure of the client or the server into words. Only known replies and connection errors are repeated: a command's
 * error may carry its arguments, which hold session data or a password, so nothing of the original object is kept.
 */
export function unavailable(storeName: string, error: unknown): StoreUnavailableError {
  const message = messageOf(error);
  const code = /\b(OOM|[A-Z]{4,})\b/.exec(message.slice(0, 60))?.[1] ?? '';
  const Failure = REFUSALS.has(code) ? StoreRefusedError : StoreUnavailableError;
  return new Failure(`The ${storeName} server cannot be used: ${reasonOf(error, message, code)}`);
}

function reasonOf(error: unknown, message: string, code: string): string {
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (isConnectionError(error)) return `${message}.`;
  if (/^Socket timeout/.test(message)) return `no answer came within ${/\d+/.exec(message)?.[0]} ms.`;
  if (/connection|isn't writeable|max retries|isn't ready/i.test(message)) return 'there is no connection to it now.';
  if (/max number of clients/i.test(message)) return 'it has reached its number of clients (maxclients).';
  return `it answered with an error (${/^[A-Z]+/.exec(message)?.[0] ?? 'unknown'}).`;
}

/** Socket and TLS errors name host and port, and have a code in capitals (ECONNREFUSED, DEPTH_ZERO_SELF_SIGNED_CERT). */
function isConnectionError(error: unknown): boolean {
  return isObject(error) && typeof error.code === 'string' && !('command' in error);
}

/** A name with several addresses fails with one error for each and no message of its own. */
function messageOf(error: unknown): string {
  if (!isObject(error)) return String(error);
  const [first] = Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  const message = error.message;
  return message === '' && first !== undefined ? messageOf(first) : String(message);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
