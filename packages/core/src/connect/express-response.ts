import { STATUS_CODES } from 'node:http';
import { type CookieOptions, serializeCookie } from '../cookies.js';
import { acceptedType } from '../negotiation.js';
import { encodeLocation } from '../response/encode-location.js';
import { attachment, fileBody } from '../response/file-body.js';
import { signText, signValue } from '../signed-cookies.js';
import { renderTemplate } from '../templates/render-template.js';
import { expressAppOf } from './express-app.js';
import { contentTypeOf } from './media-type.js';
import { behindOf, type NodeRequest, type NodeResponse } from './node-objects.js';
import { prototypeMembers } from './own-members.js';

type Header = string | number | readonly string[];
/** As Express takes them: `maxAge` in milliseconds. */
type ExpressCookieOptions = CookieOptions & { readonly signed?: boolean };
type RenderCallback = (error: unknown, html?: string) => void;

const members: object & ThisType<NodeResponse> = {
  get app() {
    return expressAppOf(behindOf(this).context);
  },
  status(code: number) {
    this.statusCode = code;
    return this;
  },
  sendStatus(code: number) {
    this.statusCode = code;
    return this.type('txt').send(STATUS_CODES[code] ?? String(code));
  },
  set(name: string | Record<string, Header>, value?: Header) {
    if (typeof name === 'object') {
      for (const [key, one] of Object.entries(name)) this.set(key, one);
      return this;
    }
    const text = Array.isArray(value) ? value.map(String) : String(value);
    this.setHeader(name, name.toLowerCase() === 'content-type' ? contentTypeOf(String(text)) : text);
    return this;
  },
  header(name: string | Record<string, Header>, value?: Header) {
    return this.set(name, value);
  },
  get(name: string) {
    return this.getHeader(name);
  },
  type(type: string) {
    return this.set('Content-Type', contentTypeOf(type));
  },
  contentType(type: string) {
    return this.type(type);
  },
  append(name: string, value: string | string[]) {
    const before = [this.getHeader(name) ?? []].flat();
    return this.set(name, before.length === 0 ? value : ([...before, value].flat() as string[]));
  },
  vary(fields: string | string[]) {
    const before = String(this.getHeader('Vary') ?? '');
    const known = before.split(',').map((name) => name.trim().toLowerCase());
    const added = [fields].flat().filter((name) => !known.includes(name.toLowerCase()));
    if (added.length > 0 && !known.includes('*'))
      this.set('Vary', [before, ...added].filter((text) => text !== '').join(', '));
    return this;
  },
  location(url: string) {
    return this.set('Location', encodeLocation(url === 'back' ? (this.req.headers.referer ?? '/') : url));
  },
  links(links: Record<string, string>) {
    const text = Object.entries(links).map(([rel, url]) => `<${url}>; rel="${rel}"`);
    return this.set('Link', [this.getHeader('Link') ?? [], ...text].flat().join(', '));
  },
  /** As Express writes cookies: objects as `j:` and JSON, `maxAge` in milliseconds, signed with cookie-parser's secret if there is one. */
  cookie(name: string, value: unknown, options: ExpressCookieOptions = {}) {
    const { signed = false, ...rest } = options;
    const text = typeof value === 'object' && value !== null ? `j:${JSON.stringify(value)}` : String(value);
    const { secret } = this.req as NodeRequest;
    const sent = !signed ? text : secret === undefined ? signValue(name, text) : `s:${signText(text, secret)}`;
    return this.append('Set-Cookie', serializeCookie(name, sent, rest, 'ms'));
  },
  clearCookie(name: string, options: ExpressCookieOptions = {}) {
    return this.append('Set-Cookie', serializeCookie(name, '', { ...options, maxAge: 0, expires: new Date(0) }, 'ms'));
  },
  send(body?: unknown) {
    if (typeof body === 'object' && body !== null && !ArrayBuffer.isView(body)) return this.json(body);
    if (typeof body === 'number' || typeof body === 'boolean') return this.json(body);
    const isText = typeof body === 'string';
    if (!this.hasHeader('Content-Type') && body !== undefined && body !== null) this.type(isText ? 'html' : 'bin');
    const bytes = isText ? Buffer.from(body) : ArrayBuffer.isView(body) ? asBuffer(body) : undefined;
    if (this.statusCode === 204 || this.statusCode === 304) {
      for (const name of ['Content-Type', 'Content-Length']) this.removeHeader(name);
      return this.end();
    }
    this.setHeader('Content-Length', bytes?.length ?? 0);
    return this.end(bytes);
  },
  json(data?: unknown) {
    if (!this.hasHeader('Content-Type')) this.type('json');
    return this.send(JSON.stringify(data) ?? '');
  },
  jsonp(data?: unknown) {
    return this.json(data);
  },
  redirect(first: string | number, second?: string) {
    const [code, url] = typeof first === 'number' ? [first, String(second)] : [302, first];
    this.location(url).statusCode = code;
    return this.type('txt').send(`${STATUS_CODES[code]}. Redirecting to ${this.getHeader('Location')}`);
  },
  format(answers: Record<string, () => void>) {
    const types = Object.keys(answers).filter((type) => type !== 'default');
    const type = acceptedType(this.req, types);
    this.vary('Accept');
    const chosen = type === false ? answers.default : answers[type];
    if (chosen === undefined) return this.sendStatus(406);
    if (type !== false) this.type(type);
    chosen();
    return this;
  },
  render(name: string, data: object | RenderCallback = {}, callback?: RenderCallback) {
    const { req, context } = behindOf(this);
    const done = typeof data === 'function' ? (data as RenderCallback) : callback;
    const values = { ...expressAppOf(context).locals, ...this.locals, ...(typeof data === 'function' ? {} : data) };
    const rendering = (async () => renderTemplate(name, values, req, context))();
    rendering.then(
      (html) => (done === undefined ? this.send(html) : done(undefined, html)),
      (error: unknown) => (done ?? (this.req as NodeRequest).next)(error),
    );
  },
  attachment(name?: string) {
    return this.set('Content-Disposition', name === undefined ? 'attachment' : attachment(name));
  },
  sendFile(path: string, _options?: unknown, callback?: (error?: unknown) => void) {
    void fileBody(path)(this, { status: this.statusCode, headers: this.getHeaders() }).then(() => callback?.());
  },
  download(path: string, name?: string) {
    this.attachment(typeof name === 'string' ? name : path).sendFile(path);
  },
};

/** What Express adds to a response, for the prototype of one that is handed to its middleware. */
export const RESPONSE_MEMBERS: PropertyDescriptorMap = prototypeMembers(members);

function asBuffer(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
