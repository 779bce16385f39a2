import type { SetCookie } from 'cookie';
import { HttpError } from './errors/errors.js';
import { lazyPackage } from './lazy-package.js';

const cookie = lazyPackage<typeof import('cookie')>('cookie', import.meta.url);

/** Options of `res.cookie()`. Path is `/` unless given; nothing else has a default. */
export interface CookieOptions {
  readonly expires?: Date | undefined;
  /**
   * Seconds (milliseconds with `TINA4_COOKIE_MAXAGE_UNIT=ms`). At most 400 days: browsers take no more, so a larger number of seconds
   * is read as the milliseconds that it must be. Null is not given.
   */
  readonly maxAge?: number | null | undefined;
  readonly path?: string | undefined;
  readonly domain?: string | undefined;
  readonly secure?: boolean | undefined;
  readonly httpOnly?: boolean | undefined;
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | 'strict' | 'lax' | 'none' | boolean | undefined;
}

/** RFC 6265bis, section 5.5: the longest lifetime that browsers accept. */
const MAX_AGE_SECONDS = 400 * 24 * 3600;
/** RFC 6265bis, section 5.6: name and value together; browsers drop larger ones without a word. */
const MAX_NAME_VALUE_BYTES = 4096;
const EXPIRED = new Date(0);

/** Name to decoded value, without a prototype. The first of two equal names wins; a value that cannot be decoded stays raw. */
export function parseCookies(header: string | undefined): Record<string, string | undefined> {
  return header === undefined ? Object.create(null) : cookie().parseCookie(header, { decode: decodeValue });
}

/** The parts of one Set-Cookie value, the cookie's own value still encoded. For clients. */
export function readSetCookie(text: string): SetCookie {
  return cookie().parseSetCookie(text, { decode: (raw) => raw });
}

function decodeValue(text: string): string {
  const bare = text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  if (!bare.includes('%')) return bare;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

/**
 * One Set-Cookie value. Name and value are percent-encoded, any value is made a string. Throws HttpError 500
 * T4_COOKIE_INVALID for what no browser would accept: it is a mistake of the app, found before a header is written.
 */
export function serializeCookie(name: string, value: unknown, options: CookieOptions, maxAgeUnit: 's' | 'ms'): string {
  const { maxAge, path = '/', sameSite, ...rest } = options;
  checkPrefix(name, path, options);
  const seconds = maxAge === undefined || maxAge === null ? undefined : secondsOf(maxAge, maxAgeUnit);
  const isDeletion = seconds !== undefined && seconds <= 0;
  const { stringifySetCookie } = cookie();
  let text: string;
  try {
    text = stringifySetCookie({
      name,
      value: cookieText(name, value),
      ...rest,
      path,
      ...(seconds === undefined ? {} : { maxAge: Math.min(Math.max(seconds, 0), MAX_AGE_SECONDS) }),
      ...(isDeletion && rest.expires === undefined ? { expires: EXPIRED } : {}),
      ...(sameSite === undefined ? {} : { sameSite: normalizeSameSite(sameSite) }),
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HttpError(500, 'T4_COOKIE_INVALID', `the cookie "${String(name)}" cannot be set: ${reason}.`, {
      cause,
    });
  }
  const size = Buffer.byteLength(text.split(';', 1)[0] as string);
  if (size > MAX_NAME_VALUE_BYTES) {
    throw new HttpError(
      500,
      'T4_COOKIE_INVALID',
      `the cookie "${name}" has ${size} bytes; browsers drop more than ${MAX_NAME_VALUE_BYTES}. Keep the value in the session.`,
    );
  }
  return text;
}

/** The text of a value. Throws for objects, of which nothing would be left. */
export function cookieText(name: string, value: unknown): string {
  const text = String(value);
  if (typeof value !== 'object' || value === null || !text.includes('[object ')) return text;
  throw new HttpError(
    500,
    'T4_COOKIE_INVALID',
    `the cookie "${name}" is given an object. Give it JSON.stringify(…) of it, or keep the value in the session.`,
  );
}

function secondsOf(maxAge: number, unit: 's' | 'ms'): number {
  return Math.trunc(unit === 'ms' || maxAge > MAX_AGE_SECONDS ? maxAge / 1000 : maxAge);
}

/** RFC 6265bis, section 4.1.3: names by which a cookie shows who set it. Browsers drop one that does not keep the promise. */
function checkPrefix(name: string, path: string, { secure, domain }: CookieOptions): void {
  const prefix = /^__(?:host|secure)-/i.exec(String(name))?.[0].toLowerCase();
  if (prefix === undefined) return;
  const isKept = secure === true && (prefix === '__secure-' || (path === '/' && !domain));
  if (isKept) return;
  const needed = prefix === '__secure-' ? '{ secure: true }' : '{ secure: true }, no domain, and the path /';
  throw new HttpError(
    500,
    'T4_COOKIE_INVALID',
    `browsers drop the cookie "${name}": a name that begins so needs ${needed}.`,
  );
}

function normalizeSameSite(sameSite: NonNullable<CookieOptions['sameSite']>): 'strict' | 'lax' | 'none' | boolean {
  return typeof sameSite === 'string' ? (sameSite.toLowerCase() as 'strict' | 'lax' | 'none') : sameSite;
}
