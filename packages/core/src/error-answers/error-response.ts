import type { AppContext } from '../app-context.js';
import { HttpError, statusOf } from '../errors/errors.js';
import { isTina4Error } from '../errors/tina4-error.js';
import { escapeHtml } from '../escape-html.js';
import { acceptedType } from '../negotiation.js';
import type { Request } from '../request/request.js';
import { Response } from '../response/response.js';
import { renderTemplate } from '../templates/render-template.js';
import { overlayPage } from './overlay.js';

const GENERIC_MESSAGES: Readonly<Record<number, string>> = {
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/**
 * Records the answer to an error, the only place where one becomes a response. The status is the error's own (see `statusOf`);
 * from 500 on the client learns nothing but the status unless debug is on, and the log gets the details. Never rejects: an error
 * that fails while it is looked at, or a page that fails while it is made, is a plain 500.
 */
export async function answerError(error: unknown, req: Request, res: Response, context: AppContext): Promise<void> {
  try {
    await answerByKind(error, req, res, context);
  } catch (failure) {
    context.log.error(`The answer to an error of ${req.routeLabel} failed itself.`, { error: String(failure) });
    Response.reset(res);
    res.json({ error: GENERIC_MESSAGES[500], status: 500 }, 500);
  }
}

async function answerByKind(error: unknown, req: Request, res: Response, context: AppContext): Promise<void> {
  const status = statusOf(error);
  if (status >= 500) logError(error, status, req, context);
  // Headers of the failed attempt (a content type, a cookie) do not belong to this answer.
  Response.reset(res);
  res.status(status);
  const { retryAfterSeconds } = error instanceof Error ? (error as Partial<HttpError>) : {};
  if (typeof retryAfterSeconds === 'number') res.header('Retry-After', Math.ceil(retryAfterSeconds));
  if (error instanceof HttpError) {
    for (const [name, value] of Object.entries(error.headers ?? {})) res.header(name, value);
    if (error.closesConnection) res.header('Connection', 'close');
  }

  if (context.isDebug && status >= 500 && wantsHtml(req) && error instanceof Error) {
    res.html(await overlayPage(error, req));
    return;
  }
  const coded = isTina4Error(error) ? error : undefined;
  const isSessionError = coded?.code.startsWith('T4_SESSION_') === true;
  // Below 500 errors are written for the client. So are those of sessions that cannot be had now: it retries or asks the user.
  const isForClients = status < 500 || (status === 503 && isSessionError) || context.isDebug;
  const message = isForClients ? clientText(error) : (GENERIC_MESSAGES[status] ?? 'Internal Server Error');
  const code = isForClients || isSessionError ? coded?.code : undefined;
  await answerWith(status, message, req, res, context, {
    status,
    ...(code === undefined ? {} : { code }),
    ...(status < 500 ? coded?.details : {}),
    ...(context.isDebug && status >= 500 && error instanceof Error ? { stack: stackLines(error) } : {}),
  });
}

/** The text of an error without its code, which is a field of its own. */
function clientText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isTina4Error(error) && message.startsWith(`${error.code}: `) ? message.slice(error.code.length + 2) : message;
}

/**
 * Records an error answer with a given message: the app's template `errors/<status>` for browsers, a plain page without one,
 * JSON `{ error, …fields }` for everyone else.
 */
export async function answerWith(
  status: number,
  message: string,
  req: Request,
  res: Response,
  context: AppContext,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  const template = findErrorTemplate(status, context);
  // A page of the app's own is for everyone who does not prefer JSON.
  const isPageWanted =
    template === undefined ? wantsHtml(req) : acceptedType(req.raw, ['text/html', 'application/json']) === 'text/html';
  if (!isPageWanted) {
    res.json({ error: message, ...fields }, status);
    return;
  }
  if (template !== undefined) {
    try {
      const data = {
        path: req.path,
        status,
        status_code: status,
        error_code: fields.code ?? '',
        error_message: message,
        request_id: '',
      };
      res.html(await renderTemplate(template, data, req, context)).status(status);
      return;
    } catch (error) {
      // The plain page below: an error page that fails must not lead to another one.
      context.log.error(`The template ${template} failed while it was shown for a ${status}.`, {
        error: String(error),
      });
    }
  }
  res.html(plainPage(status, message, fields.code)).status(status);
}

/** True when the client asks for HTML rather than JSON: browsers name text/html, API clients do not. */
export function wantsHtml(req: Request): boolean {
  return acceptedType(req.raw, ['application/json', 'text/html']) === 'text/html';
}

function findErrorTemplate(status: number, context: AppContext): string | undefined {
  return [`errors/${status}.html`, `errors/${status}.twig`].find((name) => context.templates?.has(name) === true);
}

function logError(error: unknown, status: number, req: Request, context: AppContext): void {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause !== undefined ? { cause: String(error.cause) } : {};
  context.log.error(`${req.method} ${req.path} failed with ${status}: ${what}`, { route: req.routeLabel, ...cause });
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
