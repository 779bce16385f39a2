import { isFormTokenOf, sentFormToken } from '../auth/request-form-token.js';
import { answerRefusal } from '../error-answers/error-response.js';
import { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import { hasValidBearer } from './auth-gate.js';
import { withAdmission } from './before-body.js';
import type { Middleware } from './compose.js';
import { MAKE, type MakeMiddleware } from './configurable.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const IN_URL = 'Form token must not be sent in the URL query string';
const WRONG = 'Invalid or missing form token';
const OTHER_SITE = 'The request comes from another site';

/** Refuses writing requests that other sites made a visitor's browser send. */
export class CsrfMiddleware {
  static readonly [MAKE]: MakeMiddleware = ({ cors }) => csrfLayer(cors.origins);
}

/** The same in lower case, as newer code names it. */
export const csrfMiddleware = CsrfMiddleware;

/**
 * Checks unsafe methods in two ways: by what the browser says about where the request comes from (`Sec-Fetch-Site`, else
 * `Origin`), and by the form token, which is bound to the session. Not checked: routes with `.noAuth()`, and requests with a
 * valid bearer token, which no browser sends by itself. `trustedOrigins` are the sites that CORS lets in; `*` trusts none.
 */
export function csrfLayer(trustedOrigins: readonly string[]): Middleware {
  const trusted = new Set(trustedOrigins.filter((origin) => origin !== '*'));
  const faultOfHead = (req: Request): string | undefined => {
    if (SAFE_METHODS.has(req.method) || isOpenRoute(req)) return undefined;
    const fault = isFromOtherSite(req, trusted) ? OTHER_SITE : sentFormToken(req).isInQuery ? IN_URL : undefined;
    return fault === undefined || hasValidBearer(req) ? undefined : fault;
  };
  const layer: Middleware = function csrf(req, res, next) {
    if (SAFE_METHODS.has(req.method) || isOpenRoute(req) || hasValidBearer(req)) return next();
    const { token } = sentFormToken(req);
    const fault = faultOfHead(req) ?? (token === undefined || !isFormTokenOf(token, req) ? WRONG : undefined);
    return fault === undefined ? next() : refuse(req, res, fault);
  };
  return withAdmission(layer, (req, res) => {
    const fault = faultOfHead(req);
    if (fault !== undefined) refuse(req, res, fault);
  });
}

function isOpenRoute(req: Request): boolean {
  return Request.targetOf(req).route?.setting('isSecured') === false;
}

function isFromOtherSite(req: Request, trusted: ReadonlySet<string>): boolean {
  const origin = req.header('origin');
  if (origin !== undefined && trusted.has(origin)) return false;
  const site = req.header('sec-fetch-site');
  if (site !== undefined) return site === 'cross-site';
  return origin !== undefined && hostOf(origin) !== req.headers.host?.toLowerCase();
}

/** `null`, which browsers send for sandboxed pages, is no host. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** On a page in words for the one who sent the form: it was open for too long, or he logged in elsewhere. */
function refuse(req: Request, res: Response, message: string): Response {
  const code = 'CSRF_INVALID';
  const text = 'This form can no longer be sent. Go back, reload the page and try again.';
  const json = { error: true, code, message, status: 403 };
  return answerRefusal({ status: 403, json, code, text, debugText: message }, req, res);
}
