/** How much one flush may carry, so that one command neither blocks the server nor fills a buffer. */
export interface BatchLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

interface Waiting<Item, Reply> {
  readonly item: Item;
  /** Resolves with what the reply means; throws where it means a failure. */
  readonly take: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects what is asked during one turn of the event loop and hands it on as one list, in the order it was asked in. With 32
 * requests at work, a client spends more on 32 commands than the server does on their work.
 */
export class Batcher<Item, Reply> {
  readonly #send: (items: readonly Item[]) => Promise<readonly Reply[]>;
  readonly #limits: BatchLimits;
  #waiting: Waiting<Item, Reply>[] = [];
  #bytes = 0;
  #isScheduled = false;
  readonly #inFlight = new Set<Promise<void>>();

  /** `send` resolves to one reply per item, in their order; when it rejects, each of its items does. */
  constructor(send: (items: readonly Item[]) => Promise<readonly Reply[]>, limits: BatchLimits) {
    this.#send = send;
    this.#limits = limits;
  }

  /**
   * Adds an item of about `bytes`. It leaves at the end of the turn, or at once when the limits are reached. `read` tells what the
   * reply means; the promise is the only one of the call.
   */
  add<Result>(item: Item, bytes: number, read: (reply: Reply) => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length > 0 && this.#bytes + bytes > this.#limits.maxBytes) this.#flush();
      this.#waiting.push({ item, take: (reply) => resolve(read(reply)), reject });
      this.#bytes += bytes;
      if (this.#waiting.length >= this.#limits.maxItems) this.#flush();
      else if (!this.#isScheduled) {
        this.#isScheduled = true;
        setImmediate(() => {
          this.#isScheduled = false;
          this.#flush();
        });
      }
    });
  }

  /** Sends what waits and resolves when nothing is under way any more. Never rejects. */
  async drain(): Promise<void> {
    this.#flush();
    await Promise.all(this.#inFlight);
  }

  #flush(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#bytes = 0;
    const flight = this.#deliver(waiting).finally(() => this.#inFlight.delete(flight));
    this.#inFlight.add(flight);
  }

  async #deliver(waiting: readonly Waiting<Item, Reply>[]): Promise<void> {
    try {
      const replies = await this.#send(waiting.map((one) => one.item));
      waiting.forEach((one, index) => {
        try {
          one.take(replies[index] as Reply);
        } catch (error) {
          one.reject(error);
        }
      });
    } catch (error) {
      for (const one of waiting) one.reject(error);
    }
  }
}
