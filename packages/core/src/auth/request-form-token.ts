import { AsyncLocalStorage } from 'node:async_hooks';
import { escapeHtml } from '../escape-html.js';
import type { Request } from '../request/request.js';
import { authSettings, tokenKey } from './auth-defaults.js';
import { checkFormToken, createFormToken, type FormTokenBinding } from './form-token.js';

/** Where a form token was found. In the URL it must not be: addresses end up in logs and in other sites' Referer headers. */
export interface SentFormToken {
  readonly token: string | undefined;
  readonly isInQuery: boolean;
}

const FIELDS = ['formToken', '_token'] as const;
const HEADER = 'x-form-token';

/**
 * The request whose form token is being checked: `Auth.validateFormToken(token)` is not told, but needs its session. Only
 * requests that carry a form token enter the scope, so that all others do without its cost.
 */
const scope = new AsyncLocalStorage<Request>();

/** Calls `run` so that `Auth.validateFormToken()` knows the request. */
export function withinFormTokenScope<Res, T>(run: (req: Request, res: Res) => T, req: Request, res: Res): T {
  return tokenOf(req) === undefined ? run(req, res) : scope.run(req, run, req, res);
}

/** The form token of a request: body field `formToken` or `_token`, or the header `X-Form-Token`. */
export function sentFormToken(req: Request): SentFormToken {
  const isInQuery = FIELDS.some((field) => req.query[field] !== undefined);
  return { token: tokenOf(req), isInQuery };
}

/** Looks where a token may be and makes nothing: every request that may change something is asked. */
function tokenOf(req: Request): string | undefined {
  for (const field of FIELDS) {
    const value = fieldOf(req.body, field);
    if (typeof value === 'string' && value !== '') return value;
  }
  return req.header(HEADER) || undefined;
}

/**
 * True when the token belongs to the session of the request. Without `req`, that of the request being answered; outside of any
 * request nothing is valid.
 */
export function isFormTokenOf(token: unknown, req: Request | undefined = scope.getStore()): boolean {
  if (req === undefined || typeof token !== 'string' || token === '') return false;
  return checkFormToken(token, bindingOf(req));
}

/** A new form token for the session of the request. A visitor without a session gets one: the token is worthless otherwise. */
export function formTokenOf(req: Request, context?: string): string {
  const { session } = req;
  if (Object.keys(session).length === 0) session._form_token = true;
  return createFormToken(bindingOf(req), authSettings().lifetimeMinutes, context);
}

/** Hidden fields for a form, under both names that Tina4 code reads. What `{{ form_token() }}` prints. */
export function formTokenFields(req: Request, context?: string): string {
  const token = escapeHtml(formTokenOf(req, context));
  return FIELDS.map((field) => `<input type="hidden" name="${field}" value="${token}">`).join('');
}

function bindingOf(req: Request): FormTokenBinding {
  return { sessionId: req.sessionId, key: tokenKey() };
}

function fieldOf(body: unknown, field: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, field)
    ? (body as Record<string, unknown>)[field]
    : undefined;
}
