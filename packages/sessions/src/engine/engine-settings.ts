import { createRandomPool } from '../data/session-id.js';
import type { LockSettings } from '../locking/lock-settings.js';
import type { OptionProblem } from '../option-problems.js';
import { throwOnProblems } from '../option-problems.js';
import type { SessionEngineOptions, SessionLog } from '../session-options.js';
import { LONGEST_COOKIE_SECONDS, resolveCookieOptions, type SessionCookieSettings } from './session-cookie.js';

/** The engine's options with every default filled in. Times in ms unless the name says seconds. */
export interface EngineSettings extends LockSettings {
  readonly cookie: SessionCookieSettings;
  /** What an entry lives for after its last renewal, ms. */
  readonly lifetimeMs: number;
  /** True when the cookie carries Max-Age; false for a cookie that ends with the browser. */
  readonly hasMaxAge: boolean;
  /** Infinity: none. */
  readonly absoluteLifetimeMs: number;
  readonly isAutostart: boolean;
  readonly lock: 'auto' | 'all' | 'off';
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly sweepEveryMs: number;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

/**
 * Fills in the defaults. Throws one SessionError with all mistakes in it; a cookie that would outlive what browsers keep is
 * only warned about.
 */
export function resolveEngineSettings(options: SessionEngineOptions): EngineSettings {
  const problems: OptionProblem[] = [];
  const atLeast = (name: string, value: number | undefined, fallback: number, least: number): number => {
    const number = value ?? fallback;
    if (Number.isSafeInteger(number) && number >= least) return number;
    problems.push({
      code: 'T4_SESSION_OPTION_INVALID',
      message: `${name} is ${String(number)}. Use a whole number of at least ${least}.`,
    });
    return fallback;
  };
  const log = options.log ?? SILENT_LOG;
  const lifetimeSeconds = atLeast('lifetimeSeconds', options.lifetimeSeconds, 3600, 0);
  const absoluteSeconds = atLeast('absoluteLifetimeSeconds', options.absoluteLifetimeSeconds, 0, 0);
  const lock = options.lock ?? 'auto';
  if (!['auto', 'all', 'off'].includes(lock)) {
    problems.push({
      code: 'T4_SESSION_OPTION_INVALID',
      message: `lock is ${JSON.stringify(lock)}. Use one of auto, all, off.`,
    });
  }
  const settings: EngineSettings = {
    cookie: resolveCookieOptions(options.cookie ?? {}, problems),
    lifetimeMs: (lifetimeSeconds === 0 ? LONGEST_COOKIE_SECONDS : lifetimeSeconds) * 1000,
    hasMaxAge: lifetimeSeconds !== 0,
    absoluteLifetimeMs: absoluteSeconds === 0 ? Number.POSITIVE_INFINITY : absoluteSeconds * 1000,
    isAutostart: options.autostart ?? false,
    lock,
    lockWaitMs: atLeast('lockWaitMs', options.lockWaitMs, 20_000, 0),
    lockHoldMs: atLeast('lockHoldMs', options.lockHoldMs, 60_000, 1),
    leaseMs: atLeast('leaseMs', options.leaseMs, 15_000, 10),
    maxWaiters: atLeast('maxWaiters', options.maxWaiters, 1_000, 0),
    timeoutMs: atLeast('timeoutMs', options.timeoutMs, 2_000, 1),
    maxBytes: atLeast('maxBytes', options.maxBytes, 1_048_576, 256),
    isDebug: options.isDebug ?? false,
    sweepEveryMs: atLeast('sweepEveryMs', options.sweepEveryMs, 60_000, 0),
    now: options.now ?? Date.now,
    randomBytes: options.randomBytes ?? createRandomPool(),
    log,
  };
  throwOnProblems(problems);
  if (lifetimeSeconds > LONGEST_COOKIE_SECONDS) {
    log.warn(
      `The session lifetime is ${lifetimeSeconds} s. Browsers keep a cookie for 400 days at most, so Max-Age is capped there.`,
    );
  }
  return settings;
}

const ignore = () => {};
const SILENT_LOG: SessionLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };
