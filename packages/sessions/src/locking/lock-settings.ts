import type { SessionLog } from '../session-options.js';

/** The part of the engine's settings that locking goes by. Times in ms. */
export interface LockSettings {
  readonly lockWaitMs: number;
  readonly lockHoldMs: number;
  readonly leaseMs: number;
  /** Waiters per session and process. */
  readonly maxWaiters: number;
  readonly isDebug: boolean;
  readonly log: SessionLog;
}
