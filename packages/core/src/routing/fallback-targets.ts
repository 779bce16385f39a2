import type { AppContext } from '../app-context.js';
import { answerWith, wantsHtml } from '../error-answers/error-response.js';
import { HttpError } from '../errors/errors.js';
import { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import type { StaticFiles } from '../static-files.js';
import { templateForPath } from '../templates/template-for-path.js';
import { welcomePage } from '../templates/welcome-page.js';
import type { NoMatch } from './matcher.js';
import type { Target } from './target.js';

/** What answers when no route does. */
export interface Fallbacks {
  readonly context: AppContext;
  readonly staticFiles: StaticFiles;
  /** `/x/` leads to `/x` when no route answers the former. */
  readonly redirectsTrailingSlash: boolean;
  /** Templates under `pages/` answer the paths of their names. */
  readonly servesPages: boolean;
}

/**
 * The target of a request without a route: a redirect, a static file, OPTIONS, 404, 405 or 400. `notFound` is the app's own answer
 * to a browser where there is nothing; only it has a session.
 */
export function fallbackTarget(
  noMatch: NoMatch,
  method: string,
  fallbacks: Fallbacks,
  notFound: Target | undefined,
): Target {
  if (noMatch.reason === 'bad-url') return target(`${method} (bad URL)`, answerBadUrl);
  if (noMatch.reason === 'not-allowed') {
    const { allow } = noMatch;
    if (method === 'OPTIONS') return target('OPTIONS', (_req, res) => answerOptions(allow, res));
    return target(`${method} (not allowed)`, (req, res) => answerNotAllowed(allow, req, res, fallbacks.context));
  }
  if (method === 'TRACE') return target('TRACE', (req, res) => answerNotAllowed([], req, res, fallbacks.context));
  const run: Target['run'] = (req, res) => answerUnmatched(req, res, fallbacks, notFound);
  return target(`${method} (no route)`, run, notFound?.sessionMode);
}

function target(label: string, run: Target['run'], sessionMode: Target['sessionMode'] = 'none'): Target {
  return { kind: 'fallback', label, sessionMode, run };
}

function answerBadUrl(): never {
  throw new HttpError(400, 'T4_URL_INVALID', 'Bad Request');
}

function answerOptions(allow: readonly string[], res: Response): void {
  res.header('Allow', allow.join(', ')).send(null, 204);
}

async function answerNotAllowed(
  allow: readonly string[],
  req: Request,
  res: Response,
  context: AppContext,
): Promise<void> {
  if (Request.passOn(req)) return;
  res.header('Allow', allow.join(', '));
  const json = { error: 'Method Not Allowed', path: req.path, status: 405 };
  await answerWith({ status: 405, json }, req, res, context);
}

async function answerUnmatched(
  req: Request,
  res: Response,
  fallbacks: Fallbacks,
  notFound: Target | undefined,
): Promise<void> {
  const { context, staticFiles, redirectsTrailingSlash } = fallbacks;
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (isRead && (await staticFiles.serve(req, res))) return;
  if (redirectsTrailingSlash && req.path.length > 1 && req.path.endsWith('/')) {
    redirectToBarePath(req, res, isRead ? 301 : 308);
    return;
  }
  if (isRead && answerPage(req, res, fallbacks)) return;
  if (req.method === 'OPTIONS' && (await isFileOrPage(req.path, fallbacks))) {
    answerOptions(['GET', 'HEAD', 'OPTIONS'], res);
    return;
  }
  if (Request.passOn(req)) return;
  if (notFound !== undefined && wantsHtml(req)) await notFound.run(req, res.status(404));
  else await answerWith({ status: 404, json: { error: 'Not found', path: req.path, status: 404 } }, req, res, context);
}

/** The path stays on this host whatever it holds: `//host/` must not become an address of another server. */
function redirectToBarePath(req: Request, res: Response, code: number): void {
  const { path } = req;
  let [start, end] = [0, path.length];
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  const bare = `/${path.slice(start, end)}`;
  res.redirect(req.queryString === '' ? bare : `${bare}?${req.queryString}`, code);
}

async function isFileOrPage(path: string, fallbacks: Fallbacks): Promise<boolean> {
  return pageFor(path, fallbacks) !== undefined || (await fallbacks.staticFiles.find(path)) !== undefined;
}

/** A template that answers a path nobody registered: one of `pages/`, the index template, or in debug the welcome page. */
function answerPage(req: Request, res: Response, fallbacks: Fallbacks): boolean {
  const template = pageFor(req.path, fallbacks);
  if (template !== undefined) res.render(template);
  else if (req.path === '/' && fallbacks.context.isDebug && wantsHtml(req)) res.html(welcomePage());
  else return false;
  return true;
}

function pageFor(path: string, { context, servesPages }: Fallbacks): string | undefined {
  const has = (name: string): boolean => context.templates?.has(name) === true;
  const page = servesPages ? templateForPath(path, has) : undefined;
  return page ?? (path === '/' ? ['index.html', 'index.twig'].find(has) : undefined);
}
