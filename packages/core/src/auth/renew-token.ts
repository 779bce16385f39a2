import { signToken, type TokenKey, type TokenPayload } from './json-web-token.js';

/** How a token is renewed. */
export interface Renewal {
  /** Minutes after which a chain of renewed tokens ends, counted from its first one. */
  readonly maxAgeMinutes: number;
  /** A shorter life than the token had; a longer one, or 0, counts as the one it had. */
  readonly minutes?: number | undefined;
  /** Ms since the epoch. */
  readonly now?: number | undefined;
}

/**
 * A token with the claims of `payload`, which is in force, made anew. It lives as long as the one before was made to live, and a
 * chain of them no longer than `maxAgeMinutes`: who gets hold of a short-lived token must not keep it alive by using it. The
 * claim `orig_iat` carries the chain's start. A token that may not be extended keeps its end; one without an end has none again.
 */
export function renewToken(payload: TokenPayload, key: TokenKey, { maxAgeMinutes, minutes, now }: Renewal): string {
  const nowSeconds = Math.floor((now ?? Date.now()) / 1000);
  const startedAt = secondsOf(payload.orig_iat) ?? secondsOf(payload.iat);
  const endsAt = secondsOf(payload.exp);
  const asked = minutes === undefined || minutes === 0 ? Infinity : Math.floor(minutes * 60);
  if (endsAt === undefined) {
    const times = asked === Infinity ? {} : { exp: nowSeconds + asked };
    return signToken(payload, key, { ...times, orig_iat: startedAt }, now);
  }
  const length = Math.min(asked, endsAt - (secondsOf(payload.iat) ?? endsAt));
  const chainEnd = Math.max(endsAt, (startedAt ?? 0) + maxAgeMinutes * 60);
  // Without a length of its own (no `iat`) the token can only keep its end.
  const exp = length > 0 ? Math.min(nowSeconds + length, chainEnd) : endsAt;
  return signToken(payload, key, { exp, orig_iat: startedAt }, now);
}

function secondsOf(claim: unknown): number | undefined {
  return typeof claim === 'number' && Number.isFinite(claim) ? claim : undefined;
}
