import { LONGEST_TOMBSTONE_MS } from '../data/codec.js';
import { lateView } from '../data/late-view.js';
import type { SessionControls } from '../data/session-data.js';
import { handleOfKey } from '../data/session-id.js';
import { SessionSnapshot } from '../data/session-snapshot.js';
import { SessionError, SessionUnavailableError, StoreUnavailableError } from '../errors.js';
import { graceOutOfRange, sessionNotLoaded, writeAfterRelease } from '../session-errors.js';
import type {
  RegenerateOptions,
  RequestSession,
  Session,
  SessionMode,
  SessionOutcome,
  SessionRequest,
  SessionRoute,
} from '../session-types.js';
import type { EngineParts } from './engine-parts.js';
import { findSessionIds } from './session-cookie.js';
import { SessionTransaction } from './session-transaction.js';

/**
 * The session of one request as the HTTP layer walks it. A request without a session waits for nothing on this walk:
 *
 *     begin     engine.ts makes this object: no I/O
 *     mode      lock-mode.ts: hold the session, share it, or leave it alone
 *     load      load-session.ts finds the live session of the cookie, session-lock.ts holds it
 *     use       session-snapshot.ts is the request's copy, session-data.ts the object behind req.session
 *     commit    session-transaction.ts decides what becomes of the session, commit.ts brings it into the store by
 *               compare-and-set.ts, session-cookie.ts writes the cookie
 *     release   session-hold.ts gives the lease back and lets the next request in
 *
 * A little over 250 lines, so that the walk can be read in one piece.
 */
export class EngineRequestSession implements RequestSession, SessionControls {
  readonly #parts: EngineParts;
  readonly #request: SessionRequest;
  readonly #route: SessionRoute;
  #mode: SessionMode | undefined;
  #ids: readonly string[] | undefined;
  #state: 'begun' | 'loaded' | 'released' | 'committed' = 'begun';
  /** Why the data cannot be used: the store is away, or the wait was in vain. */
  #failure: SessionError | undefined;
  readonly #snapshot: SessionSnapshot;
  readonly #transaction: SessionTransaction;
  /** What `data` is once the session is stored. */
  #late: Session | undefined;
  #saving: Promise<void> | undefined;
  #releasing: Promise<void> | undefined;

  constructor(parts: EngineParts, request: SessionRequest, route: SessionRoute) {
    this.#parts = parts;
    this.#request = request;
    this.#route = route;
    this.#snapshot = new SessionSnapshot(this);
    this.#transaction = new SessionTransaction(parts, request, route, this.#snapshot);
  }

  get isExclusive(): boolean {
    return this.#sessionMode() === 'exclusive' && this.#sessionIds().length > 0;
  }

  get setCookie(): string | undefined {
    return this.#transaction.setCookie;
  }

  get wasUsed(): boolean {
    return this.#snapshot.isTouched || this.#transaction.setCookie !== undefined;
  }

  load(): Promise<void> | undefined {
    this.#state = 'loaded';
    const mode = this.#sessionMode();
    if (mode === 'none') return undefined;
    if (this.#parts.settings.isAutostart) this.#transaction.want();
    const ids = this.#sessionIds();
    if (ids.length === 0) return undefined;
    return this.#load(ids, mode);
  }

  get data(): Session {
    if (this.#failure !== undefined) throw this.#failure;
    const data = this.#snapshot.open(() => this.#forgetCorrupt());
    return this.#isOver() ? this.#lateData(data) : data;
  }

  mayWrite(): void {
    if (this.#isOver()) this.#refuseLateWrite();
  }

  get id(): string {
    void this.data;
    return this.#transaction.currentId();
  }

  replace(value: unknown): void {
    void this.data;
    this.mayWrite();
    if (value !== undefined && value !== null && typeof value !== 'object') {
      throw new TypeError(`req.session = ${typeof value}: assign an object, its properties become the session's data.`);
    }
    if (value !== this.#snapshot.data) this.#transaction.forgetBefore();
    this.#snapshot.replace(value);
  }

  regenerate({ graceSeconds = 0 }: RegenerateOptions = {}): string {
    if (!(graceSeconds >= 0 && graceSeconds * 1000 <= LONGEST_TOMBSTONE_MS)) throw graceOutOfRange(graceSeconds);
    void this.data;
    this.mayWrite();
    return this.#transaction.regenerate(graceSeconds * 1000);
  }

  destroy(): void {
    void this.data;
    this.mayWrite();
    this.#snapshot.replace(undefined);
    this.#transaction.destroy();
  }

  currentId(): string {
    return this.#transaction.currentId();
  }

  cookieHeader(name: string | undefined): string {
    return this.#transaction.cookieHeader(name);
  }

  save(): Promise<void> {
    const before = this.#saving;
    const saving = (async () => {
      // A failed save before this one is reported by its own promise; this one tries again.
      await before?.catch(ignore);
      if (this.#isOver()) this.#reportLateWrite();
      else await this.#track(this.#store(true));
    })();
    saving.catch(ignore);
    this.#saving = saving;
    return saving;
  }

  release(): Promise<void> {
    if (this.#releasing !== undefined || this.#state === 'committed') return this.#releasing ?? Promise.resolve();
    const isLoaded = this.#state === 'loaded';
    this.#state = 'released';
    // Frozen first: a write that comes while the store is working must throw instead of vanish.
    this.#snapshot.freeze();
    const releasing = (async () => {
      try {
        await this.#saving?.catch(ignore);
        if (isLoaded) await this.#track(this.#store(false));
      } finally {
        this.#transaction.release();
      }
    })();
    // Whoever does not await it hears of a failure from the commit.
    releasing.catch(ignore);
    this.#releasing = releasing;
    return releasing;
  }

  commit(outcome: SessionOutcome): Promise<void> | undefined {
    const state = this.#state;
    this.#state = 'committed';
    if (state === 'committed') return undefined;
    // First: a write that comes while the store is working must throw instead of vanish.
    this.#snapshot.seal();
    if (this.#releasing !== undefined) return this.#finishReleased(this.#releasing, outcome);
    if (state === 'begun') {
      if (this.#snapshot.isTouched) this.#warnOfDrop('which was not loaded yet');
      return undefined;
    }
    let storing: Promise<void> | undefined;
    try {
      storing = this.#saving === undefined ? this.#store(false, outcome.status) : this.#storeAfter(this.#saving);
    } catch (error) {
      storing = Promise.reject(error);
    }
    if (storing !== undefined) return this.#track(this.#finish(storing, outcome));
    this.#transaction.release();
    this.#learn(outcome);
    return undefined;
  }

  #sessionMode(): SessionMode {
    this.#mode ??= this.#parts.lockModes.modeOf(this.#route, this.#request.method);
    return this.#mode;
  }

  #sessionIds(): readonly string[] {
    if (this.#ids === undefined) {
      const header = this.#request.cookieHeader;
      this.#ids = header === undefined ? NO_IDS : findSessionIds(header, this.#parts.settings.cookie.name);
    }
    return this.#ids;
  }

  async #load(ids: readonly string[], mode: 'exclusive' | 'shared'): Promise<void> {
    const caller =
      mode === 'exclusive'
        ? { request: this.#request, label: this.#route.label, owner: this.#transaction.leaseOwner() }
        : undefined;
    try {
      const isSafe = !this.#parts.lockModes.isUnsafe(this.#request.method);
      this.#transaction.adopt(await this.#parts.loader.load(ids, caller, isSafe));
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      // An unavailable store is no failure of the request: only touching the data is.
      const isAway = error instanceof StoreUnavailableError;
      this.#failure = isAway ? new SessionUnavailableError(error) : error;
      if (!isAway) throw error;
    }
  }

  /** Found only now, because an untouched session is not parsed. The damaged entry stays where it is, a new session begins. */
  #forgetCorrupt(): void {
    this.#parts.settings.log.warn('A stored session is not readable JSON; it counts as absent.', {
      session: handleOfKey(this.#transaction.forgetFound() ?? ''),
      store: this.#parts.store.name,
    });
  }

  /** Brings what changed into the store; undefined when there is nothing to bring. */
  #store(keepsHold: boolean, status = 200): Promise<void> | undefined {
    if (this.#failure !== undefined) return undefined;
    if (this.#sessionMode() === 'none') return this.#checkUnloaded(status);
    return this.#transaction.store(keepsHold);
  }

  /** A failed save is reported by its own promise; what it could not store is tried once more. */
  async #storeAfter(saving: Promise<void>): Promise<void> {
    await saving.catch(ignore);
    await this.#store(false);
  }

  #track(work: Promise<void> | undefined): Promise<void> | undefined {
    return work === undefined ? undefined : this.#parts.inFlight.track(work);
  }

  async #finishReleased(releasing: Promise<void>, outcome: SessionOutcome): Promise<void> {
    await releasing;
    this.#reportWriteAfterRelease();
    this.#learn(outcome);
  }

  async #finish(storing: Promise<void>, outcome: SessionOutcome): Promise<void> {
    try {
      await storing;
    } catch (error) {
      this.#transaction.dropCookie();
      throw error;
    } finally {
      this.#transaction.release();
    }
    this.#learn(outcome);
  }

  #learn(outcome: SessionOutcome): void {
    if (outcome.isHandlerDone && this.#failure === undefined)
      this.#parts.lockModes.learn(this.#route, this.#request.method, this.#transaction.hasSetKey, outcome.status);
  }

  /** A route that does not load its session must not lose a write silently. */
  #checkUnloaded(status: number): undefined {
    const isChanged = this.#transaction.hasIntent || this.#transaction.changedJson() !== undefined;
    if (!isChanged) return undefined;
    if (this.#parts.lockModes.isUnsafe(this.#request.method) && status < 400) {
      throw sessionNotLoaded(this.#route.label);
    }
    this.#warnOfDrop('which this route does not load; declare route.session("exclusive") for it');
    return undefined;
  }

  #warnOfDrop(why: string): void {
    if (!this.#snapshot.hasKeys && !this.#transaction.hasIntent) return;
    this.#parts.once.warn(
      `dropped ${this.#route.label}`,
      () => `${this.#route.label} changed the session, ${why}. The change is dropped.`,
    );
  }

  #reportWriteAfterRelease(): void {
    try {
      this.#reportLateWrite();
    } catch (error) {
      this.#parts.settings.log.error((error as Error).message, { route: this.#route.label });
    }
  }

  #reportLateWrite(): void {
    if (this.#failure === undefined && this.#transaction.changedJson() !== undefined)
      throw writeAfterRelease(this.#route.label);
  }

  /** Stored and let go, or on the way there. */
  #isOver(): boolean {
    return this.#state === 'released' || this.#state === 'committed';
  }

  #lateData(data: Session): Session {
    this.#late ??= lateView(data, () => this.#refuseLateWrite());
    return this.#late;
  }

  /** Logged here, because nobody may be left to catch it. */
  #refuseLateWrite(): never {
    const error = writeAfterRelease(this.#route.label);
    this.#parts.settings.log.error(error.message, { route: this.#route.label });
    throw error;
  }
}

const NO_IDS: readonly string[] = Object.freeze([]);

function ignore(): void {
  // Reported elsewhere: each call says where.
}
