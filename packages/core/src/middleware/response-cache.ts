import { cacheStore, countLookup } from '../cache/cache.js';
import { Tina4Error } from '../errors/tina4-error.js';
import { Request } from '../request/request.js';
import type { RecordedAnswer } from '../response/response.js';
import { Response } from '../response/response.js';
import type { Middleware } from './compose.js';
import { type Configurable, configurable, MAKE } from './configurable.js';

interface CachedAnswer {
  readonly contentType: string | undefined;
  readonly headers: readonly (readonly [string, string | number | readonly string[]])[];
  readonly body: string;
  readonly isBase64: boolean;
  readonly expiresAt: number;
}

const MAX_BODY_BYTES = 1024 * 1024;
/** Headers by which requests are let in or answered apart: such requests go past the cache. */
const PERSONAL_HEADERS = ['authorization', 'x-api-key', 'range'];
const layers = new WeakSet<Middleware>();

/** Caches answers for `ttl` seconds, by default `TINA4_CACHE_TTL`. By name: `"ResponseCache:300"`. */
export function responseCache(options: { readonly ttl?: number } = {}): Middleware & Configurable {
  return configurable(({ cache }, argument) => {
    const seconds = argument === undefined || argument === '' ? (options.ttl ?? cache.seconds) : Number(argument);
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new Tina4Error(
        'T4_MIDDLEWARE_ARGUMENT',
        `"ResponseCache:${argument ?? seconds}" needs seconds behind the colon.`,
      );
    }
    return cacheLayer(seconds);
  });
}

/** The same, by reference or name. */
export class ResponseCache {
  static readonly [MAKE] = responseCache()[MAKE];
}

/** True for middleware made here. It is put next to the handler, so that every access check also runs for a cached answer. */
export function isCacheLayer(layer: Middleware): boolean {
  return layers.has(layer);
}

/**
 * Keeps whole answers to GET by host and URL. Kept is only what is the same for everyone: status 200, no cookie set, nobody
 * authenticated, and neither session nor cookies looked at while it was made. The session of one visitor can so never show in
 * the answer to another.
 */
export function cacheLayer(seconds: number, now: () => number = Date.now): Middleware {
  const layer: Middleware = async function responseCache(req, res, next) {
    if (req.method !== 'GET' || seconds === 0 || isPersonal(req)) return next();
    const key = keyOf(req);
    const cached = await cacheStore().get(key);
    countLookup(cached !== undefined);
    if (cached !== undefined) return replay(JSON.parse(cached) as CachedAnswer, res, now());

    const before = Response.recorded(res).headers;
    const headersBefore = new Map(before ?? []);
    const result = await next();
    await Response.pendingOf(res);
    res.header('X-Cache', 'MISS').header('X-Cache-TTL', seconds);
    const answer = Response.recorded(res);
    if (!isSameForEveryone(req, answer)) return result;
    const expiresAt = now() + seconds * 1000;
    await cacheStore().set(key, JSON.stringify(toCached(answer, headersBefore, expiresAt)), expiresAt);
    res.header('Cache-Control', `public, max-age=${seconds}`);
    return result;
  };
  layers.add(layer);
  return layer;
}

/** Host and URL as a list, so that no client can move the border between them: an answer to one host is none to another. */
function keyOf(req: Request): string {
  return `answer:${JSON.stringify([req.headers.host ?? '', req.url])}`;
}

function isPersonal(req: Request): boolean {
  return req.user !== undefined || PERSONAL_HEADERS.some((name) => req.headers[name] !== undefined);
}

function isSameForEveryone(req: Request, answer: RecordedAnswer): boolean {
  const { status, body, cookies, headers } = answer;
  if (status !== 200 || cookies.length > 0 || isPersonal(req) || Request.isPersonal(req)) return false;
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return false;
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) return false;
  const vary = headers?.get('vary')?.value;
  // CORS says "Origin" outside of the cache, which is true of its headers alone.
  if (vary !== undefined && String(vary) !== 'Origin') return false;
  return !/\b(?:private|no-store|no-cache)\b/i.test(String(headers?.get('cache-control')?.value ?? ''));
}

/** Headers of outer middleware belong to the request at hand and are left out. */
function toCached(
  { contentType, headers, body }: RecordedAnswer,
  before: NonNullable<RecordedAnswer['headers']>,
  expiresAt: number,
): CachedAnswer {
  const own = [...(headers ?? [])].filter(
    ([key, header]) => before.get(key) !== header && !key.startsWith('x-cache') && key !== 'cache-control',
  );
  const isBase64 = Buffer.isBuffer(body);
  return {
    contentType,
    headers: own.map(([, { name, value }]) => [name, value] as const),
    body: Buffer.isBuffer(body) ? body.toString('base64') : (body as string),
    isBase64,
    expiresAt,
  };
}

function replay(cached: CachedAnswer, res: Response, now: number): Response {
  const secondsLeft = Math.max(0, Math.ceil((cached.expiresAt - now) / 1000));
  for (const [name, value] of cached.headers) res.header(name, value);
  res.header('X-Cache', 'HIT').header('X-Cache-TTL', secondsLeft);
  res.header('Cache-Control', `public, max-age=${secondsLeft}`);
  return res.send(cached.isBase64 ? Buffer.from(cached.body, 'base64') : cached.body, 200, cached.contentType);
}
