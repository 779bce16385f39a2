/**
 * Every code of this package with the sentence that docs/errors.md shows. Codes are stable and never reused.
 * A test compares this table with the codes that the sources use.
 */
export const SESSION_ERROR_CODES = {
  T4_DRIVER_BROKEN: 'A driver package is installed but fails to load. Reinstall it; the cause is in the message.',
  T4_DRIVER_MISSING:
    'The chosen store needs a driver package that is not installed. Run the install line in the message.',
  T4_SESSION_BUSY:
    'Another request held the session for longer than this one may wait (503). Shorten that handler, or let it release the session early.',
  T4_SESSION_CLIENT_GONE: 'The client hung up while its request waited for the session; the handler did not run (499).',
  T4_SESSION_CONFLICT:
    'Another request changed the same key of the session meanwhile; nothing was stored (409). Send the request again.',
  T4_SESSION_COOKIE_INVALID:
    'The settings of the session cookie contradict each other or a browser would refuse the cookie.',
  T4_SESSION_DATABASE_UNSUPPORTED:
    'DATABASE_URL has a scheme that the database session store does not speak. The message lists those it does.',
  T4_SESSION_DATABASE_URL: 'DATABASE_URL cannot be read. The message says which part is wrong and how to write it.',
  T4_SESSION_ENDED:
    'The session was ended or replaced (logout, login) while this request ran; its change was not stored (409).',
  T4_SESSION_ID_TAKEN: 'A new session id was already in use: the source of randomness is broken.',
  T4_SESSION_NOT_LOADED:
    'A route that does not load the session changed it (500). Declare route.session("exclusive") for that route.',
  T4_SESSION_NOT_SERIALIZABLE:
    'A value in the session cannot be written as JSON: a cycle, a BigInt, a Map, a promise, a function and the like. The message names where it stands.',
  T4_SESSION_OPTION_INVALID: 'A session setting has a value outside its range.',
  T4_SESSION_OPTIONS_INVALID: 'Several session settings are wrong. The message lists them all.',
  T4_SESSION_STORE_UNKNOWN: 'The chosen session store does not exist. The message lists those that do.',
  T4_SESSION_TABLE_FOREIGN:
    'The table tina4_session has another shape than the session store needs. Rename or drop it; it is made anew.',
  T4_SESSION_TOO_LARGE: 'The session is over TINA4_SESSION_MAX_BYTES. The message names its largest key.',
  T4_SESSION_UNAVAILABLE:
    'The session was touched while its store does not answer, or changed while it takes no writes (503). It recovers by itself.',
  T4_SESSION_URL: 'The URL of the session store cannot be read. The message shows the form it takes.',
  T4_SESSION_WRITE_AFTER_RELEASE:
    'The session was changed after it was stored: after the answer was recorded, or after release(). That change is not stored. Is an await missing?',
  T4_STORE_PATH: 'The folder of the file store is missing from the settings, or not an absolute path.',
  T4_STORE_REFUSED:
    'A store answers, but takes no writes (memory or disk full, read-only, no permission). Nothing was stored; reading goes on.',
  T4_STORE_UNAVAILABLE: 'A store does not answer, or answers too late. Nothing is known to be stored.',
} as const satisfies Readonly<Record<string, string>>;

/** A code of this package. */
export type SessionErrorCode = keyof typeof SESSION_ERROR_CODES;
