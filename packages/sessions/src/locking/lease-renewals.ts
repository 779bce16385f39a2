import type { SessionHold } from './session-hold.js';

/**
 * Renews leases while their holds last, each a third of its length after it was granted or last renewed. All holds share one
 * timer, because nearly every one ends long before its first renewal (a timer each: 0.3 µs a request).
 */
export class LeaseRenewals {
  readonly #everyMs: number;
  readonly #renew: (hold: SessionHold) => Promise<boolean>;
  /** When each is due, by performance.now(). In that order, since all wait equally long. */
  readonly #dueAt = new Map<SessionHold, number>();
  #timer: NodeJS.Timeout | undefined;

  /** `renew` resolves to false when there is nothing to renew any more. It never rejects. */
  constructor(leaseMs: number, renew: (hold: SessionHold) => Promise<boolean>) {
    this.#everyMs = leaseMs / 3;
    this.#renew = renew;
  }

  /** Begins for a hold whose lease was granted just now. */
  begin(hold: SessionHold): void {
    this.#dueAt.set(hold, performance.now() + this.#everyMs);
    this.#timer ??= setTimeout(this.#renewDue, this.#everyMs).unref();
  }

  /** The hold is over. */
  end(hold: SessionHold): void {
    this.#dueAt.delete(hold);
  }

  readonly #renewDue = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [hold, dueAt] of this.#dueAt) {
      // Timers may fire a millisecond early.
      if (dueAt > now + 1) {
        this.#timer = setTimeout(this.#renewDue, dueAt - now).unref();
        return;
      }
      this.#dueAt.delete(hold);
      void this.#goOn(hold);
    }
  };

  async #goOn(hold: SessionHold): Promise<void> {
    if ((await this.#renew(hold)) && !hold.isReleased) this.begin(hold);
  }
}
