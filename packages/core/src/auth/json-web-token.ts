import { Tina4Error } from '../errors/tina4-error.js';
import { lazyPackage } from '../lazy-package.js';
import type { TokenAlgorithm } from './auth-settings.js';

const fastJwt = lazyPackage<typeof import('fast-jwt')>('fast-jwt', import.meta.url);

/** Claims of a token. */
// biome-ignore lint/suspicious/noExplicitAny: the payload is whatever the app signed, and Tina4 code reads it undeclared
export type TokenPayload = Record<string, any>;

/** Key and algorithm of one kind of token. */
export interface TokenKey {
  /** Never empty: an empty key would let anyone sign. */
  readonly secret: string;
  readonly algorithm: TokenAlgorithm;
}

/** Times of a token that are known beforehand, seconds since the epoch. */
export interface TokenTimes {
  readonly exp?: number | undefined;
  /** When the first token of a chain of renewed ones was made. */
  readonly orig_iat?: number | undefined;
}

/**
 * A signed token (RFC 7519) with `iat`. `lifetime` is its life in minutes, 0 for one without an end, or the very times it is to
 * have. `now` is ms since the epoch. Throws Tina4Error T4_AUTH_PAYLOAD for a payload that is no plain object.
 */
export function signToken(
  payload: Readonly<TokenPayload>,
  key: TokenKey,
  lifetime: number | TokenTimes,
  now: number = Date.now(),
): string {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new Tina4Error('T4_AUTH_PAYLOAD', `a token needs an object as its payload, such as { user_id: 1 }.`);
  }
  // Times of an older token that is signed anew do not count.
  const { iat: _issued, exp: _expires, orig_iat: _first, ...claims } = payload;
  const { createSigner } = fastJwt();
  const options = { key: key.secret, algorithm: key.algorithm, clockTimestamp: now };
  if (typeof lifetime === 'object') return createSigner(options)({ ...claims, ...definedOf(lifetime) });
  const expiresIn = lifetime === 0 ? {} : { expiresIn: Math.floor(lifetime * 60) * 1000 };
  return createSigner({ ...options, ...expiresIn })(claims);
}

/**
 * The payload of a token that this key signed and that is in force at `now`, else null. Only the key's own algorithm counts:
 * what the token's header says is never trusted (RFC 8725, section 3.1). Signatures are compared in constant time.
 */
export function verifyToken(token: unknown, key: TokenKey, now: number = Date.now()): TokenPayload | null {
  if (typeof token !== 'string' || token === '') return null;
  const { createVerifier } = fastJwt();
  try {
    const verify = createVerifier({ key: key.secret, algorithms: [key.algorithm], clockTimestamp: now });
    return asPayload(verify(token));
  } catch {
    // Every way for a token to be wrong is one answer: a caller that asks why would tell an attacker.
    return null;
  }
}

/** The payload of a token without any check of its signature or times; null when it is no token. */
export function decodeToken(token: unknown): TokenPayload | null {
  if (typeof token !== 'string') return null;
  const decode = fastJwt().createDecoder();
  try {
    return asPayload(decode(token));
  } catch {
    return null;
  }
}

function definedOf({ exp, orig_iat }: TokenTimes): TokenTimes {
  return { ...(exp === undefined ? {} : { exp }), ...(orig_iat === undefined ? {} : { orig_iat }) };
}

function asPayload(decoded: unknown): TokenPayload | null {
  return typeof decoded === 'object' && decoded !== null && !Array.isArray(decoded) ? decoded : null;
}
