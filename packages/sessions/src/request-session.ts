/**
 * The session of one request, from load to commit. Over 250 lines because this is the one place where the request's view of its
 * session lives; how things are stored is in session-writer.ts, who may hold it in session-lock.ts.
 */
import { isPromise } from './breaker.js';
import { encodeLive, type TombstoneReason } from './codec.js';
import { warnOfData } from './debug-warnings.js';
import type { EngineParts } from './engine-parts.js';
import { SessionError, SessionUnavailableError } from './errors.js';
import { sessionEnded, sessionNotLoaded, writeAfterRelease } from './refusals.js';
import { checkSize } from './serialize.js';
import { expiredSessionCookie, findSessionIds, renameCookie, sessionCookie } from './session-cookie.js';
import { EMPTY_JSON, SessionCopy } from './session-copy.js';
import type { SessionControls } from './session-data.js';
import { expiryFromNow, maxAgeSeconds, slideExpiry } from './session-expiry.js';
import { keyOfSessionId, logNameOfKey, newLeaseOwner, newSessionId } from './session-id.js';
import type { FoundSession, Loaded } from './session-loader.js';
import type { SessionHold } from './session-lock.js';
import type { Awaitable } from './session-store.js';
import type {
  RequestSession,
  Session,
  SessionMode,
  SessionOutcome,
  SessionRequest,
  SessionRoute,
} from './session-types.js';
import type { WriteJob, WriteResult } from './session-writer.js';

export class EngineRequestSession implements RequestSession, SessionControls {
  readonly #parts: EngineParts;
  readonly #request: SessionRequest;
  readonly #route: SessionRoute;
  #mode: SessionMode | undefined;
  #ids: readonly string[] | undefined;
  #state: 'begun' | 'loaded' | 'released' | 'committed' = 'begun';
  /** Why the data cannot be used: the store is away, or the wait was in vain. */
  #failure: SessionError | undefined;
  #found: FoundSession | undefined;
  /** The session that the cookie names ended while this request was on its way. */
  #tombstone: TombstoneReason | undefined;
  #hold: SessionHold | undefined;
  readonly #copy: SessionCopy;
  #newId: string | undefined;
  /** What the commit does to the found session. */
  #ending: TombstoneReason | undefined;
  /** A session is wanted although there is nothing in it: regenerate, autostart. */
  #isWanted = false;
  #hasSetKey = false;
  #saving: Promise<void> | undefined;
  #releasing: Promise<void> | undefined;
  #setCookie: string | undefined;
  #owner: string | undefined;

  constructor(parts: EngineParts, request: SessionRequest, route: SessionRoute) {
    this.#parts = parts;
    this.#request = request;
    this.#route = route;
    this.#copy = new SessionCopy(this);
  }

  get isExclusive(): boolean {
    return this.#sessionMode() === 'exclusive' && this.#sessionIds().length > 0;
  }

  get setCookie(): string | undefined {
    return this.#setCookie;
  }

  get wasUsed(): boolean {
    return this.#copy.isTouched || this.#setCookie !== undefined;
  }

  load(): Promise<void> | undefined {
    this.#state = 'loaded';
    const mode = this.#sessionMode();
    if (mode === 'none') return undefined;
    this.#isWanted = this.#parts.settings.isAutostart;
    const ids = this.#sessionIds();
    if (ids.length === 0) return undefined;
    const caller =
      mode === 'exclusive'
        ? { request: this.#request, label: this.#route.label, owner: this.#ownerOfLease() }
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
    return this.#copy.open(() => this.#forgetCorrupt());
  }

  replace(value: unknown): void {
    void this.data;
    this.#throwIfReleased();
    if (value !== undefined && value !== null && typeof value !== 'object') {
      throw new TypeError(`req.session = ${typeof value}: assign an object, its properties become the session's data.`);
    }
    this.#copy.replace(value);
  }

  regenerate(): string {
    void this.data;
    this.#throwIfReleased();
    if (this.#found === undefined) {
      // Even where the cookie's session ended: whoever asks for a new session gets one, empty and with an id of its own.
      this.#isWanted = true;
      this.#ending = undefined;
      this.#tombstone = undefined;
    } else if (this.#ending === undefined) this.#ending = 'replaced';
    else this.#isWanted = true;
    this.#newId = newSessionId(this.#parts.settings.randomBytes);
    return this.#newId;
  }

  destroy(): void {
    this.#throwIfReleased();
    void this.data;
    this.#copy.replace(undefined);
    this.#isWanted = false;
    this.#newId = undefined;
    if (this.#found !== undefined) this.#ending = 'destroyed';
    // Whoever logs out a session that has got a new id meanwhile must hear that it did not happen.
    else if (this.#tombstone === 'replaced') this.#ending = 'destroyed';
  }

  currentId(): string {
    if (this.#newId !== undefined) return this.#newId;
    if (this.#found !== undefined && this.#ending === undefined) return this.#found.id;
    this.#newId = newSessionId(this.#parts.settings.randomBytes);
    return this.#newId;
  }

  cookieHeader(name: string | undefined): string {
    const { settings } = this.#parts;
    const cookie = name === undefined ? settings.cookie : renameCookie(settings.cookie, name);
    const maxAge = maxAgeSeconds(settings, expiryFromNow(settings, this.#found?.createdAt ?? settings.now()));
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
    this.#copy.freeze();
    const releasing = (async () => {
      try {
        await this.#saving?.catch(ignore);
        if (isLoaded) await this.#parts.inFlight.track(this.#store(false));
      } finally {
        this.#letGo();
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
      if (this.#copy.isTouched) this.#warnOfDrop('which was not loaded yet');
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
    this.#letGo();
    this.#learn(outcome);
    return undefined;
  }

  // ---- loading

  #sessionMode(): SessionMode {
    this.#mode ??= this.#parts.modes.modeOf(this.#route, this.#request.method);
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
    if (loaded.kind === 'ended') this.#tombstone = loaded.reason;
    if (loaded.kind !== 'live') return;
    this.#found = loaded.found;
    this.#copy.load(loaded.json);
    this.#hold = loaded.hold;
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
      session: logNameOfKey(this.#found?.key ?? ''),
      store: this.#parts.store.name,
    });
    this.#letGo();
    this.#found = undefined;
  }

  // ---- storing

  /** Brings what changed into the store. At once where the store answers at once. */
  #store(keepsHold: boolean): Awaitable<void> {
    if (this.#failure !== undefined) return undefined;
    if (this.#sessionMode() === 'none') return this.#checkUnloaded({ status: 200 });
    if (this.#ending !== undefined) return this.#storeEnding();
    const json = this.#changedJson();
    if (this.#found !== undefined) {
      return json === undefined ? this.#touch(this.#found) : this.#storeChanges(this.#found, json, keepsHold);
    }
    if (json === undefined && !this.#isWanted) return undefined;
    if (this.#tombstone !== undefined) {
      if (json !== undefined) this.#refuseAsEnded();
      return undefined;
    }
    return this.#create(json ?? EMPTY_JSON);
  }

  #storeChanges(found: FoundSession, json: string, keepsHold: boolean): Awaitable<void> {
    if (this.#hold !== undefined) return this.#update(found, json, this.#hold, keepsHold);
    // A shared request that changed something after all waits its turn like any other writer of this process.
    const { locks, settings } = this.#parts;
    const entered = locks.enterQueue(found.key, this.#route.label, performance.now() + settings.lockWaitMs);
    if (isPromise(entered)) return entered.then((turn) => this.#updateInTurn(found, json, turn));
    return this.#updateInTurn(found, json, entered);
  }

  #updateInTurn(found: FoundSession, json: string, turn: SessionHold): Awaitable<void> {
    const updating = this.#update(found, json, undefined, false);
    if (isPromise(updating)) return updating.finally(() => turn.end());
    turn.end();
    return undefined;
  }

  #update(found: FoundSession, json: string, hold: SessionHold | undefined, keepsHold: boolean): Awaitable<void> {
    const result = this.#parts.writer.update(this.#job(found, json, hold, keepsHold));
    const use = (written: WriteResult): void => {
      if (written.outcome === 'ended') {
        this.#found = undefined;
        this.#tombstone = 'destroyed';
        this.#refuseAsEnded();
        return;
      }
      // The commit that wrote has given the lease back.
      if (!keepsHold) this.#endHold();
      this.#nowInStep(found, json, written);
    };
    return isPromise(result) ? result.then(use) : use(result);
  }

  #create(json: string): Awaitable<void> {
    const { settings, writer } = this.#parts;
    const createdAt = settings.now();
    const id = this.currentId();
    const key = keyOfSessionId(id);
    const expiresAt = expiryFromNow(settings, createdAt);
    const text = encodeLive(createdAt, this.#writerName(), json);
    checkSize(text, json, settings.maxBytes);
    const created = writer.create(key, text, expiresAt);
    const use = (version: string): void => {
      this.#newId = undefined;
      this.#isWanted = false;
      this.#found = { id, key, version, expiresAt, createdAt };
      this.#nowInStep(this.#found, json, { outcome: 'stored', version, expiresAt });
      this.#giveCookie(expiresAt);
    };
    return isPromise(created) ? created.then(use) : use(created);
  }

  /** regenerate() and destroy(): rare enough to be written as one asynchronous piece. */
  async #storeEnding(): Promise<void> {
    const found = this.#found;
    if (found === undefined) {
      this.#refuseAsEnded();
      return;
    }
    const { locks, settings, writer } = this.#parts;
    const turn =
      this.#hold === undefined
        ? await locks.enterQueue(found.key, this.#route.label, performance.now() + settings.lockWaitMs)
        : undefined;
    try {
      const json = this.#changedJson() ?? this.#copy.json;
      const job = this.#job(found, json, this.#hold, false);
      if (this.#ending === 'replaced') {
        const id = this.currentId();
        const key = keyOfSessionId(id);
        const expiresAt = expiryFromNow(settings, found.createdAt);
        const written = await writer.replace({ ...job, expiresAt }, key);
        this.#ending = undefined;
        this.#newId = undefined;
        this.#endHold();
        this.#found = { ...found, id, key };
        this.#nowInStep(this.#found, json, written);
        this.#giveCookie(written.expiresAt);
        return;
      }
      const destroyed = await writer.destroy(job);
      this.#ending = undefined;
      this.#found = undefined;
      this.#copy.forget();
      if (destroyed === 'replaced') {
        this.#tombstone = 'replaced';
        this.#refuseAsEnded();
        return;
      }
      if (destroyed === 'ended') this.#setCookie = expiredSessionCookie(settings.cookie, this.#request.isHttps);
      this.#letGo();
    } finally {
      turn?.end();
    }
    // What was written after destroy() starts a session of its own.
    const json = this.#changedJson();
    if (json !== undefined || this.#isWanted) await this.#create(json ?? EMPTY_JSON);
  }

  /** Extends the expiry once per tenth of the lifetime, and the cookie with it, so that the browser's copy slides too. */
  #touch(found: FoundSession): Awaitable<void> {
    const to = slideExpiry(this.#parts.settings, found);
    if (to === found.expiresAt) return undefined;
    const touched = this.#parts.writer.touch(found, to);
    const use = (isMoved: boolean): void => {
      if (!isMoved) return;
      this.#found = { ...found, expiresAt: to };
      this.#giveCookie(to);
    };
    return isPromise(touched) ? touched.then(use) : use(touched);
  }

  #job(found: FoundSession, json: string, hold: SessionHold | undefined, keepsHold: boolean): WriteJob {
    return {
      session: found,
      json,
      baseJson: this.#copy.json,
      storedJson: this.#copy.storedJson,
      expiresAt: slideExpiry(this.#parts.settings, found),
      writer: this.#writerName(),
      hold,
      keepsHold,
      isUnsafe: this.#parts.modes.isUnsafe(this.#request.method),
      label: this.#route.label,
    };
  }

  /** After a write: the request's data and the store say the same. The cookie follows where the expiry moved. */
  #nowInStep(found: FoundSession, json: string, written: Extract<WriteResult, { outcome: 'stored' }>): void {
    this.#found = { ...found, version: written.version, expiresAt: written.expiresAt };
    if (written.expiresAt !== found.expiresAt) this.#giveCookie(written.expiresAt);
    this.#copy.nowStored(json, written.mergedJson);
  }

  /** What is to be stored, if anything; remembers whether a key was set and warns of odd data in debug mode. */
  #changedJson(): string | undefined {
    const json = this.#copy.changedJson();
    if (json === undefined) return undefined;
    const { modes, settings } = this.#parts;
    if (!this.#hasSetKey && modes.isLearning(this.#route, this.#request.method)) {
      this.#hasSetKey = this.#copy.hasSetKey();
    }
    if (settings.isDebug) warnOfData(this.#parts, this.#route.label, this.data, json);
    return json;
  }

  #giveCookie(expiresAt: number): void {
    const { settings, once } = this.#parts;
    const { isHttps } = this.#request;
    const found = this.#found as FoundSession;
    this.#setCookie = sessionCookie(settings.cookie, found.id, maxAgeSeconds(settings, expiresAt), isHttps);
    if (settings.cookie.secure === true && !isHttps) {
      once.warn(
        'secure-over-http',
        () =>
          'The session cookie is Secure but this request came over plain HTTP, so the browser will not send it back. Behind a TLS proxy set TINA4_TRUST_PROXY to the proxy; for local work set TINA4_SESSION_SECURE=false.',
      );
    }
  }

  /** Bytes that name this request in the store; empty where one process owns the store and no reply is lost. */
  #writerName(): string {
    return this.#parts.store.isShared || this.#ending !== undefined ? this.#newOwner() : '';
  }

  #ownerOfLease(): string | undefined {
    return this.#parts.store.isShared ? this.#newOwner() : undefined;
  }

  #newOwner(): string {
    this.#owner ??= newLeaseOwner(this.#parts.settings.randomBytes);
    return this.#owner;
  }

  // ---- ending

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
      this.#setCookie = undefined;
      throw error;
    } finally {
      this.#letGo();
    }
    this.#learn(outcome);
  }

  /** The hold is over because a command that wrote has given the lease back. */
  #endHold(): void {
    this.#hold?.end();
    this.#hold = undefined;
  }

  #letGo(): void {
    if (this.#hold === undefined) return;
    this.#parts.locks.giveBack(this.#hold);
    this.#hold = undefined;
  }

  #learn(outcome: SessionOutcome): void {
    if (outcome.isHandlerDone && this.#failure === undefined)
      this.#parts.modes.learn(this.#route, this.#request.method, this.#hasSetKey, outcome.status);
  }

  /** A change to a session that ended: an unsafe method hears of it, a safe one keeps its answer. */
  #refuseAsEnded(): void {
    if (this.#parts.modes.isUnsafe(this.#request.method)) throw sessionEnded(this.#route.label);
    this.#parts.settings.log.warn(
      `${this.#route.label} changed a session that was ended or replaced while it ran; the change is dropped.`,
    );
  }

  /** A route that does not load its session must not lose a write silently. */
  #checkUnloaded(outcome: Pick<SessionOutcome, 'status'>): undefined {
    const isChanged = this.#isWanted || this.#ending !== undefined || this.#changedJson() !== undefined;
    if (!isChanged) return undefined;
    if (this.#parts.modes.isUnsafe(this.#request.method) && outcome.status < 400) {
      throw sessionNotLoaded(this.#route.label);
    }
    this.#warnOfDrop('which this route does not load; declare route.session("exclusive") for it');
    return undefined;
  }

  #warnOfDrop(why: string): void {
    if (!this.#copy.hasKeys && !this.#isWanted) return;
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
    if (this.#failure === undefined && this.#changedJson() !== undefined) throw writeAfterRelease(this.#route.label);
  }

  #throwIfReleased(): void {
    if (this.#state === 'released') throw writeAfterRelease(this.#route.label);
  }
}

const NO_IDS: readonly string[] = Object.freeze([]);

function ignore(): void {
  // Reported elsewhere: each call says where.
}
