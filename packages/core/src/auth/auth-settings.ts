/** HMAC algorithms that tokens may be signed with. Tokens with any other are refused, `none` above all. */
export type TokenAlgorithm = 'HS256' | 'HS384' | 'HS512';

/** What tokens are made and checked with. Frozen data: the composition root makes it from the app's variables. */
export interface AuthSettings {
  /** From `TINA4_SECRET`, `SECRET` or `TINA4_JWT_SECRET`. Without it a random key is kept in `keyFile`. */
  readonly secret: string | undefined;
  /** Absolute path of the key that is made when there is no secret, `secrets/jwt.key` in the app's folder. */
  readonly keyFile: string;
  readonly algorithm: TokenAlgorithm;
  /** Lifetime of a token that is given none, minutes; 0 makes tokens that never expire. */
  readonly lifetimeMinutes: number;
  /** Minutes after which a chain of renewed tokens ends, counted from its first one; 0: renewing extends nothing. */
  readonly renewalMinutes: number;
  /** Static key that secured routes take instead of a token, from `TINA4_API_KEY`. */
  readonly apiKey: string | undefined;
}

/** Settings of an app that set none, beside `keyFile`, which has no sensible default. */
export const AUTH_DEFAULTS: Omit<AuthSettings, 'keyFile'> = Object.freeze({
  secret: undefined,
  algorithm: 'HS256',
  lifetimeMinutes: 60,
  renewalMinutes: 24 * 60,
  apiKey: undefined,
});
