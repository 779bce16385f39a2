import { createHmac, timingSafeEqual } from 'node:crypto';
import { tokenKey } from './auth/auth-defaults.js';
import { cookieText } from './cookies.js';

const PREFIX = 's:';

/**
 * A cookie value that nobody but the app can make or change. The key is derived from the one that tokens are signed with, because a
 * client may choose what a cookie says, and must not get a token signed by it; and the name is signed too, so that the value of
 * one cookie is none for another.
 */
export function signValue(name: string, value: unknown): string {
  const text = cookieText(name, value);
  return `${PREFIX}${text}.${macOf(name, text)}`;
}

/** The signed cookies of a request: the value of each that is as the app made it, false for one that is not. */
export function verifySigned(cookies: Readonly<Record<string, unknown>>): Record<string, string | false> {
  const verified: Record<string, string | false> = Object.create(null);
  for (const [name, value] of Object.entries(cookies)) {
    if (typeof value === 'string' && value.startsWith(PREFIX)) verified[name] = verifiedValue(name, value);
  }
  return verified;
}

/** `text` with its signature by `secret`, as Express and its packages write it, for cookies that they read. */
export function signText(text: string, secret: string): string {
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64').replace(/=+$/, '')}`;
}

function verifiedValue(name: string, signed: string): string | false {
  const at = signed.lastIndexOf('.');
  if (at < PREFIX.length) return false;
  const text = signed.slice(PREFIX.length, at);
  const given = Buffer.from(signed.slice(at + 1));
  const expected = Buffer.from(macOf(name, text));
  return given.length === expected.length && timingSafeEqual(given, expected) ? text : false;
}

function macOf(name: string, text: string): string {
  // A name holds no "=", so no other name and value make the same text.
  return createHmac('sha256', cookieKey()).update(`${name}=${text}`).digest('base64url');
}

let derived: { readonly secret: string; readonly key: Buffer } | undefined;

function cookieKey(): Buffer {
  const { secret } = tokenKey();
  if (derived?.secret !== secret)
    derived = { secret, key: createHmac('sha256', secret).update('signed cookies').digest() };
  return derived.key;
}
