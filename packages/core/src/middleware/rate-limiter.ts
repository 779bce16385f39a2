import { isIPv6 } from 'node:net';
import { answerRefusal } from '../error-answers/error-response.js';
import { Tina4Error } from '../errors/tina4-error.js';
import { isThenable } from '../is-thenable.js';
import type { Request } from '../request/request.js';
import { Response } from '../response/response.js';
import { headLayer } from './before-body.js';
import type { Middleware } from './compose.js';
import { MAKE, type MakeMiddleware } from './configurable.js';
import {
  MIDDLEWARE_DEFAULTS,
  type RateLimitSettings,
  type RateLimitState,
  type RateLimitStore,
} from './middleware-settings.js';

/** Requests in a window where the limiter is named and no setting says how many. */
export const DEFAULT_LIMIT = 60;
/** Paths of health checks, which must not be refused. */
const EXEMPT = new Set(['/health', '/__health']);

/** `RateLimiterMiddleware`, or by name with a limit of its own: `"RateLimiter:30"`. */
export class RateLimiterMiddleware {
  /**
   * Counts a request of the address `ip` and tells whether it is within the app's limit. A plain value. These requests are counted
   * by themselves, in this process: not together with those of a limiter that was given to a router.
   */
  static check(ip: string): RateLimitCheck {
    const { limit = DEFAULT_LIMIT, windowSeconds } = checkSettings;
    const state = limit === 0 ? UNLIMITED : checkedAddresses.hit(addressKey(ip), limit, windowSeconds * 1000);
    return asCheck(state);
  }

  static readonly [MAKE]: MakeMiddleware = ({ rateLimit }, argument) => {
    const own = argument === undefined || argument === '' ? undefined : Number(argument);
    if (own !== undefined && (!Number.isInteger(own) || own < 0)) {
      throw new Tina4Error(
        'T4_MIDDLEWARE_ARGUMENT',
        `"RateLimiter:${argument}" needs a number of requests behind the colon.`,
      );
    }
    return rateLimitLayer({ ...rateLimit, limit: own ?? rateLimit.limit ?? DEFAULT_LIMIT });
  };
}

/** What `RateLimiterMiddleware.check()` tells. Also a pair: `const [allowed, state] = RateLimiterMiddleware.check(ip)`. */
export interface RateLimitCheck extends Iterable<boolean | RateLimitCheck> {
  readonly allowed: boolean;
  /** 0: there is no limit. */
  readonly limit: number;
  readonly remaining: number;
  /** When the oldest request that counts leaves the window: Unix seconds, as in the header. */
  readonly reset: number;
}

/** Says which limit `RateLimiterMiddleware.check()` counts for; Tina4 code calls it from anywhere. Counts before it stay. */
export function provideRateLimit(settings: RateLimitSettings): void {
  checkSettings = settings;
}

export function rateLimitLayer(
  { limit = DEFAULT_LIMIT, windowSeconds }: RateLimitSettings,
  store: RateLimitStore = new MemoryRateLimitStore(),
  now: () => number = Date.now,
): Middleware {
  if (limit === 0) return (_req, _res, next) => next();
  const judge = (state: RateLimitState, req: Request, res: Response): void => {
    Response.setLastingHeader(res, 'X-RateLimit-Limit', limit);
    Response.setLastingHeader(res, 'X-RateLimit-Remaining', state.remaining);
    Response.setLastingHeader(res, 'X-RateLimit-Reset', Math.ceil(state.resetAt / 1000));
    if (state.allowed) return;
    const seconds = Math.max(1, Math.ceil((state.resetAt - now()) / 1000));
    const message = `Rate limit exceeded. Try again in ${seconds} seconds.`;
    res.header('Retry-After', seconds);
    const json = { error: 'Too Many Requests', statusCode: 429, message };
    answerRefusal(
      { status: 429, json, text: `These were too many requests. Try again in ${seconds} seconds.` },
      req,
      res,
    );
  };
  return headLayer('rateLimiter', 'refuse', (req, res) => {
    if (EXEMPT.has(req.path)) return undefined;
    const state = store.hit(addressKey(req.ip), limit, windowSeconds * 1000);
    return isThenable(state)
      ? Promise.resolve(state).then((counted) => judge(counted, req, res))
      : judge(state, req, res);
  });
}

/** Sliding windows in memory: the times of each address's requests. The addresses kept are bounded. */
export class MemoryRateLimitStore implements RateLimitStore {
  readonly #times = new Map<string, number[]>();
  readonly #maxAddresses: number;
  readonly #now: () => number;

  constructor(options: { maxAddresses?: number; now?: () => number } = {}) {
    this.#maxAddresses = options.maxAddresses ?? 10_000;
    this.#now = options.now ?? Date.now;
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#times.size;
  }

  hit(key: string, limit: number, windowMs: number): RateLimitState {
    const now = this.#now();
    const inWindow = (this.#times.get(key) ?? []).filter((time) => time > now - windowMs);
    const allowed = inWindow.length < limit;
    if (allowed) inWindow.push(now);
    // Set anew, so that the map's order is that of last use and the longest unused address goes first.
    this.#times.delete(key);
    this.#times.set(key, inWindow);
    if (this.#times.size > this.#maxAddresses) this.#times.delete(this.#times.keys().next().value as string);
    const resetAt = (inWindow[0] ?? now) + windowMs;
    return { allowed, limit, remaining: limit - inWindow.length, resetAt };
  }
}

let checkSettings: RateLimitSettings = MIDDLEWARE_DEFAULTS.rateLimit;
const checkedAddresses = new MemoryRateLimitStore();
const UNLIMITED: RateLimitState = { allowed: true, limit: 0, remaining: Number.MAX_SAFE_INTEGER, resetAt: 0 };

function asCheck({ allowed, limit, remaining, resetAt }: RateLimitState): RateLimitCheck {
  const check = { allowed, limit, remaining, reset: Math.ceil(resetAt / 1000) };
  // Hidden from JSON and loops: the object is often sent as it is.
  const iterator = (): Iterator<unknown> => [allowed, check][Symbol.iterator]();
  return Object.defineProperty(check, Symbol.iterator, { value: iterator }) as RateLimitCheck;
}

/** One household has a whole /64 of IPv6: each of its addresses by itself would be no limit at all. */
export function addressKey(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const [head = '', tail] = (ip.split('%')[0] as string).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
