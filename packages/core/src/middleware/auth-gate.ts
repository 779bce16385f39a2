import { validateApiKey, validToken } from '../auth/auth.js';
import { authSettings, tokenKey } from '../auth/auth-defaults.js';
import type { TokenPayload } from '../auth/json-web-token.js';
import { renewToken } from '../auth/renew-token.js';
import { formTokenOf, isFormTokenOf, sentFormToken } from '../auth/request-form-token.js';
import { answerRefusal } from '../error-answers/error-response.js';
import { bodyTypeOf } from '../request/body-type.js';
import { Request } from '../request/request.js';
import { boundUnproven, UNPROVEN_BODY_BYTES } from '../request/unproven-body.js';
import { hasBody } from '../request/unread-body.js';
import type { Response } from '../response/response.js';
import { withAdmission } from './before-body.js';
import type { Middleware } from './compose.js';

/** What a request brought to prove that it may pass. */
interface Pass {
  readonly user: TokenPayload;
  /** A token for the client's next request, where the last one came in the body. */
  readonly freshToken?: string;
}

/** How a route asks for a token. */
export interface AuthGateOptions {
  /**
   * For writes that are secured by default: there a token of `form_token()` shows that the request comes from one of our forms. A
   * route that asks for a login with `.secure()` never takes it: any visitor is given one.
   */
  readonly acceptsFormTokens: boolean;
  /** True when no middleware of the app's own runs before the gate, which could find a token where the gate does not look. */
  readonly isOutermost: boolean;
}

/**
 * Lets only requests with a token through, others get 401. The token is taken from `Authorization: Bearer` (the API key counts
 * too), else from the body field `formToken`, else from the session key `token`. Sets `req.user`.
 *
 * A request that shows no token in its head has its body read only as far as one may stand there (see unproven-body.ts). With a
 * cookie it may belong to somebody who has logged in; the session knows.
 */
export function authGate({ acceptsFormTokens, isOutermost }: AuthGateOptions): Middleware {
  const layer: Middleware = function authGate(req, res, next) {
    return identify(req, res, acceptsFormTokens) ? next() : refuse(req, res);
  };
  return withAdmission(layer, (req, res) => {
    if (!hasBody(req.raw) || mayHaveSession(req)) return;
    // The body is not there yet: what the second finds stands in the header X-Form-Token.
    if (headPass(req) !== undefined || bodyPass(req, false) !== undefined) return;
    if (isOutermost && !mayCarryToken(req.contentType)) refuse(req, res);
    else if (Number(req.headers['content-length'] ?? 0) > UNPROVEN_BODY_BYTES) refuse(req, res);
    else boundUnproven(req, () => refuse(req, res).header('Connection', 'close'));
  });
}

/** Sets `req.user` from the token of the request. False when it brought none that is in force. */
export function identify(req: Request, res: Response, acceptsFormTokens = false): boolean {
  const pass = headPass(req) ?? bodyPass(req, acceptsFormTokens) ?? sessionPass(req);
  if (pass === undefined) return false;
  req.user = pass.user;
  if (pass.freshToken !== undefined) res.header('FreshToken', pass.freshToken);
  return true;
}

/** True when the request carries a valid bearer token or API key: no other site can make a browser send one. */
export function hasValidBearer(req: Request): boolean {
  return bearerPass(req) !== undefined;
}

/** What the head proves, looked at once: before the body and again in the chain. */
function headPass(req: Request): Pass | undefined {
  const pass = proved.get(req) ?? bearerPass(req);
  if (pass !== undefined) proved.set(req, pass);
  return pass;
}

const proved = new WeakMap<Request, Pass>();

function mayHaveSession(req: Request): boolean {
  return req.cookieHeader !== undefined && Request.hasSession(req);
}

/** Bodies that have fields. */
function mayCarryToken(contentType: string): boolean {
  const { kind } = bodyTypeOf(contentType);
  return kind === 'json' || kind === 'form' || kind === 'multipart';
}

function bearerPass(req: Request): Pass | undefined {
  const token = req.bearerToken();
  if (token === null) return undefined;
  if (validateApiKey(token)) return { user: { _auth: 'api_key' } };
  return userPass(token);
}

function bodyPass(req: Request, acceptsFormTokens: boolean): Pass | undefined {
  const { token } = sentFormToken(req);
  if (token === undefined) return undefined;
  const user = userPass(token);
  if (user !== undefined) {
    const renewal = { maxAgeMinutes: authSettings().renewalMinutes };
    return { ...user, freshToken: renewToken(user.user, tokenKey(), renewal) };
  }
  if (!acceptsFormTokens || !Request.hasSession(req) || !isFormTokenOf(token, req)) return undefined;
  return { user: { type: 'form' }, freshToken: formTokenOf(req) };
}

/** Without a cookie there is no session to look into. */
function sessionPass(req: Request): Pass | undefined {
  if (!mayHaveSession(req)) return undefined;
  const token: unknown = req.session.token;
  return typeof token === 'string' ? userPass(token) : undefined;
}

function userPass(token: string): Pass | undefined {
  const user = validToken(token);
  return user === null ? undefined : { user };
}

/** RFC 9110, section 15.5.2: a 401 names the way to authenticate. */
export function refuse(req: Request, res: Response): Response {
  res.header('WWW-Authenticate', 'Bearer');
  return answerRefusal({ status: 401, json: { error: 'Unauthorized' } }, req, res);
}
