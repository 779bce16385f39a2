import { STATUS_CODES } from 'node:http';
import type { AppContext } from '../app-context.js';
import { HttpError, statusOf } from '../errors/errors.js';
import { errorOfThrown } from '../errors/thrown-value.js';
import { isTina4Error } from '../errors/tina4-error.js';
import { escapeHtml } from '../escape-html.js';
import { acceptedType } from '../negotiation.js';
import { isFromThisMachine } from '../request/local-peer.js';
import { Request } from '../request/request.js';
import { Response } from '../response/response.js';
import { renderTemplate } from '../templates/render-template.js';
import { overlayPage } from './overlay.js';
import { visitorText } from './visitor-text.js';

/**
 * Records the answer to an error, the only place where one becomes a response. The status is the error's own (see `statusOf`).
 * Its text is shown when it was made for clients (see `isForClient`), else the standard text of the status; what it was is in
 * the log. In debug mode a client on this machine is shown everything. Never rejects: an error that fails while it is looked at,
 * or a page that fails while it is made, is a plain 500.
 */
export async function answerError(error: unknown, req: Request, res: Response, context: AppContext): Promise<void> {
  try {
    await answerByKind(errorOfThrown(error), req, res, context);
  } catch (failure) {
    context.log.error(`The answer to an error of ${req.routeLabel} failed itself.`, { error: String(failure) });
    Response.reset(res);
    res.json({ error: standardText(500), status: 500 }, 500);
  }
}

async function answerByKind(error: Error, req: Request, res: Response, context: AppContext): Promise<void> {
  const status = statusOf(error);
  const isTold = isForClient(error, status);
  logError(error, { status, isTold }, req, context);
  // What was set before the throw counts, a cookie or a WWW-Authenticate, but for what describes the body that is not sent.
  Response.clearBody(res);
  res.status(status);
  const { retryAfterSeconds } = error as Partial<HttpError>;
  if (typeof retryAfterSeconds === 'number') res.header('Retry-After', Math.ceil(retryAfterSeconds));
  if (error instanceof HttpError) {
    for (const [name, value] of Object.entries(error.headers ?? {})) res.header(name, value);
    if (error.closesConnection) res.header('Connection', 'close');
  }

  // Whoever can reach a developer's port, other machines and pages of the web among them, learns nothing of the source.
  const showsAll = context.isDebug && isFromThisMachine(req.raw);
  if (showsAll && status >= 500 && wantsHtml(req)) {
    res.html(await overlayPage(error, req));
    return;
  }
  const coded = isTina4Error(error) ? error : undefined;
  const isShown = isTold || showsAll;
  const code = isShown || isSessionError(coded) ? coded?.code : undefined;
  const message = isShown ? clientText(error) : standardText(status);
  const json = {
    error: message,
    status,
    ...(code === undefined ? {} : { code }),
    ...(status < 500 ? coded?.details : {}),
    ...(showsAll && status >= 500 ? { stack: stackLines(error) } : {}),
  };
  // The app's own errors are written for its visitors, the framework's for whoever wrote the client.
  const isOwn = isTold && status < 500 && coded?.code.startsWith('T4_') !== true;
  await answerWith({ status, json, code, text: isOwn ? message : undefined, debugText: message }, req, res, context);
}

/**
 * True for errors that were made to be read by a client: below 500 those of this framework, `HttpError` first of all, and any
 * with `expose: true`, as the packages around Express and Koa mark theirs. Other packages' errors may have a status too, one that
 * another server answered, and then their text holds addresses and names of the inside. Of errors from 500 on only those of
 * sessions that cannot be had now are told: the client tries again or asks the user.
 */
function isForClient(error: Error, status: number): boolean {
  if (status < 500) return isTina4Error(error) || (error as { expose?: unknown }).expose === true;
  return status === 503 && isSessionError(error);
}

function isSessionError(error: unknown): boolean {
  return isTina4Error(error) && error.code.startsWith('T4_SESSION_');
}

/** The text of a status (RFC 9110, section 15), for errors whose own is not for clients. */
function standardText(status: number): string {
  return STATUS_CODES[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error');
}

/** The text of an error without its code, which is a field of its own. */
function clientText(error: Error): string {
  const message = String(error.message);
  return isTina4Error(error) && message.startsWith(`${error.code}: `) ? message.slice(error.code.length + 2) : message;
}

/** An answer that is no success, in the forms that clients take it in. */
export interface ErrorAnswer {
  readonly status: number;
  /** The whole body for clients that take JSON. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Shown on the page in debug, and given to the app's own page. */
  readonly code?: string | undefined;
  /** For the visitor of a page; default: what the status means to one. */
  readonly text?: string | undefined;
  /** On the page in debug, in place of `text`. */
  readonly debugText?: string | undefined;
}

/**
 * Records an answer that is no success: the app's template `errors/<status>` for browsers, a plain page without one, JSON for everyone
 * else. The only way by which errors and refusals are answered. A template may still be rendered when it returns; the walk waits for
 * it, as for `res.render`.
 */
export function answerWith(
  answer: ErrorAnswer,
  req: Request,
  res: Response,
  context: AppContext,
): Promise<void> | undefined {
  const { status, json, code } = answer;
  const template = findErrorTemplate(status, context);
  // A page of the app's own is for everyone who does not prefer JSON.
  const isPageWanted =
    template === undefined ? wantsHtml(req) : acceptedType(req.raw, ['text/html', 'application/json']) === 'text/html';
  if (!isPageWanted) {
    res.json(json, status);
    return undefined;
  }
  const isForDeveloper = context.isDebug && isFromThisMachine(req.raw);
  const text = (isForDeveloper ? answer.debugText : undefined) ?? answer.text ?? visitorText(status);
  const bare = plainPage(status, text, isForDeveloper ? code : undefined);
  if (template === undefined) {
    res.html(bare, status);
    return undefined;
  }
  const data = {
    path: req.path,
    status,
    status_code: status,
    error_code: code ?? '',
    error_message: text,
    request_id: '',
  };
  Response.recordPage(res, renderErrorPage(template, data, bare, req, context), status);
  return Response.pendingOf(res);
}

/** `answerWith` for middleware that turns a request away. Returns the response. */
export function answerRefusal(answer: ErrorAnswer, req: Request, res: Response): Response {
  void answerWith(answer, req, res, Request.contextOf(req));
  return res;
}

/** The plain page where the app's own fails: an error page that fails must not lead to another one. */
async function renderErrorPage(
  template: string,
  data: object,
  bare: string,
  req: Request,
  context: AppContext,
): Promise<string> {
  try {
    return await renderTemplate(template, data, req, context);
  } catch (error) {
    context.log.error(`The template ${template} failed while it was shown as an error page.`, { error: String(error) });
    return bare;
  }
}

/** True when the client asks for HTML rather than JSON: browsers name text/html, API clients do not. */
export function wantsHtml(req: Request): boolean {
  return acceptedType(req.raw, ['application/json', 'text/html']) === 'text/html';
}

function findErrorTemplate(status: number, context: AppContext): string | undefined {
  return [`errors/${status}.html`, `errors/${status}.twig`].find((name) => context.templates?.has(name) === true);
}

/**
 * From 500 on with its stack; below, what the client was not told, so that it can be found at all. That a session cannot be had
 * now is no fault of a line of code: no stack, and many such answers share a line. The engine itself logs who waited for whom.
 */
function logError(
  error: Error,
  { status, isTold }: { readonly status: number; readonly isTold: boolean },
  req: Request,
  { log, outages }: AppContext,
): void {
  if (status >= 500) {
    if (status === 503 && isTina4Error(error)) {
      if (error.code !== 'T4_SESSION_BUSY') outages.note(error.code, outageLine(error, status, req));
      return;
    }
    const what = error.stack ?? error.message;
    log.error(`${req.method} ${req.path} failed with ${status}: ${what}`, { route: req.routeLabel, ...causeOf(error) });
  } else if (!isTold) {
    log.info(`${req.method} ${req.path} was answered with ${status}: ${error.message}`, { route: req.routeLabel });
  }
}

function outageLine(error: Error, status: number, req: Request): string {
  const { cause } = causeOf(error);
  return `${req.routeLabel} failed with ${status}: ${error.message}${cause === undefined ? '' : ` (${cause})`}`;
}

function causeOf(error: Error): { readonly cause?: string } {
  return error.cause !== undefined ? { cause: String(error.cause) } : {};
}

function stackLines(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

function plainPage(status: number, message: string, code: unknown): string {
  const title = `${status} ${escapeHtml(message)}`;
  const codeLine = code === undefined ? '' : `<p><code>${escapeHtml(String(code))}</code></p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:20vh auto;padding:0 1rem}h1{font-size:1.4rem}</style>
</head>
<body><h1>${title}</h1>${codeLine}</body>
</html>
`;
}
