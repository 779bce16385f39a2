import { isLocalOrigin } from '../request/local-peer.js';
import { Request } from '../request/request.js';
import { Response } from '../response/response.js';
import type { Target } from '../routing/target.js';
import { headLayer, partLayers } from './before-body.js';
import type { Middleware } from './compose.js';
import { type Configurable, configurable, MAKE } from './configurable.js';
import type { CorsSettings } from './middleware-settings.js';

/** What `cors()` takes; what is left out comes from the app's settings. Lists may be text with commas. */
export interface CorsOptions {
  readonly origins?: string | readonly string[];
  readonly methods?: string | readonly string[];
  readonly headers?: string | readonly string[];
  /** Seconds. */
  readonly maxAge?: number;
  readonly credentials?: boolean;
}

/**
 * CORS with settings of its own (Fetch standard, section 3.2). Its headers are on every answer, refusals and errors included;
 * preflights are answered before anything else sees them, by the rules of the route that they ask about.
 */
export function cors(options: CorsOptions = {}): Middleware & Configurable {
  return configurable(({ cors: settings }) =>
    corsLayer({
      origins: listOf(options.origins) ?? settings.origins,
      methods: listOf(options.methods) ?? settings.methods,
      headers: listOf(options.headers) ?? settings.headers,
      maxAgeSeconds: options.maxAge ?? settings.maxAgeSeconds,
      credentials: options.credentials ?? settings.credentials,
      isForThisMachine: settings.isForThisMachine,
    }),
  );
}

/** CORS with the app's settings, by reference or name. */
export class CorsMiddleware {
  static readonly [MAKE] = cors()[MAKE];
}

const layers = new WeakSet<Middleware>();

/** True for middleware made here. */
export function isCorsLayer(layer: Middleware): boolean {
  return layers.has(layer);
}

/** What answers a preflight by the rules of these layers, of which the innermost counts. Undefined when none has any. */
export function preflightTarget(layers: readonly Middleware[]): Target | undefined {
  const innermost = layers.filter(isCorsLayer).at(-1);
  if (innermost === undefined) return undefined;
  const [admit] = partLayers([innermost]).describing;
  return { kind: 'fallback', label: 'OPTIONS (preflight)', sessionMode: 'none', admit, run: () => undefined };
}

export function corsLayer(settings: CorsSettings): Middleware {
  const isOpen = isOpenToAll(settings);
  const isLocalAllowed = !isOpen && settings.origins.includes('*');
  const listed = new Set(settings.origins);
  const layer = headLayer('cors', 'describe', (req, res) => {
    const { origin } = req.headers;
    // The answer differs by origin, also for those who send none: caches must know.
    if (!isOpen) addVary(res);
    if (origin === undefined) return;
    const isAllowed = isOpen || listed.has(origin) || (isLocalAllowed && isLocalOrigin(origin));
    if (isAllowed) allow(res, isOpen ? '*' : origin, settings);
    else disallow(res);
    if (!isPreflight(req)) return;
    if (isAllowed) describe(res, settings);
    res.send(null, 204);
  });
  layers.add(layer);
  return layer;
}

/** True when every origin gets the same answer, `*`. */
function isOpenToAll({ origins, isForThisMachine }: CorsSettings): boolean {
  return origins.includes('*') && isForThisMachine !== true;
}

/** OPTIONS of an origin, unless it is meant for a route of the app's own. */
function isPreflight(req: Request): boolean {
  return req.method === 'OPTIONS' && Request.targetOf(req).kind !== 'route';
}

function allow(res: Response, origin: string, { credentials }: CorsSettings): void {
  Response.setLastingHeader(res, 'Access-Control-Allow-Origin', origin);
  if (credentials && origin !== '*') Response.setLastingHeader(res, 'Access-Control-Allow-Credentials', 'true');
}

/** A route may be stricter than the app around it: what an outer layer allowed is taken back. */
function disallow(res: Response): void {
  Response.removeLastingHeader(res, 'Access-Control-Allow-Origin');
  Response.removeLastingHeader(res, 'Access-Control-Allow-Credentials');
}

function describe(res: Response, { methods, headers, maxAgeSeconds }: CorsSettings): void {
  res.header('Access-Control-Allow-Methods', methods.join(','));
  res.header('Access-Control-Allow-Headers', headers.join(','));
  res.header('Access-Control-Max-Age', maxAgeSeconds);
}

function addVary(res: Response): void {
  Response.setLastingHeader(res, 'Vary', 'Origin');
}

function listOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
}
