import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppContext } from './app-context.js';
import { deliver, warnOfUnsent } from './deliver.js';
import { answerError, wantsHtml } from './error-answers/error-response.js';
import { Tina4Error } from './errors/tina4-error.js';
import { isThenable } from './is-thenable.js';
import type { Innermost } from './middleware/compose.js';
import { Request } from './request/request.js';
import { readAllowedBody } from './request/unproven-body.js';
import { leavesLongBody } from './request/unread-body.js';
import type { RawAnswer } from './response/raw-answer.js';
import { Response } from './response/response.js';
import type { Match } from './routing/matcher.js';
import { requestPath } from './routing/request-path.js';
import type { RequestSession, SessionOutcome } from './session-port.js';

/** What the pipeline needs beside the context; an app builds it anew when its routes change. */
export interface Routes {
  /**
   * Always leads to a target; see `Target`. `path` is undefined where `requestPath` finds none. `askedMethod` is that of the request
   * which a preflight asks about.
   */
  match(method: string, path: string | undefined, askedMethod?: string): Match;
  /** The global middleware around the target of the request. Those that need its head only are in the target's `admit`. */
  readonly run: Innermost;
}

/** Somebody behind the app who answers what it does not know: the `next` of an Express app that it stands in. */
export type PassOn = (error?: unknown) => void;

/**
 * The walk of a request, from its head to its last byte. Never rejects: whatever happens becomes an answer, or a log line when
 * the client is gone. docs/request-lifecycle.md draws it.
 */
export async function handleRequest(
  raw: IncomingMessage,
  rawResponse: ServerResponse,
  routes: Routes,
  context: AppContext,
  passOn?: PassOn,
): Promise<void> {
  const path = requestPath(raw);
  const { target, params } = routes.match(raw.method as string, path, methodAskedAbout(raw));
  const req = new Request(raw, context, target, params, path);
  const res = new Response(rawResponse, context, req);
  const session = context.sessions?.begin(req, target);
  Request.attachSession(req, session);
  if (passOn !== undefined) Request.allowPassing(req);

  let isBodyWanted = false;
  let hasFailed = false;
  try {
    let isOver = false;
    if (target.admit !== undefined) {
      // Cheap refusals: nothing was read, written or waited for yet.
      const admitting = target.admit(req, res);
      if (isThenable(admitting)) await admitting;
      isOver = res.isAnswered;
    }
    if (!isOver) {
      isBodyWanted = target.kind === 'route' && target.leavesBody !== true;
      const opening = openSessionAndBody(req, rawResponse, session, context);
      if (opening !== undefined) {
        await opening;
        isOver = res.isAnswered;
      }
    }
    if (!isOver) {
      const running = routes.run(req, res);
      if (isThenable(running)) await running;
    }
    const rendering = Response.pendingOf(res);
    if (rendering !== undefined) await rendering;
    if (!res.isAnswered && !Request.isPassedOn(req))
      throw new Tina4Error('T4_HANDLER_NO_ANSWER', `nothing answered ${target.label}.`);
  } catch (error) {
    hasFailed = true;
    await answerError(error, req, res, context);
  }

  const own = Response.rawAnswerOf(res);
  if (own !== undefined) await finishOwnAnswer(own, rawResponse, hasFailed);
  const isStream = own !== undefined || Response.isStream(res);
  try {
    const storing = own === undefined ? store(session, isStream, req, res) : undefined;
    if (storing !== undefined) await storing;
  } catch (error) {
    // Nothing may be given of an answer whose changes are not stored.
    Response.reset(res);
    await answerError(error, req, res, context);
  }

  if (passOn !== undefined && Request.isPassedOn(req) && !res.isAnswered) {
    Response.handBack(res);
    passOn();
    return;
  }
  if (!isBodyWanted && leavesLongBody(raw)) res.header('Connection', 'close');
  const status = own === undefined ? res.statusCode : rawResponse.statusCode;
  if (rawResponse.headersSent) {
    if (own === undefined) warnOfUnsent(req, res, context);
  } else {
    const sending = deliver(rawResponse, req, res, context);
    if (sending !== undefined) await sending;
  }
  // A stream ran on after its session was stored: what it wrote too late is found here.
  if (isStream) await commitAfterStream(session, req, res, context);
  tellFinished(req, status, context);
  const cleaning = Request.finish(req)?.catch((error) => tellUnfinished(req, status, error, context));
  if (cleaning !== undefined) await cleaning;
}

/** Only a preflight asks (Fetch standard, section 3.2.2). */
function methodAskedAbout(raw: IncomingMessage): string | undefined {
  if (raw.method !== 'OPTIONS' || raw.headers.origin === undefined) return undefined;
  return raw.headers['access-control-request-method'];
}

function tellFinished(req: Request, status: number, { onFinish, log }: AppContext): void {
  try {
    onFinish?.(req, status);
  } catch (error) {
    log.error(`The listener for finished requests failed after ${req.routeLabel}.`, { error: String(error), status });
  }
}

function tellUnfinished(req: Request, status: number, error: unknown, { log }: AppContext): void {
  log.error(`What was to be done after ${req.routeLabel} failed.`, { error: String(error), status });
}

/** The app writes its answer itself, perhaps after the handler is over; one that failed in the middle writes no more. */
async function finishOwnAnswer(own: RawAnswer, rawResponse: ServerResponse, hasFailed: boolean): Promise<void> {
  await own.storing;
  if (hasFailed && !rawResponse.writableEnded) rawResponse.destroy();
}

function store(
  session: RequestSession | undefined,
  isStream: boolean,
  req: Request,
  res: Response,
): Promise<void> | undefined {
  return isStream ? session?.release() : session?.commit(outcomeOf(req, res));
}

async function commitAfterStream(
  session: RequestSession | undefined,
  req: Request,
  res: Response,
  { log }: AppContext,
): Promise<void> {
  try {
    await session?.commit(outcomeOf(req, res));
  } catch (error) {
    log.error(`The session of ${req.routeLabel} failed after its answer had left.`, { error: String(error) });
  }
}

/**
 * Session and body of a route. Where there is no route, only the session, if the app has a page for browsers that find nothing: it is
 * not yet known whether a public file answers, and middleware may look at the session and must see the true one. A request that will hold the session exclusively reads its body first: a slow upload must not
 * block the same browser's other requests. Any other does both at once. Returns undefined when nothing is to be awaited.
 */
function openSessionAndBody(
  req: Request,
  rawResponse: ServerResponse,
  session: RequestSession | undefined,
  context: AppContext,
): Promise<void> | undefined {
  const { kind, sessionMode } = Request.targetOf(req);
  if (kind !== 'route') return sessionMode !== 'none' && wantsHtml(req) ? session?.load() : undefined;
  const reading = readAllowedBody(req, rawResponse, context);
  if (session === undefined) return reading;
  if (reading === undefined) return session.load();
  if (session.isExclusive) return readThenLoad(reading, session);
  const loading = session.load();
  return loading === undefined ? reading : both(reading, loading);
}

async function readThenLoad(reading: Promise<void>, session: RequestSession): Promise<void> {
  await reading;
  await session.load();
}

async function both(reading: Promise<void>, loading: Promise<void>): Promise<void> {
  // Awaited below; until then a failure must not count as unhandled.
  reading.catch(() => {});
  await loading;
  await reading;
}

function outcomeOf(req: Request, res: Response): SessionOutcome {
  return { status: res.statusCode, isHandlerDone: Request.isHandlerDone(req) };
}
