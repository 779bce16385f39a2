import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from '../request/request.js';
import { authSettings, prepareSigningKey, provideAuthSettings, tokenKey } from './auth-defaults.js';
import type { AuthSettings } from './auth-settings.js';
import { decodeToken, signToken, type TokenPayload, verifyToken } from './json-web-token.js';
import { checkPassword, checkPasswordAsync, hashPassword, hashPasswordAsync } from './password.js';
import { renewToken } from './renew-token.js';
import { isFormTokenOf } from './request-form-token.js';

/**
 * A signed token that carries `payload`. `secret` defaults to the app's, `expiresMinutes` to `TINA4_TOKEN_LIMIT` (60); 0 makes a
 * token that never expires. A plain value, never a promise.
 */
export function getToken(payload: Readonly<TokenPayload>, secret?: string, expiresMinutes?: number): string {
  return signToken(payload, tokenKey(secret), expiresMinutes ?? authSettings().lifetimeMinutes);
}

/** The payload of a token that is genuine and in force, else null. A plain value: safe in `if (…)`, awaited or not. */
export function validToken(token: string, secret?: string): TokenPayload | null {
  return verifyToken(token, tokenKey(secret));
}

/** What a token says, without checking that it is genuine; null when it is no token. Never decide access on it. */
export function getPayload(token: string): TokenPayload | null {
  return decodeToken(token);
}

/**
 * A token with the same payload, made anew for as long as the old one was made for, or null when the old one is not in force.
 * `expiresMinutes` may only shorten that. A chain of renewed tokens ends `TINA4_TOKEN_RENEW_LIMIT` minutes after its first one was made.
 */
export function refreshToken(token: string, secret?: string, expiresMinutes?: number): string | null {
  const payload = validToken(token, secret);
  if (payload === null) return null;
  const renewal = { maxAgeMinutes: authSettings().renewalMinutes, minutes: expiresMinutes };
  return renewToken(payload, tokenKey(secret), renewal);
}

/** True when `provided` is the static key `expected`, by default `TINA4_API_KEY`. False when no key is set. */
export function validateApiKey(provided: string, expected: string | undefined = authSettings().apiKey): boolean {
  if (typeof provided !== 'string' || typeof expected !== 'string' || provided === '' || expected === '') return false;
  return timingSafeEqual(digest(provided), digest(expected));
}

/** True when the token was made by `form_token()` for the session of the request being answered, or of `req`. */
export function validateFormToken(token: unknown, req?: Request): boolean {
  return isFormTokenOf(token, req);
}

/** Tokens and passwords, as Tina4 code calls them. Every method returns a plain value, except those whose name says Async. */
export class Auth {
  static readonly getToken = getToken;
  static readonly createToken = getToken;
  static readonly validToken = validToken;
  static readonly validateToken = validToken;
  static readonly getPayload = getPayload;
  static readonly refreshToken = refreshToken;
  static readonly validateApiKey = validateApiKey;
  static readonly validateFormToken = validateFormToken;
  static readonly hashPassword = hashPassword;
  static readonly checkPassword = checkPassword;
  static readonly hashPasswordAsync = hashPasswordAsync;
  static readonly checkPasswordAsync = checkPasswordAsync;

  /**
   * Sets the settings and makes the key file when no secret is set. A server awaits it before it listens, so that no request
   * touches the file. Rejects with T4_AUTH_KEY_FILE when the key cannot be read or made.
   */
  static async setup(settings?: AuthSettings): Promise<void> {
    if (settings !== undefined) provideAuthSettings(settings);
    await prepareSigningKey();
  }
}

/** Digests have one length, so that comparing them in constant time hides the key's length too. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
