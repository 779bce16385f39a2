import { Deadline, LateError } from '../../deadline.js';
import type { SessionLog } from '../../session-options.js';
import type { RedisConnection } from './redis-connection.js';

/** How long nobody asks again after a failure, so that a server that hangs costs one request a wait and not all. */
const PAUSE_MS = 1000;

/** What is logged, once each time, when the server goes away and when it is back. */
export interface PresenceMessages {
  readonly away: string;
  readonly back: string;
}

/** A server that an app can do without, for counters and cached values: while it is away, nobody waits for it. */
export class OptionalServer {
  readonly #connection: RedisConnection;
  readonly #deadline: Deadline;
  readonly #messages: PresenceMessages;
  readonly #log: Pick<SessionLog, 'info' | 'error'>;
  #isAway = false;
  #isClosed = false;
  /** By the monotonic clock; nobody asks before. */
  #askAgainAt = 0;

  constructor(
    connection: RedisConnection,
    timeoutMs: number,
    messages: PresenceMessages,
    log: Pick<SessionLog, 'info' | 'error'>,
  ) {
    this.#connection = connection;
    this.#deadline = new Deadline(timeoutMs);
    this.#messages = messages;
    this.#log = log;
  }

  /** What the server replies to `work`, or `otherwise` when it does not in time or is known to be away. Never rejects. */
  async ask<Reply, Otherwise>(
    work: (connection: RedisConnection) => Promise<Reply>,
    otherwise: Otherwise,
  ): Promise<Reply | Otherwise> {
    if (this.#isClosed || performance.now() < this.#askAgainAt) return otherwise;
    // While it is away, one request a second finds out whether it is back.
    if (this.#isAway) this.#askAgainAt = performance.now() + PAUSE_MS;
    try {
      const reply = await this.insist(work);
      this.#noticeReply();
      return reply;
    } catch (error) {
      this.#noticeFailure(error);
      return otherwise;
    }
  }

  /** The same for what must not fail in silence: rejects with T4_STORE_UNAVAILABLE. */
  async insist<Reply>(work: (connection: RedisConnection) => Promise<Reply>): Promise<Reply> {
    try {
      return await this.#deadline.within(work(this.#connection));
    } catch (error) {
      throw error instanceof LateError ? this.#connection.failure(error) : error;
    }
  }

  /** Calling twice is safe. */
  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  #noticeReply(): void {
    this.#askAgainAt = 0;
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log.info(this.#messages.back);
  }

  #noticeFailure(error: unknown): void {
    if (this.#isClosed) return;
    this.#askAgainAt = performance.now() + PAUSE_MS;
    if (this.#isAway) return;
    this.#isAway = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.error(this.#messages.away, { reason });
  }
}
