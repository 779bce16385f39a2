import { isPromise } from '../circuit-breaker.js';
import type { SessionControls } from '../data/session-data.js';
import { handleOfKey } from '../data/session-id.js';
import { SessionSnapshot } from '../data/session-snapshot.js';
import { SessionError, SessionUnavailableError } from '../errors.js';
import { sessionNotLoaded, writeAfterRelease } from '../session-errors.js';
import type { Awaitable } from '../session-store.js';
import type {
  RequestSession,
  Session,
  SessionMode,
  SessionOutcome,
  SessionRequest,
  SessionRoute,
} from '../session-types.js';
import type { EngineParts } from './engine-parts.js';
import type { Loaded } from './load-session.js';
import { findSessionIds, renameCookie, sessionCookie } from './session-cookie.js';
import { expiryFromNow, maxAgeSeconds } from './session-expiry.js';
import { SessionTransaction } from './session-transaction.js';

/**
 * The session of one request as the HTTP layer walks it: begun, loaded, used, saved or released, committed. Which steps bring it
 * into the store is in session-transaction.ts, who may hold it in session-lock.ts. A little over 250 lines: the walk reads best in one piece.
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
    const caller =
      mode === 'exclusive'
        ? { request: this.#request, label: this.#route.label, owner: this.#transaction.leaseOwner() }
        : undefined;
    try {
      const loading = this.#parts.loader.load(ids, caller);
      if (!isPromise(loading)) return this.#use(loading);
      return loading.then(
        (loaded) => this.#use(loaded),
        (error) => this.#loadFailed(error),
      );
    } catch (error) {
      return this.#loadFailed(error);
    }
  }

  get data(): Session {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#snapshot.open(() => this.#forgetCorrupt());
  }

  replace(value: unknown): void {
    void this.data;
    this.#throwIfReleased();
    if (value !== undefined && value !== null && typeof value !== 'object') {
      throw new TypeError(`req.session = ${typeof value}: assign an object, its properties become the session's data.`);
    }
    this.#snapshot.replace(value);
  }

  regenerate(): string {
    void this.data;
    this.#throwIfReleased();
    return this.#transaction.regenerate();
  }

  destroy(): void {
    this.#throwIfReleased();
    void this.data;
    this.#snapshot.replace(undefined);
    this.#transaction.destroy();
  }

  currentId(): string {
    return this.#transaction.currentId();
  }

  cookieHeader(name: string | undefined): string {
    const { settings } = this.#parts;
    const cookie = name === undefined ? settings.cookie : renameCookie(settings.cookie, name);
    const maxAge = maxAgeSeconds(settings, expiryFromNow(settings, this.#transaction.createdAt));
    return sessionCookie(cookie, this.currentId(), maxAge, this.#request.isHttps);
  }

  save(): Promise<void> {
    const before = this.#saving;
    const saving = (async () => {
      // A failed save before this one is reported by its own promise; this one tries again.
      await before?.catch(ignore);
      if (this.#state === 'released' || this.#state === 'committed') this.#reportLateWrite();
      else await this.#parts.inFlight.track(this.#store(true));
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
        if (isLoaded) await this.#parts.inFlight.track(this.#store(false));
      } finally {
        this.#transaction.letGo();
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
    if (this.#releasing !== undefined) return this.#finishReleased(this.#releasing, outcome);
    if (state === 'begun') {
      if (this.#snapshot.isTouched) this.#warnOfDrop('which was not loaded yet');
      return undefined;
    }
    if (this.#saving !== undefined) return this.#parts.inFlight.track(this.#finishLater(outcome));
    let storing: Awaitable<void>;
    try {
      storing = this.#sessionMode() === 'none' ? this.#checkUnloaded(outcome) : this.#store(false);
    } catch (error) {
      storing = Promise.reject(error);
    }
    if (isPromise(storing)) return this.#parts.inFlight.track(this.#finish(storing, outcome));
    this.#transaction.letGo();
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

  #use(loaded: Loaded): undefined {
    this.#transaction.adopt(loaded);
  }

  /** An unavailable store is no failure of the request: only touching the data is. */
  #loadFailed(error: unknown): Promise<void> | undefined {
    if (error instanceof SessionError && error.code === 'T4_STORE_UNAVAILABLE') {
      this.#failure = new SessionUnavailableError(error);
      return undefined;
    }
    if (error instanceof SessionError) this.#failure = error;
    return Promise.reject(error);
  }

  /** Found only now, because an untouched session is not parsed. The damaged entry stays where it is, a new session begins. */
  #forgetCorrupt(): void {
    this.#parts.settings.log.warn('A stored session is not readable JSON; it counts as absent.', {
      session: handleOfKey(this.#transaction.forgetFound() ?? ''),
      store: this.#parts.store.name,
    });
  }

  /** Brings what changed into the store. At once where the store answers at once. */
  #store(keepsHold: boolean): Awaitable<void> {
    if (this.#failure !== undefined) return undefined;
    if (this.#sessionMode() === 'none') return this.#checkUnloaded({ status: 200 });
    return this.#transaction.store(keepsHold);
  }

  async #finishLater(outcome: SessionOutcome): Promise<void> {
    // A failed save is reported by its own promise; what it could not store is tried once more here.
    await this.#saving?.catch(ignore);
    await this.#finish((async () => this.#store(false))(), outcome);
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
      this.#transaction.letGo();
    }
    this.#learn(outcome);
  }

  #learn(outcome: SessionOutcome): void {
    if (outcome.isHandlerDone && this.#failure === undefined)
      this.#parts.lockModes.learn(this.#route, this.#request.method, this.#transaction.hasSetKey, outcome.status);
  }

  /** A route that does not load its session must not lose a write silently. */
  #checkUnloaded(outcome: Pick<SessionOutcome, 'status'>): undefined {
    const isChanged = this.#transaction.hasIntent || this.#transaction.changedJson() !== undefined;
    if (!isChanged) return undefined;
    if (this.#parts.lockModes.isUnsafe(this.#request.method) && outcome.status < 400) {
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

  #throwIfReleased(): void {
    if (this.#state === 'released') throw writeAfterRelease(this.#route.label);
  }
}

const NO_IDS: readonly string[] = Object.freeze([]);

function ignore(): void {
  // Reported elsewhere: each call says where.
}
