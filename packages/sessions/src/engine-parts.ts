import type { GuardedStore } from './breaker.js';
import type { EngineSettings } from './engine-settings.js';
import type { InFlight } from './in-flight.js';
import type { OnceLog } from './once-log.js';
import type { SessionLoader } from './session-loader.js';
import type { SessionLocks } from './session-lock.js';
import type { SessionModes } from './session-modes.js';
import type { SessionWriter } from './session-writer.js';

/** What the sessions of all requests of one engine share. */
export interface EngineParts {
  readonly settings: EngineSettings;
  readonly store: GuardedStore;
  readonly loader: SessionLoader;
  readonly locks: SessionLocks;
  readonly writer: SessionWriter;
  readonly modes: SessionModes;
  readonly once: OnceLog;
  readonly inFlight: InFlight;
}
