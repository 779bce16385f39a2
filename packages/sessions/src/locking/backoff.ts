import { handleOfKey } from '../data/session-id.js';
import type { SessionError } from '../errors.js';
import { sessionBusy } from '../session-errors.js';
import type { LockSettings } from './lock-settings.js';

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/** A hold longer than this, with somebody waiting, is logged in debug mode. Ms. */
export const LONG_HOLD_MS = 2_000;

/**
 * Bounded, growing, jittered pauses for somebody who asks a store again and again. `pause` fails with T4_SESSION_BUSY once the
 * deadline (by performance.now()) has passed.
 */
export class Backoff {
  readonly #settings: LockSettings;
  readonly #label: string;
  readonly #key: string;
  readonly #deadline: number;
  readonly #startedAt = performance.now();
  #pauseMs = FIRST_PAUSE_MS;
  #hasWarned = false;

  constructor(settings: LockSettings, label: string, key: string, deadline: number) {
    this.#settings = settings;
    this.#label = label;
    this.#key = key;
    this.#deadline = deadline;
  }

  async pause(holder: string | undefined): Promise<void> {
    const now = performance.now();
    const { isDebug, log } = this.#settings;
    if (now >= this.#deadline) throw giveUpWaiting(this.#settings, this.#label, holder, this.#key);
    if (isDebug && !this.#hasWarned && now - this.#startedAt >= LONG_HOLD_MS) {
      this.#hasWarned = true;
      log.warn(longHoldMessage(holder ?? 'Another process', this.#label), { session: handleOfKey(this.#key) });
    }
    const jittered = this.#pauseMs * (0.5 + Math.random());
    this.#pauseMs = Math.min(this.#pauseMs * 1.6, LONGEST_PAUSE_MS);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, Math.min(jittered, this.#deadline - now));
    });
  }
}

/** Names who holds, who waits, and what helps. */
export function longHoldMessage(holder: string, waiter: string): string {
  return `${holder} has held a session for 2 s while ${waiter} waits for it. Call await req.session.release() before slow work, declare route.session("shared") if the route only reads, and do not request your own server with the same cookie from inside a handler.`;
}

/** The end of a wait: the error, after a log line that names who holds. */
export function giveUpWaiting(
  settings: LockSettings,
  waiter: string,
  holder: string | undefined,
  key: string,
): SessionError {
  settings.log.warn(
    `T4_SESSION_BUSY: ${waiter} gave up waiting for its session, which ${holder ?? 'another process'} holds. A handler that requests its own server with the same cookie waits for itself.`,
    { session: handleOfKey(key), waiter, holder },
  );
  return sessionBusy(holder);
}
