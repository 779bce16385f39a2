import type { ServerResponse } from 'node:http';
import type { AppContext } from './app-context.js';
import { answerError } from './error-answers/error-response.js';
import { Request } from './request/request.js';
import { type RecordedAnswer, Response } from './response/response.js';
import { sendAnswer } from './response/send.js';

/**
 * Sends what is recorded. What fails before its first byte is answered as an error, what fails later is cut. Never rejects; returns
 * undefined when there is nothing to wait for.
 */
export function deliver(
  rawResponse: ServerResponse,
  req: Request,
  res: Response,
  context: AppContext,
): Promise<void> | undefined {
  if (rawResponse.destroyed) return undefined;
  try {
    return send(rawResponse, req, res, context)?.catch((error) => fail(error, rawResponse, req, res, context));
  } catch (error) {
    return fail(error, rawResponse, req, res, context);
  }
}

/** Answers with an error although the app writes its answer itself: its session could not be stored. */
export async function deliverRefusal(error: unknown, req: Request, res: Response, context: AppContext): Promise<void> {
  Response.reset(res);
  clearHeaders(res.raw);
  await answerError(error, req, res, context);
  await deliver(res.raw, req, res, context);
}

/** One line for an answer that left past `res`, on a response that somebody else had before us. */
export function warnOfUnsent(req: Request, res: Response, { log }: AppContext): void {
  const unsent = [
    ...(Request.sessionOf(req)?.setCookie === undefined ? [] : ['the session cookie']),
    ...(Response.recorded(res).cookies.length === 0 ? [] : ['the cookies of res.cookie()']),
  ];
  if (unsent.length === 0) return;
  log.warn(`${req.routeLabel} was answered past the framework, so ${unsent.join(' and ')} were not sent.`);
}

function send(
  rawResponse: ServerResponse,
  req: Request,
  res: Response,
  context: AppContext,
): Promise<void> | undefined {
  const session = Request.sessionOf(req);
  if (Response.isStream(res)) Request.beginStream(req);
  return sendAnswer(rawResponse, req.method, takeAnswer(res, context), {
    setCookie: session?.setCookie,
    isPrivate: session?.wasUsed === true,
  });
}

async function fail(
  error: unknown,
  rawResponse: ServerResponse,
  req: Request,
  res: Response,
  context: AppContext,
): Promise<void> {
  let failure = error;
  if (!rawResponse.headersSent && !rawResponse.destroyed) {
    try {
      clearHeaders(rawResponse);
      await answerError(error, req, res, context);
      await send(rawResponse, req, res, context);
      return;
    } catch (second) {
      failure = second;
    }
  }
  rawResponse.destroy();
  context.log.error(`The answer to ${req.routeLabel} broke off while it was sent.`, { error: String(failure) });
}

/** What was set on Node's response belongs to the answer that is not given. */
function clearHeaders(rawResponse: ServerResponse): void {
  for (const name of rawResponse.getHeaderNames()) rawResponse.removeHeader(name);
}

function takeAnswer(res: Response, { reviseHtml }: AppContext): RecordedAnswer {
  const answer = Response.take(res);
  const isPage =
    reviseHtml !== undefined && typeof answer.body === 'string' && answer.contentType?.startsWith('text/html');
  return isPage ? { ...answer, body: reviseHtml(answer.body) } : answer;
}
