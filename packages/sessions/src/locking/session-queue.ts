import { handleOfKey } from '../data/session-id.js';
import type { SessionError } from '../errors.js';
import { clientGone } from '../session-errors.js';
import type { SessionRequest } from '../session-types.js';
import { giveUpWaiting, LONG_HOLD_MS, longHoldMessage } from './backoff.js';
import type { LockSettings } from './lock-settings.js';

interface Waiter {
  readonly label: string;
  /** Lets it in; false when it has left meanwhile. */
  admit(): boolean;
}

interface Line {
  /** Label of the request that is in. */
  holder: string;
  heldSince: number;
  readonly waiters: Waiter[];
  /** How many of them have left and are only passed over. */
  gone: number;
  hasWarned: boolean;
}

/** One line per session that is in use in this process: one request is in, the others wait in order of arrival. */
export class SessionQueue {
  readonly #settings: LockSettings;
  readonly #lines = new Map<string, Line>();

  constructor(settings: LockSettings) {
    this.#settings = settings;
  }

  /**
   * Lets the caller in, at once (undefined) or when it is first in line; once in, it must `leave`. Rejects with
   * T4_SESSION_BUSY at `deadline` (by performance.now()), or at once when the line is full; with T4_SESSION_CLIENT_GONE when the
   * client of `request` hangs up. A caller without `request` waits although its client left.
   */
  enter(key: string, label: string, deadline: number, request: SessionRequest | undefined): Promise<void> | undefined {
    const line = this.#lines.get(key);
    if (line !== undefined) return this.#wait(key, line, label, deadline, request);
    this.#lines.set(key, { holder: label, heldSince: performance.now(), waiters: [], gone: 0, hasWarned: false });
    return undefined;
  }

  /** Lets the next one in. */
  leave(key: string): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    for (let waiter = line.waiters.shift(); waiter !== undefined; waiter = line.waiters.shift()) {
      if (!waiter.admit()) {
        line.gone -= 1;
        continue;
      }
      line.holder = waiter.label;
      line.heldSince = performance.now();
      line.hasWarned = false;
      return;
    }
    this.#lines.delete(key);
  }

  #wait(key: string, line: Line, label: string, deadline: number, request: SessionRequest | undefined): Promise<void> {
    if (line.waiters.length - line.gone >= this.#settings.maxWaiters) {
      return Promise.reject(giveUpWaiting(this.#settings, label, line.holder, key));
    }
    if (request?.isClientGone) return Promise.reject(clientGone());
    return new Promise((resolve, reject) => {
      let isWaiting = true;
      const stop = (): void => {
        isWaiting = false;
        clearTimeout(timer);
        clearTimeout(warning);
        forgetClient?.();
      };
      const giveUp = (error: SessionError): void => {
        if (!isWaiting) return;
        stop();
        line.gone += 1;
        reject(error);
      };
      const timer = setTimeout(
        () => giveUp(giveUpWaiting(this.#settings, label, line.holder, key)),
        Math.max(0, deadline - performance.now()),
      );
      const warning = this.#warnOfLongHold(key, line, label);
      const forgetClient = request?.onClientGone(() => giveUp(clientGone()));
      line.waiters.push({
        label,
        admit: () => {
          if (!isWaiting) return false;
          stop();
          resolve();
          return true;
        },
      });
    });
  }

  /** Debug mode: one log line per hold that keeps somebody waiting. */
  #warnOfLongHold(key: string, line: Line, waiter: string): NodeJS.Timeout | undefined {
    if (!this.#settings.isDebug || line.hasWarned) return undefined;
    const dueInMs = Math.max(0, line.heldSince + LONG_HOLD_MS - performance.now());
    return setTimeout(() => {
      if (line.hasWarned || performance.now() - line.heldSince < LONG_HOLD_MS - 50) return;
      line.hasWarned = true;
      this.#settings.log.warn(longHoldMessage(line.holder, waiter), { session: handleOfKey(key) });
    }, dueInMs).unref();
  }
}
