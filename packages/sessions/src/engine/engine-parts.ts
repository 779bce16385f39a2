import type { CircuitBreaker } from '../circuit-breaker.js';
import type { SessionLocks } from '../locking/session-lock.js';
import type { SessionCommit } from './commit.js';
import type { EngineSettings } from './engine-settings.js';
import type { InFlight } from './in-flight.js';
import type { SessionLoader } from './load-session.js';
import type { LockModes } from './lock-mode.js';
import type { OnceLog } from './once-log.js';

/** What the sessions of all requests of one engine share. */
export interface EngineParts {
  readonly settings: EngineSettings;
  readonly store: CircuitBreaker;
  readonly loader: SessionLoader;
  readonly locks: SessionLocks;
  readonly commit: SessionCommit;
  readonly lockModes: LockModes;
  readonly once: OnceLog;
  readonly inFlight: InFlight;
}
