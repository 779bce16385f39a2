import { CircuitBreaker } from '../circuit-breaker.js';
import { SessionLocks } from '../locking/session-lock.js';
import type { SessionEngineOptions } from '../session-options.js';
import type { SessionEngine } from '../session-types.js';
import { SessionCommit } from './commit.js';
import type { EngineParts } from './engine-parts.js';
import { resolveEngineSettings } from './engine-settings.js';
import { InFlight } from './in-flight.js';
import { SessionLoader } from './load-session.js';
import { LockModes } from './lock-mode.js';
import { OnceLog } from './once-log.js';
import { EngineRequestSession } from './request-session.js';
import { Sweeper } from './sweeper.js';

/**
 * The sessions of one app over one store. It opens nothing and starts no I/O; the sweeper's timer keeps no process alive.
 * Throws one SessionError with every mistake in the options (T4_SESSION_COOKIE_INVALID, T4_SESSION_OPTION_INVALID, or
 * T4_SESSION_OPTIONS_INVALID for several).
 */
export function createSessionEngine(options: SessionEngineOptions): SessionEngine {
  const settings = resolveEngineSettings(options);
  const { log } = settings;
  const store = new CircuitBreaker(options.store, {
    timeoutMs: settings.timeoutMs,
    onChange: (state, cause) => {
      if (state === 'closed') log.info(`The ${store.name} session store answers again.`);
      else log.error(`The ${store.name} session store does not answer.`, { reason: reasonOf(cause) });
    },
  });
  const once = new OnceLog(log);
  const locks = new SessionLocks(store, settings);
  const parts: EngineParts = {
    settings,
    store,
    loader: new SessionLoader(store, locks, settings),
    locks,
    commit: new SessionCommit(store, settings, once),
    lockModes: new LockModes(settings.lock),
    once,
    inFlight: new InFlight(),
  };
  const sweeper = new Sweeper({
    store,
    everyMs: settings.sweepEveryMs,
    lifetimeMs: settings.lifetimeMs,
    now: settings.now,
    log,
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await sweeper.stop();
    await parts.inFlight.idle(settings.lockWaitMs + settings.timeoutMs);
    await parts.locks.settle(settings.timeoutMs);
    await store.close();
  };
  return {
    begin: (request, route) => new EngineRequestSession(parts, request, route),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
