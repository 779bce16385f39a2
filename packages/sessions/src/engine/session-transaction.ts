import { encodeLive, type SessionBefore, type SessionRecord, type TombstoneReason } from '../data/codec.js';
import { checkSize } from '../data/serialize.js';
import { keyOfSessionId, newMark, newSessionId } from '../data/session-id.js';
import { EMPTY_JSON, type SessionSnapshot } from '../data/session-snapshot.js';
import type { SessionHold } from '../locking/session-hold.js';
import { sessionEnded } from '../session-errors.js';
import type { SessionRequest, SessionRoute } from '../session-types.js';
import type { CommitJob, CommitResult, StoredResult } from './commit-job.js';
import { warnOfData } from './debug-warnings.js';
import type { EngineParts } from './engine-parts.js';
import type { EngineSettings } from './engine-settings.js';
import type { FoundSession, Loaded } from './load-session.js';
import { expiredSessionCookie, renameCookie, sessionCookie } from './session-cookie.js';

/**
 * The session of one request as a transaction: what was loaded, what is to become of it, and the way from the request's snapshot
 * into the store. How each step is made safe is in commit.ts; this decides which step it is, and which cookie follows. Over
 * 250 lines because all of it reads and moves the same few fields.
 */
export class SessionTransaction {
  readonly #parts: EngineParts;
  readonly #request: SessionRequest;
  readonly #route: SessionRoute;
  readonly #snapshot: SessionSnapshot;
  #found: FoundSession | undefined;
  /** The session that the cookie names ended while this request was on its way. */
  #tombstone: TombstoneReason | undefined;
  /** What that session was before it got a new id, for a request that asks for a new id itself. */
  #before: SessionBefore | undefined;
  /** The id under which the request may read what was before, while the grace lasts. */
  #readId: string | undefined;
  #hold: SessionHold | undefined;
  #newId: string | undefined;
  /** What becomes of the found session. */
  #ending: TombstoneReason | undefined;
  /** For how long the old id may be read after the new one was given, ms. */
  #graceMs = Number.POSITIVE_INFINITY;
  /** When the session that is to be made began, where that is not now. Ms since the epoch. */
  #createdAt: number | undefined;
  /** A session is wanted although there is nothing in it: regenerate, autostart. */
  #isWanted = false;
  #hasSetKey = false;
  #setCookie: string | undefined;
  #mark: string | undefined;

  constructor(parts: EngineParts, request: SessionRequest, route: SessionRoute, snapshot: SessionSnapshot) {
    this.#parts = parts;
    this.#request = request;
    this.#route = route;
    this.#snapshot = snapshot;
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

  /** The Set-Cookie value for the session as it is now, under the configured name or `name`. */
  cookieHeader(name: string | undefined): string {
    const { settings } = this.#parts;
    const cookie = name === undefined ? settings.cookie : renameCookie(settings.cookie, name);
    const expiresAt = expiryFromNow(settings, this.#found?.createdAt ?? settings.now());
    return sessionCookie(cookie, this.currentId(), maxAgeSeconds(settings, expiresAt), this.#request.isHttps);
  }

  adopt(loaded: Loaded): void {
    if (loaded.kind === 'ended') this.#adoptEnded(loaded);
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
    if (this.#readId !== undefined) return this.#readId;
    this.#newId = newSessionId(this.#parts.settings.randomBytes);
    return this.#newId;
  }

  /**
   * A new id from now on; the store follows at the commit. `graceMs`: for how long the old one may be read. Of several calls the
   * shortest counts.
   */
  regenerate(graceMs: number): string {
    this.#graceMs = Math.min(this.#graceMs, graceMs);
    if (this.#found === undefined) {
      // Even where the cookie's session ended: whoever asks for a new session gets one with an id of its own.
      this.#isWanted = true;
      this.#ending = undefined;
      this.#tombstone = undefined;
      this.#startFromBefore();
    } else if (this.#ending === undefined) this.#ending = 'replaced';
    else this.#isWanted = true;
    this.#newId = newSessionId(this.#parts.settings.randomBytes);
    return this.#newId;
  }

  /** The found session ends at the commit; what is written from now on is a new one. */
  destroy(): void {
    this.forgetBefore();
    this.#isWanted = false;
    this.#newId = undefined;
    // Whoever logs out a session that has got a new id meanwhile must hear that it did not happen.
    if (this.#found !== undefined || this.#tombstone === 'replaced') this.#ending = 'destroyed';
  }

  /** The handler dropped all data: what was before is no longer wanted either. */
  forgetBefore(): void {
    this.#before = undefined;
    this.#readId = undefined;
  }

  /** The found session turned out to be unreadable: it stays as it is, unheld. Returns its key. */
  forgetFound(): string | undefined {
    const key = this.#found?.key;
    this.release();
    this.#found = undefined;
    return key;
  }

  /** After an error: the answer sets no cookie. */
  dropCookie(): void {
    this.#setCookie = undefined;
  }

  /** Names the request in a shared store; undefined where leases are not needed. */
  leaseOwner(): string | undefined {
    return this.#parts.store.isShared ? this.#ownMark() : undefined;
  }

  /**
   * Brings what changed into the store; undefined when there is nothing to bring. `keepsHold`: the request goes on. Throws or
   * rejects with what commit.ts rejects with.
   */
  store(keepsHold: boolean): Promise<void> | undefined {
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
    if (this.#snapshot.notFinite.length > 0) this.#warnOfNulls(this.#snapshot.notFinite);
    if (json === undefined) return undefined;
    const { lockModes, settings } = this.#parts;
    if (!this.#hasSetKey && lockModes.isLearning(this.#route, this.#request.method)) {
      this.#hasSetKey = this.#snapshot.hasSetKey();
    }
    if (settings.isDebug) warnOfData(this.#parts, this.#route.label, this.#snapshot.data as SessionRecord, json);
    return json;
  }

  /** The request holds nothing any more. Calling it again does nothing. */
  release(): void {
    this.#hold?.release();
    this.#hold = undefined;
  }

  #adoptEnded({ id, reason, before }: Extract<Loaded, { kind: 'ended' }>): void {
    this.#tombstone = reason;
    this.#before = before;
    const { lockModes, settings } = this.#parts;
    if (before === undefined || before.readableUntil <= settings.now()) return;
    if (lockModes.isUnsafe(this.#request.method)) return;
    this.#readId = id;
    this.#snapshot.load(before.json);
  }

  /** Two clicks on Log in: the second has what the first had, though none of what that one made of it. */
  #startFromBefore(): void {
    const before = this.#before;
    if (before === undefined) return;
    this.#createdAt = before.createdAt;
    // A request that may read it has it already.
    if (this.#readId === undefined) this.#snapshot.putBelow(before.json);
    else this.#snapshot.forget();
    this.forgetBefore();
  }

  async #storeChanges(found: FoundSession, json: string, keepsHold: boolean): Promise<void> {
    if (this.#hold !== undefined) {
      this.#updated(found, json, await this.#parts.commit.update(this.#job(found, json, keepsHold)));
      if (!keepsHold) this.release();
      return;
    }
    // A shared request that changed something after all waits in line like any other request that writes.
    const place = await this.#parts.locks.enterQueue(found.key, this.#route.label);
    try {
      this.#updated(found, json, await this.#parts.commit.update(this.#job(found, json, false)));
    } finally {
      place.release();
    }
  }

  #updated(found: FoundSession, json: string, result: CommitResult): void {
    if (result.outcome === 'stored') {
      this.#nowInStep(found, json, result);
      return;
    }
    this.#found = undefined;
    this.#tombstone = 'destroyed';
    this.#refuseAsEnded();
  }

  async #create(json: string): Promise<void> {
    const { settings, commit } = this.#parts;
    const createdAt = this.#createdAt ?? settings.now();
    const id = this.currentId();
    const key = keyOfSessionId(id);
    const expiresAt = expiryFromNow(settings, createdAt);
    const text = encodeLive(createdAt, this.#markOfText(), json);
    checkSize(text, json, settings.maxBytes);
    const version = await commit.create(key, text, expiresAt);
    this.#newId = undefined;
    this.#isWanted = false;
    this.#createdAt = undefined;
    this.#graceMs = Number.POSITIVE_INFINITY;
    this.#found = { id, key, version, expiresAt, createdAt };
    this.#nowInStep(this.#found, json, { outcome: 'stored', version, expiresAt });
    this.#giveCookie(expiresAt);
  }

  /** regenerate() and destroy(). */
  async #storeEnding(): Promise<void> {
    const found = this.#found;
    if (found === undefined) {
      this.#refuseAsEnded();
      return;
    }
    const place =
      this.#hold === undefined ? await this.#parts.locks.enterQueue(found.key, this.#route.label) : undefined;
    try {
      if (this.#ending === 'replaced') {
        await this.#replace(found);
        return;
      }
      if (!(await this.#destroy(found))) return;
    } finally {
      place?.release();
    }
    // What was written after destroy() starts a session of its own.
    const json = this.changedJson();
    if (json !== undefined || this.#isWanted) await this.#create(json ?? EMPTY_JSON);
  }

  async #replace(found: FoundSession): Promise<void> {
    const json = this.changedJson() ?? this.#snapshot.json;
    const id = this.currentId();
    const key = keyOfSessionId(id);
    const job = this.#job(found, json, false);
    const expiresAt = expiryFromNow(this.#parts.settings, found.createdAt);
    const replaceJob = { ...job, expiresAt, loadedJson: this.#snapshot.loadedJson, graceMs: this.#graceMs };
    const result = await this.#parts.commit.replace(replaceJob, key);
    this.#ending = undefined;
    this.#graceMs = Number.POSITIVE_INFINITY;
    this.#newId = undefined;
    this.release();
    this.#found = { ...found, id, key };
    this.#nowInStep(this.#found, json, result);
    this.#snapshot.nowLoaded();
    this.#giveCookie(result.expiresAt);
  }

  /** False when the session has got a new id meanwhile, so that nothing ended. */
  async #destroy(found: FoundSession): Promise<boolean> {
    const { commit, settings } = this.#parts;
    const json = this.changedJson() ?? this.#snapshot.json;
    const outcome = await commit.destroy(this.#job(found, json, false));
    this.#ending = undefined;
    this.#found = undefined;
    this.#snapshot.forget();
    if (outcome === 'replaced') {
      this.#tombstone = 'replaced';
      this.#refuseAsEnded();
      return false;
    }
    if (outcome === 'ended') this.#setCookie = expiredSessionCookie(settings.cookie, this.#request.isHttps);
    this.release();
    return true;
  }

  /** Extends the expiry once per tenth of the lifetime, and the cookie with it, so that the browser's copy slides too. */
  #touch(found: FoundSession): Promise<void> | undefined {
    const to = slideExpiry(this.#parts.settings, found);
    return to === found.expiresAt ? undefined : this.#extend(found, to);
  }

  async #extend(found: FoundSession, to: number): Promise<void> {
    if (!(await this.#parts.commit.touch(found, to))) return;
    this.#found = { ...found, expiresAt: to };
    this.#giveCookie(to);
  }

  #job(found: FoundSession, json: string, keepsHold: boolean): CommitJob {
    return {
      session: found,
      json,
      baseJson: this.#snapshot.json,
      storedJson: this.#snapshot.storedJson,
      expiresAt: slideExpiry(this.#parts.settings, found),
      mark: this.#markOfText(),
      hold: this.#hold,
      keepsHold,
      isUnsafe: this.#parts.lockModes.isUnsafe(this.#request.method),
      label: this.#route.label,
    };
  }

  /** After a write: the request's data and the store say the same. The cookie follows where the expiry moved. */
  #nowInStep(found: FoundSession, json: string, result: StoredResult): void {
    const { id, key, createdAt } = found;
    this.#found = { id, key, version: result.version, expiresAt: result.expiresAt, createdAt };
    if (result.expiresAt !== found.expiresAt) this.#giveCookie(result.expiresAt);
    this.#snapshot.nowStored(json, result.mergedJson);
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

  /** What this request signs its text with; empty where one process owns the store and no reply is lost. */
  #markOfText(): string {
    return this.#parts.store.isShared || this.#ending !== undefined ? this.#ownMark() : '';
  }

  #ownMark(): string {
    this.#mark ??= newMark(this.#parts.settings.randomBytes);
    return this.#mark;
  }

  #warnOfNulls(paths: readonly string[]): void {
    const { label } = this.#route;
    this.#parts.once.warn(
      `not finite ${label}`,
      () => `${label} stores NaN or Infinity, which JSON writes as null, in the session: ${paths.join(', ')}.`,
    );
  }

  /** A change to a session that ended: an unsafe method hears of it, a safe one keeps its answer. */
  #refuseAsEnded(): void {
    if (this.#parts.lockModes.isUnsafe(this.#request.method)) throw sessionEnded(this.#route.label);
    this.#parts.settings.log.warn(
      `${this.#route.label} changed a session that was ended or replaced while it ran; the change is dropped.`,
    );
  }
}

/** When a session that began at `createdAt` ends if nothing happens from now on. Ms since the epoch. */
function expiryFromNow(settings: EngineSettings, createdAt: number): number {
  return Math.min(settings.now() + settings.lifetimeMs, createdAt + settings.absoluteLifetimeMs);
}

/**
 * The expiry after a request: later by at least a tenth of the lifetime, or as it was. Writes follow the same rule, because the
 * cookie is renewed with the expiry: were it moved with every write, the browser's copy would stay behind and end first.
 */
function slideExpiry(settings: EngineSettings, { createdAt, expiresAt }: FoundSession): number {
  const to = expiryFromNow(settings, createdAt);
  return to - expiresAt >= settings.lifetimeMs / 10 ? to : expiresAt;
}

/** Max-Age for the cookie of a session that ends at `expiresAt`; undefined for a cookie that ends with the browser. */
function maxAgeSeconds(settings: EngineSettings, expiresAt: number): number | undefined {
  return settings.hasMaxAge ? Math.ceil((expiresAt - settings.now()) / 1000) : undefined;
}
