import { isSessionId } from '../data/session-id.js';
import type { OptionProblem } from '../option-problems.js';
import { throwOnProblems } from '../option-problems.js';
import type { SessionCookieOptions } from '../session-options.js';

/** A browser keeps no cookie for longer (RFC 6265bis, section 5.5). Seconds. */
export const LONGEST_COOKIE_SECONDS = 400 * 24 * 3600;

/** Cookies of the name that are tried: each costs a look into the store. */
const MOST_CANDIDATES = 8;
const MOST_BYTES = 4096;
const MOST_ATTRIBUTE_BYTES = 1024;
const ID_LENGTH = 43;

/** RFC 9110 token: what a cookie name may be made of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Printable ASCII without what ends an attribute or a header, or is quoted differently by browsers. */
const PLAIN_VALUE = /^[!#-+\--:<-~]*$/;

/** The session cookie with its defaults filled in. `secure` undefined: as the request came. */
export interface SessionCookieSettings {
  readonly name: string;
  readonly secure: boolean | undefined;
  readonly httpOnly: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
  readonly path: string;
  readonly domain: string | undefined;
}

/** Fills in the defaults and adds what is wrong to `problems`. */
export function resolveCookieOptions(options: SessionCookieOptions, problems: OptionProblem[]): SessionCookieSettings {
  const sameSite = options.sameSite ?? 'Lax';
  const name = options.name ?? 'tina4_session';
  const prefix = /^__(host|secure)-/i.exec(name)?.[1]?.toLowerCase();
  const needsSecure = sameSite === 'None' || prefix !== undefined;
  const settings: SessionCookieSettings = {
    name,
    secure: options.secure ?? (needsSecure ? true : undefined),
    httpOnly: options.httpOnly ?? true,
    sameSite,
    path: options.path ?? '/',
    domain: options.domain,
  };
  const add = (message: string) => problems.push({ code: 'T4_SESSION_COOKIE_INVALID', message });
  checkName(settings.name, add);
  checkAttribute('path', settings.path, add);
  if (!settings.path.startsWith('/')) add(`the cookie path is ${quote(settings.path)}. It starts with a slash.`);
  if (settings.domain !== undefined) {
    checkAttribute('domain', settings.domain, add);
    if (settings.domain === '') add('the cookie domain is empty. Leave it out to keep the cookie with its host.');
  }
  if (!['Strict', 'Lax', 'None'].includes(sameSite)) {
    add(`SameSite is ${quote(sameSite)}. Use one of Strict, Lax, None.`);
  }
  if (sameSite === 'None' && settings.secure === false) {
    add(
      'SameSite=None with TINA4_SESSION_SECURE=false: browsers drop such cookies. Set TINA4_SESSION_SECURE=true or SameSite=Lax.',
    );
  }
  if (prefix !== undefined && settings.secure === false) {
    add(
      `the cookie name ${quote(name)} has a prefix that demands Secure. Set TINA4_SESSION_SECURE=true or drop the prefix.`,
    );
  }
  if (prefix === 'host' && (settings.path !== '/' || settings.domain !== undefined)) {
    add(
      `the cookie name ${quote(name)} has the __Host- prefix, which demands Path=/ and no Domain. Remove path and domain or use __Secure-.`,
    );
  }
  return settings;
}

/**
 * The well-formed session ids in a Cookie header, in order, at most eight and each once. A browser may send several cookies of one
 * name (a sibling host can plant one), so their order proves nothing and each is tried. One pass over the header.
 */
export function findSessionIds(cookieHeader: string, name: string): readonly string[] {
  let ids: string[] | undefined;
  for (let at = cookieHeader.indexOf(name); at >= 0; at = cookieHeader.indexOf(name, at + name.length)) {
    const valueStart = at + name.length + 1;
    if (cookieHeader.charCodeAt(valueStart - 1) !== 0x3d || !startsCookie(cookieHeader, at)) continue;
    const separator = cookieHeader.indexOf(';', valueStart);
    // Longer values are not looked at: a trailing blank or two is all that may follow the id.
    const valueEnd = separator < 0 ? cookieHeader.length : separator;
    if (valueEnd - valueStart > ID_LENGTH + 2) continue;
    const value = cookieHeader.slice(valueStart, valueEnd).trim();
    if (!isSessionId(value) || ids?.includes(value)) continue;
    ids ??= [];
    ids.push(value);
    if (ids.length === MOST_CANDIDATES) break;
  }
  return ids ?? NO_IDS;
}

const NO_IDS: readonly string[] = Object.freeze([]);

/** True when the text before `at` is the start of the header or a semicolon with blanks. */
function startsCookie(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && (header.charCodeAt(before) === 0x20 || header.charCodeAt(before) === 0x09)) before--;
  return before < 0 || header.charCodeAt(before) === 0x3b;
}

/**
 * The Set-Cookie value that gives the browser `id`. `maxAgeSeconds` undefined: a cookie that ends with the browser.
 * Capped at 400 days, as browsers do.
 */
export function sessionCookie(
  cookie: SessionCookieSettings,
  id: string,
  maxAgeSeconds: number | undefined,
  isHttps: boolean,
): string {
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${Math.min(maxAgeSeconds, LONGEST_COOKIE_SECONDS)}`;
  return `${cookie.name}=${id}${attributes(cookie)}${age}${isSecure(cookie, isHttps) ? '; Secure' : ''}`;
}

/** The Set-Cookie value that makes the browser drop the cookie: same name, path and domain as it was set with. */
export function expiredSessionCookie(cookie: SessionCookieSettings, isHttps: boolean): string {
  const secure = isSecure(cookie, isHttps) ? '; Secure' : '';
  return `${cookie.name}=${attributes(cookie)}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT${secure}`;
}

/** The same cookie under another name. Throws T4_SESSION_COOKIE_INVALID when a header could not carry the name. */
export function renameCookie(cookie: SessionCookieSettings, name: string): SessionCookieSettings {
  const problems: OptionProblem[] = [];
  checkName(name, (message) => problems.push({ code: 'T4_SESSION_COOKIE_INVALID', message }));
  throwOnProblems(problems);
  return { ...cookie, name };
}

function attributes(cookie: SessionCookieSettings): string {
  const domain = cookie.domain === undefined ? '' : `; Domain=${cookie.domain}`;
  return `; Path=${cookie.path}${domain}${cookie.httpOnly ? '; HttpOnly' : ''}; SameSite=${cookie.sameSite}`;
}

function isSecure(cookie: SessionCookieSettings, isHttps: boolean): boolean {
  return cookie.secure ?? isHttps;
}

function checkName(name: string, add: (message: string) => void): void {
  if (!TOKEN.test(name)) {
    add(`the cookie name ${quote(name)} has a character that a cookie name cannot have. Use letters, digits, - and _.`);
  } else if (name.length + ID_LENGTH > MOST_BYTES) {
    add(
      `the cookie name has ${name.length} characters. Browsers refuse a cookie over ${MOST_BYTES} bytes with its value.`,
    );
  }
}

function checkAttribute(attribute: string, value: string, add: (message: string) => void): void {
  if (!PLAIN_VALUE.test(value)) {
    add(`the cookie ${attribute} ${quote(value)} has a character that a header attribute cannot have.`);
  } else if (value.length > MOST_ATTRIBUTE_BYTES) {
    add(
      `the cookie ${attribute} has ${value.length} characters. Browsers ignore attributes over ${MOST_ATTRIBUTE_BYTES} bytes.`,
    );
  }
}

function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
