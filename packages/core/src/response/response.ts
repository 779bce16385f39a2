// Over 250 lines: everything that handlers call on `res` stands in one class; what is more than a few lines lives beside it.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { resolve as resolvePath } from 'node:path';
import { isUint8Array } from 'node:util/types';
import type { AppContext } from '../app-context.js';
import { Callable } from '../callable.js';
import { type CookieOptions, serializeCookie } from '../cookies.js';
import { HttpError } from '../errors/errors.js';
import { Tina4Error } from '../errors/tina4-error.js';
import { connectNeeded, nodeMembers, RESPONSE_NAMES } from '../node-members.js';
import { Request } from '../request/request.js';
import { signValue } from '../signed-cookies.js';
import { renderTemplate } from '../templates/render-template.js';
import { isTemplateName } from '../templates/template-name.js';
import { bodyOfValue, bytesOf } from './body-of-value.js';
import { encodeLocation } from './encode-location.js';
import { attachment, fileBody, statFile } from './file-body.js';
import { checkHeader, type HeaderValue, withoutBodyHeaders } from './headers.js';
import { jsonText } from './json-text.js';
import { kindOf, notData } from './not-data.js';
import { RawAnswer } from './raw-answer.js';
import { type Chunks, streamBody } from './stream-body.js';

/** Status and headers of an answer whose body writes itself. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
}

/** Writes head and body of an answer that is not held in memory. Nothing was sent before it is called. */
export type BodyWriter = (raw: ServerResponse, head: AnswerHead) => Promise<void>;

/** What the finishers record. */
export type RecordedBody = string | Buffer | BodyWriter | undefined;

/** A recorded answer, as `send` writes it. */
export interface RecordedAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  /** By lower-case name: the name as given and the value. */
  readonly headers: ReadonlyMap<string, { readonly name: string; readonly value: HeaderValue }> | undefined;
  readonly cookies: readonly string[];
  readonly body: RecordedBody;
}

const JSON_TYPE = 'application/json';
const HTML_TYPE = 'text/html; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
/** The longest that a timer of Node can wait, about 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** For `res.cookie()` alone. */
export interface SignedOption {
  /** A client that changes the value is found out; see `req.signedCookies`. It can still read it. Default false. */
  readonly signed?: boolean | undefined;
}

/** Calling the response is `send`: `res({ error }, 401)`. */
export interface Response {
  (data?: unknown, status?: number, type?: string): this;
}

/**
 * The answer to a request. The finishers (`json`, `html`, `text`, `redirect`, …) record it and send nothing: it leaves after
 * the middleware and after the session is stored. A second finisher replaces the first. Every method returns the response.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see the interface above
export class Response extends Callable {
  readonly #raw: ServerResponse;
  #rawAnswer: RawAnswer | undefined;
  readonly #context: AppContext;
  readonly #request: Request;
  #status = 200;
  #contentType: string | undefined;
  #headers: Map<string, { name: string; value: HeaderValue }> | undefined;
  #lastingHeaders: Map<string, { name: string; value: HeaderValue }> | undefined;
  #cookies: string[] | undefined;
  #body: RecordedBody;
  #isAnswered = false;
  #isSent = false;
  #pending: Promise<void> | undefined;
  #tellAnswered: (() => void) | undefined;

  /** Made by the pipeline only. */
  constructor(raw: ServerResponse, context: AppContext, request: Request) {
    super();
    this.#raw = raw;
    this.#request = request;
    this.#context = context;
  }

  /**
   * Node's own response. An answer that is written to it leaves once the session is stored, with the cookies and headers set before;
   * the session is frozen from its first byte on, as with a stream.
   */
  get raw(): ServerResponse {
    this.#rawAnswer ??= new RawAnswer(this.#raw, {
      store: () => {
        this.#tellAnswered?.();
        Request.beginStream(this.#request);
        return Request.sessionOf(this.#request)?.release();
      },
      setHeaders: (raw) => this.#setRawHeaders(raw),
      refuse: (error) => this.#context.refuse(error, this.#request, this),
    });
    return this.#raw;
  }

  get statusCode(): number {
    return this.#status;
  }

  set statusCode(code: number) {
    this.#status = checkStatus(code);
  }

  /** True once a finisher was called, or the raw response was written to. */
  get isAnswered(): boolean {
    return this.#isAnswered || this.#raw.headersSent || this.#rawAnswer?.isBegun === true;
  }

  /** Sets the status: 200 to 599. Throws a RangeError for anything else. */
  status(code: number): this {
    this.#status = checkStatus(code);
    return this;
  }

  /**
   * JSON with `application/json`; undefined becomes null. Throws HttpError 500 T4_ANSWER_NOT_DATA, naming the key, for what JSON
   * cannot carry: a Promise, a Map, an Error, a BigInt, a cycle, …
   */
  json(data: unknown, status?: number): this {
    return this.#finish(jsonText(data, this.#request.routeLabel), JSON_TYPE, status);
  }

  /**
   * HTML. With an object: the template of that name rendered with it. With a number: the text itself, and the status. Alone: the
   * text itself, or a template when there is one of that name, the name holds neither white space nor markup, and the
   * client did not send it (see isTemplateName). Throws HttpError 500 T4_ANSWER_NOT_DATA for what is no text, as all finishers
   * of text do.
   */
  html(content: string, dataOrStatus?: object | number | null, status?: number): this {
    const isText = typeof content === 'string';
    if (isText && typeof dataOrStatus === 'object' && dataOrStatus !== null)
      return this.render(content, dataOrStatus, status);
    const mayBeName = isText && typeof dataOrStatus !== 'number' && status === undefined;
    if (mayBeName && isTemplateName(content, this.#context.templates, this.#request)) return this.render(content);
    return this.#finish(
      this.#text(content, 'html'),
      HTML_TYPE,
      typeof dataOrStatus === 'number' ? dataOrStatus : status,
    );
  }

  /** Renders a template. Need not be awaited: a failure becomes the answer to the request in any case. */
  render(template: string, data: object = {}, status?: number): this {
    if (typeof template !== 'string')
      throw notData(
        this.#request.routeLabel,
        `gave ${kindOf(template)} to render(), which takes the name of a template.`,
      );
    const locals = localsOf.get(this);
    const values = locals === undefined ? data : { ...locals, ...data };
    const rendered = renderTemplate(template, values, this.#request, this.#context);
    if (typeof rendered === 'string') return this.#finish(rendered, HTML_TYPE, status);
    if (status !== undefined) this.status(status);
    this.#contentType = HTML_TYPE;
    return this.#finishLater(rendered, (html) => html);
  }

  /** Another name of `render`. */
  template(name: string, data?: object, status?: number): this {
    return this.render(name, data, status);
  }

  /** Plain text, numbers and booleans too; keeps a content type set before with `header()`. */
  text(content: string | number | bigint | boolean, status?: number): this {
    const isPlain = typeof content === 'number' || typeof content === 'bigint' || typeof content === 'boolean';
    const text = isPlain ? String(content) : this.#text(content, 'text');
    return this.#finish(text, this.#headers?.has('content-type') ? undefined : TEXT_TYPE, status);
  }

  xml(content: string, status?: number): this {
    return this.#finish(this.#text(content, 'xml'), 'application/xml', status);
  }

  /**
   * Answers with a Location header and no body. `url` is percent-encoded where a header could not carry it. Throws HttpError 500
   * T4_REDIRECT_INVALID without an address, and for a code that leads nowhere.
   */
  redirect(url: string | URL, code = 302): this {
    checkRedirect(url, code, this.#request.routeLabel);
    this.header('Location', encodeLocation(String(url)));
    return this.#finish(undefined, undefined, code);
  }

  /** `{ error: true, code, message, status }`. */
  error(code: string, message: string, status = 400): this {
    return this.json({ error: true, code, message, status }, status);
  }

  /**
   * Whatever fits the data: `<…>` as HTML, other text as text, null as an empty body, bytes (Buffer, typed array, ArrayBuffer, Blob)
   * and streams of Node or of the web as what they are, a generator as `stream` does, anything else as JSON.
   */
  send(data?: unknown, status?: number, type?: string): this {
    if (type !== undefined) checkHeader('Content-Type', type);
    if (data === null || data === undefined) return this.#finish(undefined, type, status);
    if (typeof data === 'string') return this.#finish(data, type ?? typeOfText(data), status);
    const asItIs = typeof data === 'object' ? bodyOfValue(data) : undefined;
    if (asItIs !== undefined) return this.#finish(asItIs.body, type ?? asItIs.contentType, status);
    return this.#finish(jsonText(data, this.#request.routeLabel), type ?? JSON_TYPE, status);
  }

  /** Finishes with what is there: a given body, or an empty one. After `write(chunk)`: ends that answer. */
  end(data?: string | Uint8Array | null): this {
    if (this.#rawAnswer?.isBegun === true) {
      this.#raw.end(data ?? undefined);
      return this;
    }
    if (data === undefined || data === null) return this.#finish(undefined, undefined, undefined);
    return this.#finish(this.#text(data, 'end'), this.#contentType, undefined);
  }

  /**
   * Sends a file as a download: type by extension, ranges and conditional requests included. `name` is what the client sees,
   * by default the file's own. With `{ download: false }` it is shown instead of saved. A missing file is answered 404.
   */
  file(path: string, name?: string | { download?: boolean | string; contentType?: string } | null): this {
    if (typeof path !== 'string')
      throw notData(this.#request.routeLabel, `gave ${kindOf(path)} to file(), which takes the path of a file.`);
    const options = typeof name === 'object' && name !== null ? name : { download: name ?? true };
    const { download = true } = options;
    if (options.contentType !== undefined) this.header('Content-Type', options.contentType);
    if (download !== false)
      this.header('Content-Disposition', attachment(typeof download === 'string' ? download : path));
    const file = resolvePath(path);
    return this.#finishLater(statFile(file), (found) => {
      if (found?.isFile()) return fileBody(file);
      this.removeHeader('Content-Disposition').removeHeader('Content-Type').status(404);
      this.#contentType = TEXT_TYPE;
      return 'File not found';
    });
  }

  /**
   * Sends chunks as a generator yields them, by default as server-sent events. The session is stored before the first byte. When
   * the client hangs up, the generator's `finally` runs.
   */
  stream(chunks: Chunks | (() => Chunks), contentType = 'text/event-stream'): this {
    checkHeader('Content-Type', contentType);
    if (!isChunks(chunks))
      throw notData(this.#request.routeLabel, `gave ${kindOf(chunks)} to stream(), which takes a generator.`);
    const defaults = { 'Cache-Control': 'no-cache', 'X-Accel-Buffering': 'no' };
    for (const [name, value] of Object.entries(defaults))
      if (this.getHeader(name) === undefined) this.header(name, value);
    return this.#finish(streamBody(chunks), contentType, undefined);
  }

  /**
   * Records a body that is written while it is sent. The session is stored before its first byte. Text and bytes are written at once,
   * as to `res.raw`, so that a stream can be piped to the response; false is returned until there is a `drain` then.
   */
  write(writer: BodyWriter, contentType?: string, status?: number): this;
  write(chunk: string | Uint8Array): boolean;
  write(writer: BodyWriter | string | Uint8Array, contentType?: string, status?: number): this | boolean {
    if (typeof writer === 'string' || isUint8Array(writer)) return this.raw.write(writer);
    if (typeof writer !== 'function')
      throw notData(this.#request.routeLabel, `gave ${kindOf(writer)} to write(), which takes a function.`);
    if (contentType !== undefined) checkHeader('Content-Type', contentType);
    return this.#finish(writer, contentType, status);
  }

  /** Sets a header, replacing one of the same name. Throws HttpError T4_HEADER_INVALID for CR, LF and the like. */
  header(name: string, value: HeaderValue): this {
    checkHeader(name, value);
    const key = name.toLowerCase();
    if (key === 'set-cookie') {
      this.#cookies = typeof value === 'object' ? [...value] : [String(value)];
      return this;
    }
    this.#headers ??= new Map();
    this.#headers.set(key, { name, value: key === 'vary' ? this.#withLastingVary(value) : value });
    return this;
  }

  setHeader(name: string, value: HeaderValue): this {
    return this.header(name, value);
  }

  /** Adds a value to a header. */
  addHeader(name: string, value: string): this {
    const before = this.getHeader(name);
    if (before === undefined) return this.header(name, value);
    return this.header(name, [...(Array.isArray(before) ? before : [String(before)]), value]);
  }

  getHeader(name: string): HeaderValue | undefined {
    const key = name.toLowerCase();
    if (key === 'set-cookie') return this.#cookies;
    return this.#headers?.get(key)?.value ?? (key === 'content-type' ? this.#contentType : undefined);
  }

  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined;
  }

  /** All headers by their names in lower case, as they stand. */
  getHeaders(): Record<string, HeaderValue> {
    const all: Record<string, HeaderValue> = Object.create(null);
    if (this.#contentType !== undefined) all['content-type'] = this.#contentType;
    for (const [name, { value }] of this.#headers ?? []) all[name] = value;
    if (this.#cookies !== undefined) all['set-cookie'] = this.#cookies;
    return all;
  }

  removeHeader(name: string): this {
    const key = name.toLowerCase();
    if (key === 'set-cookie') this.#cookies = undefined;
    if (key === 'content-type') this.#contentType = undefined;
    this.#headers?.delete(key);
    if (key === 'vary' && this.#lastingHeaders?.has(key)) this.header(name, []);
    return this;
  }

  /**
   * Adds a Set-Cookie header. Name and value are percent-encoded. See {@link CookieOptions}. Throws HttpError 500 T4_COOKIE_INVALID
   * for an object as the value.
   */
  cookie(name: string, value: unknown, options?: (CookieOptions & SignedOption) | null): this {
    const { signed = false, ...rest } = options ?? {};
    const text = serializeCookie(name, signed ? signValue(name, value) : value, rest, this.#context.cookieMaxAgeUnit);
    this.#cookies ??= [];
    this.#cookies.push(text);
    return this;
  }

  /** Deletes a cookie; `path` and `domain` must be those it was set with. */
  clearCookie(name: string, options?: CookieOptions | null): this {
    return this.cookie(name, '', { ...options, expires: new Date(0), maxAge: 0 });
  }

  static {
    Object.defineProperties(
      Response.prototype,
      nodeMembers((res: Response) => res.#raw, RESPONSE_NAMES),
    );
  }

  /** True once it is answered: what is set from now on may be lost. As middleware for Node's response asks it. */
  get headersSent(): boolean {
    return this.isAnswered;
  }

  /** As Node's, for code that knows that one: status and headers are recorded. */
  get writeHead(): (status: number, ...rest: readonly unknown[]) => this {
    return (status, ...rest) => {
      const headers = rest.at(-1);
      for (const [name, value] of headerPairs(headers)) this.header(name, value);
      return this.status(status);
    };
  }

  /** Throws T4_CONNECT_NEEDED: whoever replaces it wants to hear of the head that is sent, which another object sends. */
  set writeHead(_replacement) {
    throw connectNeeded('replaces writeHead() of the response');
  }

  protected override invoke(data?: unknown, status?: number, type?: string): this {
    return this.send(data, status, type);
  }

  /**
   * Settles when a finisher was called. For handlers and middleware in callback style; rejects with T4_REQUEST_TIMEOUT when
   * the app's request timeout is over first, which runs from the call, or from the end of `after`.
   */
  whenAnswered(after?: Promise<unknown>): Promise<void> {
    if (this.isAnswered) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      let stopTimer = after === undefined ? this.#onTimeout(reject) : () => {};
      void after?.then(() => {
        if (!this.isAnswered) stopTimer = this.#onTimeout(reject);
      });
      const tellOthers = this.#tellAnswered;
      this.#tellAnswered = () => {
        stopTimer();
        resolve();
        // A middleware in callback style waits as well as the handler inside it.
        tellOthers?.();
      };
    });
  }

  #onTimeout(reject: (error: Error) => void): () => void {
    const { requestTimeoutMs } = this.#context;
    // Node takes a longer time for 1 ms.
    if (requestTimeoutMs === 0 || requestTimeoutMs > LONGEST_TIMER_MS) return () => {};
    const timer = setTimeout(() => {
      const text = `the handler returned without an answer and gave none within ${requestTimeoutMs / 1000} s.`;
      reject(new Tina4Error('T4_REQUEST_TIMEOUT', text));
    }, requestTimeoutMs);
    return () => clearTimeout(timer);
  }

  /** Records a page that is still being rendered. For error answers. */
  static recordPage(res: Response, page: Promise<string>, status: number): void {
    res.status(status);
    res.#contentType = HTML_TYPE;
    res.#finishLater(page, (html) => html);
  }

  /** A template that is still being rendered. For the pipeline. */
  static pendingOf(res: Response): Promise<void> | undefined {
    return res.#pending;
  }

  /** True when the recorded body is written bit by bit. For the pipeline. */
  static isStream(res: Response): boolean {
    return typeof res.#body === 'function';
  }

  /** The answer that the app writes to Node's response itself, if it does. For the pipeline. */
  static rawAnswerOf(res: Response): RawAnswer | undefined {
    return res.#rawAnswer?.isBegun === true ? res.#rawAnswer : undefined;
  }

  /** Leaves Node's response to somebody else, with the headers and cookies that were set. For the pipeline. */
  static handBack(res: Response): void {
    res.#setRawHeaders(res.#raw);
    Response.take(res);
  }

  /** True while status and headers are only recorded: nothing has left, and nothing is on its way. */
  static isRecording(res: Response): boolean {
    return !res.#isSent && res.#rawAnswer?.isBegun !== true;
  }

  /** Values that all templates of this answer see, where their own data does not say otherwise. */
  static setLocals(res: Response, locals: object): void {
    localsOf.set(res, locals);
  }

  /** What was recorded, and from now on finishers change nothing. For the pipeline. */
  static take(res: Response): RecordedAnswer {
    res.#isSent = true;
    res.#rawAnswer?.open();
    return Response.recorded(res);
  }

  /**
   * Sets a header that also an error's answer carries. For middleware that speaks about the connection rather than the content:
   * a browser shows its script no error without the CORS headers.
   */
  static setLastingHeader(res: Response, name: string, value: HeaderValue): void {
    res.header(name, value);
    res.#lastingHeaders ??= new Map();
    res.#lastingHeaders.set(name.toLowerCase(), { name, value });
  }

  /** Takes a lasting header back. */
  static removeLastingHeader(res: Response, name: string): void {
    res.#headers?.delete(name.toLowerCase());
    res.#lastingHeaders?.delete(name.toLowerCase());
  }

  /** What is recorded so far. For caches. */
  static recorded(res: Response): RecordedAnswer {
    return {
      status: res.#status,
      contentType: res.#contentType,
      headers: res.#headers,
      cookies: res.#cookies ?? NO_COOKIES,
      body: res.#body,
    };
  }

  /**
   * Makes room for the answer to an error: forgets the body and the headers that describe it, and keeps what else was set, cookies
   * too. For the pipeline.
   */
  static clearBody(res: Response): void {
    res.#status = 200;
    res.#contentType = undefined;
    if (res.#headers !== undefined) res.#headers = withoutBodyHeaders(res.#headers);
    res.#body = undefined;
    res.#pending = undefined;
    res.#isAnswered = false;
    res.#isSent = false;
  }

  /** Forgets an answer that must not be given, cookies and headers with it, but the lasting ones. For the pipeline. */
  static reset(res: Response): void {
    Response.clearBody(res);
    res.#headers = res.#lastingHeaders === undefined ? undefined : new Map(res.#lastingHeaders);
    res.#cookies = undefined;
  }

  #setRawHeaders(raw: ServerResponse): void {
    const session = Request.sessionOf(this.#request);
    const own = [raw.getHeader('Set-Cookie') ?? []].flat() as string[];
    const cookies = [
      ...own,
      ...(this.#cookies ?? []),
      ...(session?.setCookie === undefined ? [] : [session.setCookie]),
    ];
    if (cookies.length > 0) raw.setHeader('Set-Cookie', cookies);
    for (const { name, value } of this.#headers?.values() ?? []) if (!raw.hasHeader(name)) raw.setHeader(name, value);
    if (session?.wasUsed === true && !raw.hasHeader('Cache-Control'))
      raw.setHeader('Cache-Control', 'private, no-cache');
  }

  /** What an answer depends on adds up: a handler's `Vary` must not hide that CORS answers by origin (RFC 9110, section 12.5.5). */
  #withLastingVary(value: HeaderValue): HeaderValue {
    const lasting = this.#lastingHeaders?.get('vary');
    if (lasting === undefined) return value;
    const names = [String(lasting.value), ...(typeof value === 'object' ? value : [String(value)])]
      .flatMap((list) => list.split(','))
      .map((field) => field.trim())
      .filter((field) => field !== '');
    return names
      .filter((field, at) => names.findIndex((other) => other.toLowerCase() === field.toLowerCase()) === at)
      .join(', ');
  }

  /** Records a body that is not known yet. A finisher called later has the last word. */
  #finishLater<T>(arriving: Promise<T>, toBody: (value: T) => RecordedBody): this {
    const pending = arriving.then((value) => {
      if (this.#pending === pending) this.#body = toBody(value);
    });
    // The pipeline awaits it; until then a failure must not count as unhandled.
    pending.catch(() => {});
    this.#finish(undefined, this.#contentType, undefined);
    this.#pending = pending;
    return this;
  }

  /** Text or bytes that a finisher was given. */
  #text(content: unknown, finisher: string): string | Buffer {
    if (typeof content === 'string') return content;
    const body = content instanceof String ? String(content) : bytesOf(content);
    if (body !== undefined) return body;
    throw notData(this.#request.routeLabel, `gave ${kindOf(content)} to ${finisher}(), which takes text.`);
  }

  #finish(body: RecordedBody, contentType: string | undefined, status: number | undefined): this {
    if (this.#isSent) {
      this.#context.log.debug('A response was finished after it had been sent; the second answer is dropped.');
      return this;
    }
    if (status !== undefined) this.#status = checkStatus(status);
    this.#body = body;
    this.#contentType = contentType;
    this.#pending = undefined;
    this.#isAnswered = true;
    this.#tellAnswered?.();
    return this;
  }
}

/** `writeHead` takes an object, or names and values in turn. */
function headerPairs(headers: unknown): [string, HeaderValue][] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (!Array.isArray(headers)) return Object.entries(headers);
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1]] as [string, HeaderValue]] : [],
  );
}

/** Kept beside: with one private field more than it has, making a `Response` takes V8 more than twice as long (measured on Node 20). */
const localsOf = new WeakMap<Response, object>();

const NO_COOKIES: readonly string[] = Object.freeze([]);

function checkStatus(code: number): number {
  if (Number.isInteger(code) && code >= 200 && code <= 599) return code;
  throw new Tina4Error(
    'T4_STATUS_INVALID',
    `${String(code)} is not a status to answer with. Use a whole number from 200 to 599.`,
  );
}

/** RFC 9110, section 15.4; a 304 has no Location, and 306 no meaning. */
const REDIRECT_CODES = new Set([300, 301, 302, 303, 305, 307, 308]);

function checkRedirect(url: unknown, code: unknown, route: string): void {
  const isAddress = (typeof url === 'string' && url !== '') || url instanceof URL;
  if (!isAddress) throw redirectError(`${route} redirects to ${url === '' ? 'an empty text' : kindOf(url)}.`);
  if (!REDIRECT_CODES.has(code as number))
    throw redirectError(`${route} redirects with ${String(code)}. Use 301, 302, 303, 307 or 308.`);
}

function redirectError(text: string): HttpError {
  return new HttpError(500, 'T4_REDIRECT_INVALID', text);
}

function isChunks(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** The source's rule for text without a content type; JSON text is labelled as such. */
function typeOfText(text: string): string {
  const bare = text.trim();
  if (bare.startsWith('<') && bare.endsWith('>')) return HTML_TYPE;
  const looksLikeJson = (bare.startsWith('{') && bare.endsWith('}')) || (bare.startsWith('[') && bare.endsWith(']'));
  if (looksLikeJson) {
    try {
      JSON.parse(bare);
      return JSON_TYPE;
    } catch {
      // Text after all.
    }
  }
  return TEXT_TYPE;
}
