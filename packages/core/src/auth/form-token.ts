import { createHash, createHmac } from 'node:crypto';
import { signToken, type TokenKey, verifyToken } from './json-web-token.js';

/** What a form token is bound to. */
export interface FormTokenBinding {
  readonly sessionId: string;
  readonly key: TokenKey;
}

/**
 * A token for the hidden field of a form: signed, of type `form`, in force for one session only. After the session's id
 * changed (login) it is refused. `context` names the form, for apps that want to tell theirs apart.
 */
export function createFormToken(
  { sessionId, key }: FormTokenBinding,
  lifetimeMinutes: number,
  context?: string,
  now?: number,
): string {
  const claims = { type: 'form', sid: fingerprint(sessionId), ...(context === undefined ? {} : { context }) };
  return signToken(claims, formKey(key), lifetimeMinutes, now);
}

/** True when the token was made for this session and is in force. Not single use: a page may send its form twice. */
export function checkFormToken(token: unknown, { sessionId, key }: FormTokenBinding, now?: number): boolean {
  const payload = verifyToken(token, formKey(key), now);
  return payload !== null && payload.type === 'form' && payload.sid === fingerprint(sessionId);
}

/**
 * Form tokens have a key of their own, derived from the app's: any visitor is given one, so none may ever pass for a login
 * token in `Auth.validToken()`.
 */
function formKey(key: TokenKey): TokenKey {
  return { ...key, secret: createHmac('sha256', key.secret).update('tina4 form token').digest('base64url') };
}

/** Pages can be read by scripts, session ids must not: the token carries a digest. */
function fingerprint(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url');
}
