import type { IncomingMessage } from 'node:http';

const SLASH = 47;
const DOT = 46;
const QUESTION_MARK = 63;
const PERCENT_SIGN = 37;

/** By character code: 1 where RFC 3986, section 3.3, lets the character stand for itself in a path. */
const STANDS_FOR_ITSELF = tableOf("/-._~!$&'()*+,;=:@");
/** All of those but the dot, which may be the beginning of a dot segment. */
const IS_COMMON = STANDS_FOR_ITSELF.with(DOT, 0);
/** Unreserved characters (RFC 3986, section 2.3): encoded or not, they mean the same. */
const UNRESERVED = tableOf('-._~');

/**
 * The path of a request in the one form that routes, files, pages and `req.path` share (RFC 3986, section 6.2.2): unreserved
 * characters are decoded, what may not stand in a path is encoded, hex digits are upper case, the rest stays as it came. Empty
 * segments stay. Undefined when the target has no such form and is to be answered 400: one that is no path, or that holds broken
 * encoding, a `#`, a NUL, or a segment `.` or `..` (encoded slashes and backslashes count as separators here). `*` for `OPTIONS *`.
 *
 * An absolute URL is reduced to its path, and its host takes the place of the Host header (RFC 9112, section 3.2.2).
 */
export function requestPath(raw: IncomingMessage): string | undefined {
  const target = raw.url as string;
  if (target.charCodeAt(0) === SLASH) return pathOf(target);
  if (target === '*' && raw.method === 'OPTIONS') return target;
  const absolute = /^https?:\/\/([^/?#\\@]+)(.*)$/is.exec(target);
  if (absolute === null) return undefined;
  const [, host, rest] = absolute as unknown as [string, string, string];
  const path = rest === '' || rest.startsWith('?') ? '/' : rest.startsWith('/') ? pathOf(rest) : undefined;
  if (path !== undefined) raw.headers.host = host;
  return path;
}

/** Every request passes here: one look at each character, and nothing is copied where nothing is to be changed. */
function pathOf(target: string): string | undefined {
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (IS_COMMON[code] === 1) continue;
    if (code === QUESTION_MARK) return target.slice(0, at);
    if (code !== DOT || target.charCodeAt(at - 1) === SLASH) return uncommonPath(target, at);
  }
  return target;
}

/** `checked` characters at the start are as they should be. */
function uncommonPath(target: string, checked: number): string | undefined {
  const query = target.indexOf('?', checked);
  const path = query < 0 ? target : target.slice(0, query);
  const form = path.includes('#') ? undefined : encodedForm(path);
  return form !== undefined && hasMeaning(form) ? form : undefined;
}

/**
 * Text in the form of {@link requestPath}. Characters up to U+00FF are bytes, as Node hands them over. Undefined when a `%` is not
 * followed by two hex digits. One pass, whatever the text holds.
 */
function encodedForm(text: string): string | undefined {
  let form = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (STANDS_FOR_ITSELF[code] === 1) continue;
    const isEncoded = code === PERCENT_SIGN;
    const byte = isEncoded ? encodedByte(text, at) : code;
    if (byte === undefined || byte > 0xff) return undefined;
    const end = isEncoded ? at + 3 : at + 1;
    form += text.slice(copied, at) + (isEncoded && UNRESERVED[byte] === 1 ? String.fromCharCode(byte) : encoded(byte));
    copied = end;
    at = end - 1;
  }
  return form + text.slice(copied);
}

function encodedByte(text: string, at: number): number | undefined {
  const digits = text.slice(at + 1, at + 3);
  return /^[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

function encoded(byte: number): string {
  return `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
}

function hasMeaning(form: string): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(form);
  } catch {
    // Bytes that are no UTF-8.
    return false;
  }
  return !decoded.includes('\0') && !/(?:^|[/\\])\.\.?(?:[/\\]|$)/.test(decoded);
}

/**
 * The text of a route in the same form, so that it is found by the requests it means: `/für alle` as `/f%C3%BCr%20alle`. What is
 * encoded already stays so. Undefined when no path can hold it.
 */
export function routeTextForm(text: string): string | undefined {
  if (/[?#\0]/.test(text)) return undefined;
  const form = encodedForm(
    Buffer.from(text)
      .toString('latin1')
      .replace(/%(?![0-9a-f]{2})/gi, '%25'),
  );
  return form !== undefined && hasMeaning(`x${form}x`) ? form : undefined;
}

function tableOf(punctuation: string): Uint8Array {
  const table = new Uint8Array(256);
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  for (const character of `0123456789${letters}${letters.toUpperCase()}${punctuation}`)
    table[character.charCodeAt(0)] = 1;
  return table;
}
