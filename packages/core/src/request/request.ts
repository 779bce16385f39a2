// Over 250 lines: everything that handlers read from `req` stands in one class; how it is parsed lives beside it.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { AppContext, Logger } from '../app-context.js';
import { parseCookies } from '../cookies.js';
import { Tina4Error } from '../errors/tina4-error.js';
import type { MiddlewareSettings } from '../middleware/middleware-settings.js';
import { acceptedType } from '../negotiation.js';
import { nodeMembers, REQUEST_NAMES } from '../node-members.js';
import type { AnyParams } from '../routing/path-params.js';
import type { Target } from '../routing/target.js';
import type { RegenerateOptions, RequestSession, Session, SessionRequest } from '../session-port.js';
import { verifySigned } from '../signed-cookies.js';
import { clientAddress, isHttpsRequest } from './client-address.js';
import { collectFields, type FieldPair, type Fields, parseFieldPairs, valuesOf } from './form-fields.js';
import { RequestSignal } from './request-signal.js';
import type { UploadedFile } from './uploaded-file.js';

/**
 * A request as handlers see it. Everything is parsed when it is first read and may be overwritten; middleware adds properties
 * of its own (declare them by merging into this interface).
 */
export class Request<Params = AnyParams> implements SessionRequest {
  /** Node's own request. */
  readonly raw: IncomingMessage;
  /** Upper case. */
  method: string;
  /** Path and query: the path as in `path`, the query as sent. `raw.url` is the target as sent. */
  url: string;
  /**
   * The path without the query, not decoded, in the form in which routes and files are looked up: see docs/routing.md. `*` when
   * the target of the request is none.
   */
  path: string;
  /** Path parameters, decoded; numbers where the path says `:int` or `:float`. */
  params: Params;
  /**
   * The parsed body: JSON, form fields, multipart text fields, text, or a Buffer where the type is none that we know. `{}` when there
   * is none, never null or undefined.
   */
  // biome-ignore lint/suspicious/noExplicitAny: Tina4 code reads fields of the body without declaring them
  body: any;
  /**
   * The bytes of the body as they came, to check a signature over them. Kept where the route asks for it with `rawBody()` (empty
   * when there was no body then) and for types that are not parsed; undefined anywhere else.
   */
  rawBody: Buffer | undefined;
  /** Uploaded files by field name; an array where one field carries several or its name ends in `[]`. */
  files: Record<string, UploadedFile | UploadedFile[]>;
  /** Payload of the token, after authentication. */
  // biome-ignore lint/suspicious/noExplicitAny: the payload is whatever the app signed
  user?: any;
  readonly #context: AppContext;
  readonly #target: Target;
  #session: RequestSession | undefined;
  #isHandlerDone = false;
  #isSessionTouched = false;
  #isStreaming = false;
  #signal: RequestSignal | undefined;
  #cleanUp: (() => Promise<void>) | undefined;
  #query: Fields | undefined;
  #bodyFields: readonly FieldPair[] = NO_FIELDS;
  #cookies: Record<string, string | undefined> | undefined;
  #signedCookies: Record<string, string | false> | undefined;
  #ip: string | undefined;
  #isBodyTaken = false;
  #passing: 'never' | 'possible' | 'done' = 'never';

  /** Made by the pipeline only. `path` as `requestPath` gives it. */
  constructor(raw: IncomingMessage, context: AppContext, target: Target, params: Params, path = '*') {
    this.raw = raw;
    this.method = raw.method as string;
    this.path = path;
    this.url = withQuery(path, raw.url as string);
    this.params = params;
    this.body = {};
    this.rawBody = undefined;
    this.files = NO_FILES;
    this.#context = context;
    this.#target = target;
  }

  /** Method and pattern of the route, such as `GET /items/{id}`, for logs. */
  get routeLabel(): string {
    return this.#target.label;
  }

  /** Everything after the `?`, raw. Empty when there is none. */
  get queryString(): string {
    const at = this.url.indexOf('?');
    return at < 0 ? '' : this.url.slice(at + 1);
  }

  /** Query parameters as strings; of a repeated name the last one. A name that ends in `[]` has a list. */
  get query(): Fields {
    this.#query ??= collectFields(queryFields(this.queryString));
    return this.#query;
  }

  set query(query: Readonly<Record<string, string>>) {
    this.#query = query as Fields;
  }

  /** All values of a query parameter, in their order; empty when there is none. They are read from the URL, not from `query`. */
  queryAll(name: string): string[] {
    return valuesOf(queryFields(this.queryString), name);
  }

  /** All values of a field of a form or of a multipart body, in their order; empty for any other body. */
  bodyAll(name: string): string[] {
    return valuesOf(this.#bodyFields, name);
  }

  /** Lower-case names. */
  get headers(): IncomingHttpHeaders {
    return this.raw.headers;
  }

  /** One header by name in any case; several values are joined with a comma. */
  header(name: string): string | undefined {
    const value = this.raw.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** The Content-Type header, or an empty string. */
  get contentType(): string {
    return this.raw.headers['content-type'] ?? '';
  }

  /** Cookies by name, decoded. An object without a prototype. */
  get cookies(): Record<string, string | undefined> {
    this.#cookies ??= parseCookies(this.raw.headers.cookie);
    return this.#cookies;
  }

  set cookies(cookies: Record<string, string | undefined>) {
    this.#cookies = cookies;
  }

  /**
   * The cookies that were set with `{ signed: true }`, by name: the value, or false for one that the app did not make so. An object
   * without a prototype.
   */
  get signedCookies(): Record<string, string | false> {
    this.#signedCookies ??= verifySigned(this.cookies);
    return this.#signedCookies;
  }

  set signedCookies(cookies: Record<string, string | false>) {
    this.#signedCookies = cookies;
  }

  /**
   * The session: a plain object. Assigning an object replaces its content and keeps the id. Throws an error with status 503
   * when the store is away.
   */
  get session(): Session {
    return this.#openSession().data as Session;
  }

  set session(value: object | null | undefined) {
    this.#openSession().replace(value);
  }

  /** The id of the session, also where the session's data has an `id` of its own. */
  get sessionId(): string {
    return this.#openSession().id;
  }

  /**
   * Gives the session a new id at once and keeps its data; the old id is dead when the answer leaves. Returns the new id.
   * `graceSeconds` (default 0): for so long, requests by safe methods that were on their way with the old id may read the session as
   * it was. Right for a planned rotation of a session that was already authenticated, never for a login or a change of password.
   */
  sessionRegenerate(options?: RegenerateOptions): string {
    return this.#openSession().regenerate(options);
  }

  /** Ends the session and expires its cookie, also where the session's data has a `destroy` of its own. Call it at logout. */
  sessionDestroy(): void {
    this.#openSession().destroy();
  }

  /** The client's address; forwarding headers count only from trusted proxies. */
  get ip(): string {
    this.#ip ??= clientAddress(this.raw, this.#context.isTrustedProxy);
    return this.#ip;
  }

  set ip(ip: string) {
    this.#ip = ip;
  }

  get socket(): Socket {
    return this.raw.socket;
  }

  /** TLS, or what a trusted proxy said. */
  get isHttps(): boolean {
    return isHttpsRequest(this.raw, this.#context.isTrustedProxy);
  }

  /** The token of an `Authorization: Bearer` header, or null. */
  bearerToken(): string | null {
    return /^Bearer +(\S+) *$/i.exec(this.raw.headers.authorization ?? '')?.[1] ?? null;
  }

  /**
   * The best of `types` for the client's Accept header, or false when it takes none of them (RFC 9110, section 12.5.1). Types are
   * names such as `html` and `json`, or MIME types. Answer 406 on false, or the first type.
   */
  accepts(...types: string[]): string | false {
    return acceptedType(this.raw, types);
  }

  /** A path parameter, else a query parameter, else the fallback. */
  param(name: string, fallback?: unknown): unknown {
    const params = this.params as Record<string, unknown>;
    return params[name] ?? this.query[name] ?? fallback;
  }

  get cookieHeader(): string | undefined {
    return this.raw.headers.cookie;
  }

  /**
   * Aborted when the client hangs up and, once the answer streams, when the server stops: a stream should end then. Its reason is
   * an error with the code T4_CLIENT_GONE or T4_SERVER_STOPPING. Hand it to what takes one (`fetch`, timers, database drivers).
   */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      this.#signal = new RequestSignal(this.raw.socket);
      if (this.#isStreaming) this.#signal.beginStream();
    }
    return this.#signal.signal;
  }

  /** True once the client hung up. */
  get isClientGone(): boolean {
    return this.raw.socket.destroyed;
  }

  onClientGone(listener: () => void): () => void {
    const { socket } = this.raw;
    socket.once('close', listener);
    return () => socket.removeListener('close', listener);
  }

  static {
    Object.defineProperties(
      Request.prototype,
      nodeMembers((req: Request) => req.raw, REQUEST_NAMES),
    );
  }

  /** Listens to Node's request. Throws T4_BODY_TAKEN for events of a body that was read already. */
  on(event: string, listener: (...values: never[]) => void): this {
    if (event === 'data' || event === 'readable') this.#throwIfTaken();
    this.raw.on(event, listener as () => void);
    return this;
  }

  /** Pipes the body that `route.leaveBody()` left. Throws T4_BODY_TAKEN where it was read already. */
  pipe<Target extends NodeJS.WritableStream>(target: Target, options?: { end?: boolean }): Target {
    this.#throwIfTaken();
    return this.raw.pipe(target, options);
  }

  /** Says that somebody behind the app may answer what it does not know. For the pipeline. */
  static allowPassing(req: Request): void {
    req.#passing = 'possible';
  }

  /** Leaves the request to whoever is behind the app. False when there is nobody. For what answers 404 and 405. */
  static passOn(req: Request): boolean {
    if (req.#passing === 'possible') req.#passing = 'done';
    return req.#passing === 'done';
  }

  static isPassedOn(req: Request): boolean {
    return req.#passing === 'done';
  }

  /** Notes that somebody has begun to read the body. For the body reader. */
  static markBodyTaken(req: Request): void {
    req.#isBodyTaken = true;
  }

  static isBodyTaken(req: Request): boolean {
    return req.#isBodyTaken;
  }

  /** What the request leads to. For the pipeline. */
  static logOf(req: Request): Logger {
    return req.#context.log;
  }

  /** Settings of the app that answers. For middleware that the app's code calls by itself. */
  static middlewareSettingsOf(req: Request): MiddlewareSettings {
    return req.#context.middleware;
  }

  static contextOf(req: Request): AppContext {
    return req.#context;
  }

  /** What the request leads to. For the pipeline. */
  static targetOf(req: Request): Target {
    return req.#target;
  }

  /** Notes that the handler ran to its end: only such a request tells how its route uses the session. For the pipeline. */
  static markHandlerDone(req: Request): void {
    req.#isHandlerDone = true;
  }

  static isHandlerDone(req: Request): boolean {
    return req.#isHandlerDone;
  }

  /** Notes the fields of a form, the repeated ones too. For the body reader. */
  static setBodyFields(req: Request, fields: readonly FieldPair[]): void {
    req.#bodyFields = fields;
  }

  /** Notes what is to be done when the answer has left, after what was noted before and whatever became of that. */
  static onFinish(req: Request, cleanUp: () => Promise<void>): void {
    const before = req.#cleanUp;
    req.#cleanUp = before === undefined ? cleanUp : () => before().finally(cleanUp);
  }

  /** Does what was noted, once. For the pipeline. */
  static finish(req: Request): Promise<void> | undefined {
    req.#signal?.close();
    return req.#cleanUp?.();
  }

  /** True when the app has sessions: touching `req.session` does not throw for want of an engine. */
  static hasSession(req: Request): boolean {
    return req.#session !== undefined;
  }

  /** True when the answer may be meant for this visitor: somebody looked at the session or at the cookies. For caches. */
  static isPersonal(req: Request): boolean {
    return req.#isSessionTouched || req.#cookies !== undefined;
  }

  /** Gives the request its session. For the pipeline. */
  static attachSession(req: Request, session: RequestSession | undefined): void {
    req.#session = session;
  }

  /** Notes that the answer is written bit by bit from now on. For the pipeline. */
  static beginStream(req: Request): void {
    req.#isStreaming = true;
    req.#signal?.beginStream();
  }

  /** For answers that leave past the pipeline. */
  static sessionOf(req: Request): RequestSession | undefined {
    return req.#session;
  }

  #throwIfTaken(): void {
    if (this.#isBodyTaken) throw bodyTaken();
  }

  #openSession(): RequestSession {
    this.#isSessionTouched = true;
    if (this.#session === undefined) {
      throw new Tina4Error(
        'T4_SESSION_ENGINE_MISSING',
        'this app has no session engine. Pass one: createApp({ sessions }).',
      );
    }
    return this.#session;
  }
}

/** The answer to whoever reads a body that was read: it would wait for bytes that do not come. */
export function bodyTaken(): Tina4Error {
  return new Tina4Error(
    'T4_BODY_TAKEN',
    'a middleware wants to read the body, which is in req.body and req.files already. Leave it to the middleware: route.leaveBody().',
  );
}

const NO_FIELDS: readonly FieldPair[] = Object.freeze([]);
const NO_FILES: Record<string, UploadedFile | UploadedFile[]> = Object.freeze(Object.create(null));

/** Their number has no limit of its own: the server takes no longer URL than 16 KiB. */
function queryFields(text: string): readonly FieldPair[] {
  return text === '' ? NO_FIELDS : (parseFieldPairs(text, Number.POSITIVE_INFINITY, 'utf8') ?? NO_FIELDS);
}

/** What was sent, wherever its path is in order already. A target without a path has no query either. */
function withQuery(path: string, target: string): string {
  if (path === target || path === '*') return path;
  const at = target.indexOf('?');
  if (at < 0) return path;
  return at === path.length && target.startsWith(path) ? target : path + target.slice(at);
}
