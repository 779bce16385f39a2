import { SessionError } from './errors.js';

/** The errors that a request is answered with when its session cannot be used or stored as its handler wants. */

/** Waiting for the session took too long. `holder` is the label of the route that holds it, where known. */
export function sessionBusy(holder: string | undefined): SessionError {
  return new SessionError(
    'T4_SESSION_BUSY',
    `Another request (${holder ?? 'in another process'}) held the session for longer than this one waits. Try again in a moment.`,
    { status: 503, retryAfterSeconds: 1 },
  );
}

/** The client hung up while its request waited. */
export function clientGone(): SessionError {
  return new SessionError('T4_SESSION_CLIENT_GONE', 'The client hung up while its request waited for the session.', {
    status: 499,
  });
}

/** Both sides changed `keys`; none: the retries were spent. */
export function sessionConflict(label: string, keys: readonly string[]): SessionError {
  const what =
    keys.length === 0 ? 'the session' : `the session keys ${keys.map((key) => JSON.stringify(key)).join(', ')}`;
  return new SessionError(
    'T4_SESSION_CONFLICT',
    `Another request changed ${what} while ${label} ran, so nothing was stored. Send the request again.`,
    { status: 409 },
  );
}

/** The session was logged out or got a new id while the request ran. */
export function sessionEnded(label: string): SessionError {
  return new SessionError(
    'T4_SESSION_ENDED',
    `The session was ended or replaced while ${label} ran, so its change was not stored. Load the page again.`,
    { status: 409 },
  );
}

/** `regenerate({ graceSeconds })` got something else than 0 to 300. */
export function graceOutOfRange(value: unknown): SessionError {
  return new SessionError(
    'T4_SESSION_OPTION_INVALID',
    `graceSeconds is ${String(value)}. Use a number of seconds from 0 to 300: the old id can be read for so long.`,
  );
}

/** A route of mode `none` changed the session. */
export function sessionNotLoaded(label: string): SessionError {
  return new SessionError(
    'T4_SESSION_NOT_LOADED',
    `${label} changed the session, but it does not load one. Declare route.session("exclusive") for it.`,
  );
}

/** The session was changed after it was stored and let go. */
export function writeAfterRelease(label: string): SessionError {
  return new SessionError(
    'T4_SESSION_WRITE_AFTER_RELEASE',
    `${label} changed its session after it was stored and released: when the answer was recorded, or before the first byte of a stream. That change is not stored. Await what changes the session before you answer.`,
  );
}
