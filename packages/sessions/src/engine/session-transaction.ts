import { isPromise } from '../circuit-breaker.js';
import { encodeLive, type SessionRecord, type TombstoneReason } from '../data/codec.js';
import { checkSize } from '../data/serialize.js';
import { keyOfSessionId, newLeaseOwner, newSessionId } from '../data/session-id.js';
import { EMPTY_JSON, type SessionSnapshot } from '../data/session-snapshot.js';
import type { SessionHold } from '../locking/session-lock.js';
import { sessionEnded } from '../session-errors.js';
import type { Awaitable } from '../session-store.js';
import type { SessionRequest, SessionRoute } from '../session-types.js';
import type { CommitJob, CommitResult } from './commit.js';
import { warnOfData } from './debug-warnings.js';
import type { EngineParts } from './engine-parts.js';
import type { FoundSession, Loaded } from './load-session.js';
import { expiredSessionCookie, sessionCookie } from './session-cookie.js';
import { expiryFromNow, maxAgeSeconds, slideExpiry } from './session-expiry.js';

/**
 * What one request knows of its stored session, what it wants to become of it, and the way from the request's copy into the
 * store. How each step is made safe is in commit.ts; this decides which step it is, and which cookie follows. Over 250
 * lines because all of it reads and moves the same few fields.
 */
export class SessionTransaction {
  readonly #parts: EngineParts;
  readonly #request: SessionRequest;
  readonly #route: SessionRoute;
  readonly #snapshot: SessionSnapshot;
  #found: FoundSession | undefined;
  /** The session that the cookie names ended while this request was on its way. */
  #tombstone: TombstoneReason | undefined;
  #hold: SessionHold | undefined;
  #newId: string | undefined;
  /** What becomes of the found session. */
  #ending: TombstoneReason | undefined;
  /** A session is wanted although there is nothing in it: regenerate, autostart. */
  #isWanted = false;
  #hasSetKey = false;
  #setCookie: string | undefined;
  #owner: string | undefined;

  constructor(parts: EngineParts, request: SessionRequest, route: SessionRoute, copy: SessionSnapshot) {
    this.#parts = parts;
    this.#request = request;
    this.#route = route;
    this.#snapshot = copy;
  }

  /** The Set-Cookie value that what was stored so far asks for. */
  get setCookie(): string | undefined {
    return this.#setCookie;
  }

  /** True when the handler set a key (deleting does not count), as far as its route still learns. */
  get hasSetKey(): boolean {
    return this.#hasSetKey;
  }

  /** True when something must be stored whatever the data is. */
  get hasIntent(): boolean {
    return this.#isWanted || this.#ending !== undefined;
  }

  /** Ms since the epoch; now for a session that is not stored yet. */
  get createdAt(): number {
    return this.#found?.createdAt ?? this.#parts.settings.now();
  }

  adopt(loaded: Loaded): void {
    if (loaded.kind === 'ended') this.#tombstone = loaded.reason;
    if (loaded.kind !== 'live') return;
    this.#found = loaded.found;
    this.#hold = loaded.hold;
    this.#snapshot.load(loaded.json);
  }

  /** A session is made even if nothing is put into it. */
  want(): void {
    this.#isWanted = true;
  }

  currentId(): string {
    if (this.#newId !== undefined) return this.#newId;
    if (this.#found !== undefined && this.#ending === undefined) return this.#found.id;
    this.#newId = newSessionId(this.#parts.settings.randomBytes);
    return this.#newId;
  }

  /** A new id from now on; the store follows at the commit. */
  regenerate(): string {
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

  /** The found session ends at the commit; what is written from now on is a new one. */
  destroy(): void {
    this.#isWanted = false;
    this.#newId = undefined;
    // Whoever logs out a session that has got a new id meanwhile must hear that it did not happen.
    if (this.#found !== undefined || this.#tombstone === 'replaced') this.#ending = 'destroyed';
  }

  /** The found session turned out to be unreadable: it is let go as it is. Returns its key. */
  forgetFound(): string | undefined {
    const key = this.#found?.key;
    this.letGo();
    this.#found = undefined;
    return key;
  }

  /** After an error: the answer sets no cookie. */
  dropCookie(): void {
    this.#setCookie = undefined;
  }

  /** Names the request in a shared store; undefined where leases are not needed. */
  leaseOwner(): string | undefined {
    return this.#parts.store.isShared ? this.#newOwner() : undefined;
  }

  /** Brings what changed into the store. At once where the store answers at once. `keepsHold`: the request goes on. */
  store(keepsHold: boolean): Awaitable<void> {
    if (this.#ending !== undefined) return this.#storeEnding();
    const json = this.changedJson();
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

  /** What is to be stored, if anything; remembers whether a key was set and warns of odd data in debug mode. */
  changedJson(): string | undefined {
    const json = this.#snapshot.changedJson();
    if (json === undefined) return undefined;
    const { lockModes, settings } = this.#parts;
    if (!this.#hasSetKey && lockModes.isLearning(this.#route, this.#request.method)) {
      this.#hasSetKey = this.#snapshot.hasSetKey();
    }
    if (settings.isDebug) warnOfData(this.#parts, this.#route.label, this.#snapshot.data as SessionRecord, json);
    return json;
  }

  /** Gives the hold back, if there is one, without waiting. */
  letGo(): void {
    if (this.#hold === undefined) return;
    this.#parts.locks.giveBack(this.#hold);
    this.#hold = undefined;
  }

  #storeChanges(found: FoundSession, json: string, keepsHold: boolean): Awaitable<void> {
    if (this.#hold !== undefined) return this.#update(found, json, this.#hold, keepsHold);
    // A shared request that changed something after all waits in line like any other request that writes.
    const { locks, settings } = this.#parts;
    const entered = locks.enterQueue(found.key, this.#route.label, performance.now() + settings.lockWaitMs);
    if (isPromise(entered)) return entered.then((queued) => this.#updateQueued(found, json, queued));
    return this.#updateQueued(found, json, entered);
  }

  #updateQueued(found: FoundSession, json: string, queued: SessionHold): Awaitable<void> {
    const updating = this.#update(found, json, undefined, false);
    if (isPromise(updating)) return updating.finally(() => queued.end());
    queued.end();
    return undefined;
  }

  #update(found: FoundSession, json: string, hold: SessionHold | undefined, keepsHold: boolean): Awaitable<void> {
    const result = this.#parts.commit.update(this.#job(found, json, hold, keepsHold));
    const use = (written: CommitResult): void => {
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
    const { settings, commit } = this.#parts;
    const createdAt = settings.now();
    const id = this.currentId();
    const key = keyOfSessionId(id);
    const expiresAt = expiryFromNow(settings, createdAt);
    const text = encodeLive(createdAt, this.#mark(), json);
    checkSize(text, json, settings.maxBytes);
    const created = commit.create(key, text, expiresAt);
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
    const { locks, settings, commit } = this.#parts;
    const queued =
      this.#hold === undefined
        ? await locks.enterQueue(found.key, this.#route.label, performance.now() + settings.lockWaitMs)
        : undefined;
    try {
      const json = this.changedJson() ?? this.#snapshot.json;
      const job = this.#job(found, json, this.#hold, false);
      if (this.#ending === 'replaced') {
        const id = this.currentId();
        const key = keyOfSessionId(id);
        const expiresAt = expiryFromNow(settings, found.createdAt);
        const written = await commit.replace({ ...job, expiresAt }, key);
        this.#ending = undefined;
        this.#newId = undefined;
        this.#endHold();
        this.#found = { ...found, id, key };
        this.#nowInStep(this.#found, json, written);
        this.#giveCookie(written.expiresAt);
        return;
      }
      const destroyed = await commit.destroy(job);
      this.#ending = undefined;
      this.#found = undefined;
      this.#snapshot.forget();
      if (destroyed === 'replaced') {
        this.#tombstone = 'replaced';
        this.#refuseAsEnded();
        return;
      }
      if (destroyed === 'ended') this.#setCookie = expiredSessionCookie(settings.cookie, this.#request.isHttps);
      this.letGo();
    } finally {
      queued?.end();
    }
    // What was written after destroy() starts a session of its own.
    const json = this.changedJson();
    if (json !== undefined || this.#isWanted) await this.#create(json ?? EMPTY_JSON);
  }

  /** Extends the expiry once per tenth of the lifetime, and the cookie with it, so that the browser's copy slides too. */
  #touch(found: FoundSession): Awaitable<void> {
    const to = slideExpiry(this.#parts.settings, found);
    if (to === found.expiresAt) return undefined;
    const touched = this.#parts.commit.touch(found, to);
    const use = (isMoved: boolean): void => {
      if (!isMoved) return;
      this.#found = { ...found, expiresAt: to };
      this.#giveCookie(to);
    };
    return isPromise(touched) ? touched.then(use) : use(touched);
  }

  #job(found: FoundSession, json: string, hold: SessionHold | undefined, keepsHold: boolean): CommitJob {
    return {
      session: found,
      json,
      baseJson: this.#snapshot.json,
      storedJson: this.#snapshot.storedJson,
      expiresAt: slideExpiry(this.#parts.settings, found),
      mark: this.#mark(),
      hold,
      keepsHold,
      isUnsafe: this.#parts.lockModes.isUnsafe(this.#request.method),
      label: this.#route.label,
    };
  }

  /** After a write: the request's data and the store say the same. The cookie follows where the expiry moved. */
  #nowInStep(found: FoundSession, json: string, written: Extract<CommitResult, { outcome: 'stored' }>): void {
    this.#found = { ...found, version: written.version, expiresAt: written.expiresAt };
    if (written.expiresAt !== found.expiresAt) this.#giveCookie(written.expiresAt);
    this.#snapshot.nowStored(json, written.mergedJson);
  }

  /** The hold is over because a command that wrote has given the lease back. */
  #endHold(): void {
    this.#hold?.end();
    this.#hold = undefined;
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
  #mark(): string {
    return this.#parts.store.isShared || this.#ending !== undefined ? this.#newOwner() : '';
  }

  #newOwner(): string {
    this.#owner ??= newLeaseOwner(this.#parts.settings.randomBytes);
    return this.#owner;
  }

  /** A change to a session that ended: an unsafe method hears of it, a safe one keeps its answer. */
  #refuseAsEnded(): void {
    if (this.#parts.lockModes.isUnsafe(this.#request.method)) throw sessionEnded(this.#route.label);
    this.#parts.settings.log.warn(
      `${this.#route.label} changed a session that was ended or replaced while it ran; the change is dropped.`,
    );
  }
}
