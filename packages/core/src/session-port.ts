/**
 * What core needs of a session engine, and nothing more. `@tina4/sessions` implements it, `tina4-nodejs` joins the two;
 * neither package imports the other.
 */

/**
 * The user's session data. Extend it for types of your own:
 * `declare module 'tina4-nodejs' { interface SessionData { cart: CartItem[] } }`.
 */
export interface SessionData {
  // Tina4 code reads and writes any key, nested values included, without declaring it.
  // biome-ignore lint/suspicious/noExplicitAny: the untyped access that Tina4 code relies on
  [key: string]: any;
}

/** How `regenerate()` gives a session its new id. */
export interface RegenerateOptions {
  /**
   * For so many seconds safe methods that bring the old id may read the session as it was: for a planned rotation of a session that
   * was already authenticated. Default 0, which is right for a login and a change of password. At most 300.
   */
  readonly graceSeconds?: number | undefined;
}

/**
 * What code that was made for express-session passes to `save`, `regenerate` and `destroy`: called once, after they returned, with
 * what they failed with or nothing.
 */
export type SessionCallback = (error?: unknown) => void;

/** The methods on the hidden prototype of `req.session`. Own data of the same name shadows them. */
export interface SessionMethods {
  /** The value of `key`, or `fallback` when it is absent, null or undefined. */
  // biome-ignore lint/suspicious/noExplicitAny: nested values come back untyped, as Tina4 code expects
  get(key: string, fallback?: unknown): any;
  set(key: string, value: unknown): void;
  has(key: string): boolean;
  delete(key: string): void;
  /** Drops all data and keeps the id. */
  clear(): void;
  /** Drops data and stored entry, expires the cookie. A later write in the same request starts a new session. */
  destroy(callback?: SessionCallback): void;
  /** Stores now and keeps the hold. Rejects when it cannot be stored; never required. */
  save(callback?: SessionCallback): Promise<void>;
  /** Stores and lets go, for handlers that go on for long. The data is frozen afterwards. */
  release(): Promise<void>;
  /** A new id at once, data kept; the old id dies with the commit. Returns the new id. */
  regenerate(options?: RegenerateOptions | SessionCallback): string;
  /** With a value: keeps it for one read. Without: reads and removes it; undefined when absent. */
  // biome-ignore lint/suspicious/noExplicitAny: nested values come back untyped, as Tina4 code expects
  flash(key: string, value?: unknown): any;
  // biome-ignore lint/suspicious/noExplicitAny: nested values come back untyped, as Tina4 code expects
  getFlash(key: string, fallback?: unknown): any;
  /** A plain copy of the data, without unread `flash()` values. */
  all(): SessionData;
  getSessionId(): string;
  /** The Set-Cookie value for this session. `name` defaults to the configured cookie name. */
  cookieHeader(name?: string): string;
  readonly id: string;
}

/** `req.session`: own properties are the user's data, methods sit on the prototype. */
export type Session = SessionData & SessionMethods;

/** How a route uses the session; see `route.session()`. */
export type SessionMode = 'exclusive' | 'shared' | 'none';

/** The part of a route that the engine reads and writes. */
export interface SessionRoute {
  /** Method and pattern, such as `POST /api/cart/add`, for log lines. */
  readonly label: string;
  /** What `route.session(mode)` or its group declared; undefined lets the engine learn. */
  readonly sessionMode?: SessionMode | undefined;
  /** Written by the engine only: what it learned about a route that declared nothing. */
  learnedSessionMode?: 'exclusive' | 'shared' | undefined;
}

/** The part of a request that the engine reads. Getters may be lazy: only what is needed is read. */
export interface SessionRequest {
  /** Upper case. */
  readonly method: string;
  /** The raw Cookie header; several header lines are joined with `; `. */
  readonly cookieHeader: string | undefined;
  /** TLS, or what a trusted proxy said. */
  readonly isHttps: boolean;
  /** True once the client hung up: a waiter leaves the queue. */
  readonly isClientGone: boolean;
  /** Calls back once when the client hangs up. Returns a function that stops listening. */
  onClientGone(listener: () => void): () => void;
}

/** How the request went, told at commit. */
export interface SessionOutcome {
  /** Status of the answer as it stands. */
  readonly status: number;
  /** False when the handler did not run or threw: nothing is learned about the route from such a request. */
  readonly isHandlerDone: boolean;
}

/** The session of one request, from load to commit. */
export interface RequestSession {
  /** True when `load()` will hold the session exclusively: the caller then reads the body before it loads. */
  readonly isExclusive: boolean;
  /**
   * Loads, and holds when exclusive. Returns undefined when there is nothing to wait for (no cookie, no session mode).
   * Rejects with T4_SESSION_BUSY (503) when the wait is over. An unavailable store does not reject: touching `data` throws then.
   */
  load(): Promise<void> | undefined;
  /**
   * The object behind `req.session`, always the same one. Throws SessionUnavailableError (503) when the store is away. Untyped:
   * what an app declares about its data is known to the app only.
   */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly data: Record<string, any>;
  /** `req.session = value`: replaces the content of the same object; null and undefined count as `{}`. */
  replace(value: unknown): void;
  /** `req.sessionId`, whatever the data holds: the id that the session has, or will have once something is stored. */
  readonly id: string;
  /** `req.sessionRegenerate()`. Returns the new id at once. */
  regenerate(options?: RegenerateOptions): string;
  /** `req.sessionDestroy()`. Drops data and stored entry and expires the cookie; a later write starts a new session. */
  destroy(): void;
  /**
   * Stores what changed and lets go. Returns undefined when there is nothing to wait for. Call once, whatever happened,
   * after the last middleware and before the answer leaves. Rejects with an error that carries `status` and `code` when an
   * answer must not be given: the caller answers with that error and does not commit again.
   */
  commit(outcome: SessionOutcome): Promise<void> | undefined;
  /**
   * Stores and lets go before the first byte of a stream; the data is frozen afterwards. `commit` is still called at the end
   * of the request (it compares once more and logs what slipped through).
   */
  release(): Promise<void>;
  /** After commit or release: the one Set-Cookie value of this session, or undefined. */
  readonly setCookie: string | undefined;
  /** True when the answer may depend on the session (it was read or written): shared caches must not keep it. */
  readonly wasUsed: boolean;
}

/** Sessions of all requests of one app. */
export interface SessionEngine {
  /** Starts the session of one request. Synchronous, no I/O, never throws on what a client sent. */
  begin(request: SessionRequest, route: SessionRoute): RequestSession;
  /** Ends timers and connections after the work in flight. Calling twice is safe. */
  close(): Promise<void>;
}

/**
 * An error that says how it wants to be answered. Core reads these fields from any thrown error, so that engines and users
 * need no class of core's.
 */
export interface AnswerableError extends Error {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** Stable code such as `T4_SESSION_BUSY`. */
  readonly code?: string;
  /** Seconds for the Retry-After header. */
  readonly retryAfterSeconds?: number;
}
