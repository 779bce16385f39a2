import type { Session } from '../session-types.js';
import { parseRecord, type SessionRecord } from './codec.js';
import { changesBetween, hasSameKeys, hasSamePrimitives } from './merge.js';
import { checkStorable, serializeRecord } from './serialize.js';
import { clearRecord, createSessionObject, fillRecord, freezeDeep, type SessionControls } from './session-data.js';

/** The JSON text of a session without data. */
export const EMPTY_JSON = '{}';

const NONE: readonly string[] = Object.freeze([]);
const EMPTY: Readonly<SessionRecord> = Object.freeze({});

/** One request's copy of the session's data, and the text it is compared with. Parsed only when somebody touches it. */
export class SessionSnapshot {
  readonly #controls: SessionControls;
  #data: Session | undefined;
  #json = EMPTY_JSON;
  #loadedJson = EMPTY_JSON;
  /** `#json` as it was parsed for `#data`. Its nested values are the user's own objects, so only primitives may be compared. */
  #parsed: Readonly<SessionRecord> | undefined;
  #storedJson: string | undefined;
  /** As `#parsed`, for as long as the request lives: whose nested objects are the session's own. */
  #opened: Readonly<SessionRecord> = EMPTY;
  #isFrozen = false;
  #notFinite: readonly string[] = NONE;

  constructor(controls: SessionControls) {
    this.#controls = controls;
  }

  /** What the data was when it was last in step with the store, as JSON text. */
  get json(): string {
    return this.#json;
  }

  /** What was loaded under the id that the request has, before any save of its own, as JSON text. */
  get loadedJson(): string {
    return this.#loadedJson;
  }

  /** What the store holds where that is not `json`: a save in the middle of the request merged. */
  get storedJson(): string | undefined {
    return this.#storedJson;
  }

  /** The data as it is, undefined while nobody touched it. */
  get data(): Session | undefined {
    return this.#data;
  }

  get isTouched(): boolean {
    return this.#data !== undefined;
  }

  /** Is there any own key in the data? */
  get hasKeys(): boolean {
    return this.#data !== undefined && Object.keys(this.#data).length > 0;
  }

  /** Takes what was loaded, unparsed. */
  load(json: string): void {
    this.#json = json;
    this.#loadedJson = json;
  }

  /** Puts the keys of `json` below the data: what the request has set stays. The data is then that of a session not stored yet. */
  putBelow(json: string): void {
    const data = this.#data as SessionRecord;
    const own = Object.entries(data);
    clearRecord(data);
    fillRecord(data, parseRecord(json) ?? EMPTY);
    for (const [key, value] of own) data[key] = value;
  }

  /** The object behind `req.session`. `onCorrupt` hears of a text that is no JSON object; the data is empty then. */
  open(onCorrupt: () => void): Session {
    if (this.#data !== undefined) return this.#data;
    this.#parsed = this.#json === EMPTY_JSON ? EMPTY : parseRecord(this.#json);
    if (this.#parsed === undefined) {
      this.forget();
      onCorrupt();
    }
    this.#opened = this.#parsed ?? EMPTY;
    this.#data = createSessionObject(this.#controls, this.#opened);
    if (this.#isFrozen) freezeDeep(this.#data);
    return this.#data;
  }

  /** Replaces the content of the same object; undefined and null count as nothing. */
  replace(content: object | null | undefined): void {
    if (content === this.#data) return;
    const values: SessionRecord = Object.fromEntries(Object.entries(content ?? EMPTY));
    const data = this.#data as SessionRecord;
    clearRecord(data);
    fillRecord(data, values);
  }

  /** Later writes throw, at every depth. */
  freeze(): void {
    this.#isFrozen = true;
    freezeDeep(this.#data);
  }

  /**
   * Later writes throw, as far as the data is the session's own: the object itself and the lists and objects that were loaded. What
   * the handler put in may belong to the app, which goes on using it.
   */
  seal(): void {
    this.#isFrozen = true;
    const data = this.#data;
    if (data === undefined || Object.isFrozen(data)) return;
    Object.freeze(data);
    this.#forOwnObjects(data, Object.freeze);
  }

  /** The lists and objects at the top of the data that are there since it was loaded. */
  #forOwnObjects(data: Readonly<SessionRecord>, act: (object: object) => void): void {
    for (const key of Object.keys(this.#opened)) {
      const value = this.#opened[key];
      if (typeof value === 'object' && value !== null && data[key] === value) act(value);
    }
  }

  /** Paths of NaN and Infinity in the data that `changedJson` saw last. */
  get notFinite(): readonly string[] {
    return this.#notFinite;
  }

  /**
   * The JSON text of the data when it is not what was loaded or last stored, else undefined. Throws T4_SESSION_NOT_SERIALIZABLE.
   */
  changedJson(): string | undefined {
    const data = this.#data as SessionRecord | undefined;
    if (data === undefined) return undefined;
    if (this.#parsed !== undefined && hasSamePrimitives(this.#parsed, data)) return undefined;
    const json = serializeRecord(data);
    // Also where the text is the same: what JSON drops leaves no trace in it.
    this.#notFinite = checkStorable(data);
    if (json !== this.#json && !this.#isReordered(json, data)) return json;
    // Nothing was put in, so what was loaded is the session's own at every depth.
    if (this.#isFrozen) this.#forOwnObjects(data, (own) => Object.values(own).forEach(freezeDeep));
    return undefined;
  }

  /** True when a key was added or has another value; deleting one does not count. */
  hasSetKey(): boolean {
    return changesBetween(parseRecord(this.#json) ?? EMPTY, (this.#data ?? EMPTY) as SessionRecord).set.length > 0;
  }

  /** The store holds `json` now, or `mergedJson` where the write was merged. */
  nowStored(json: string, mergedJson: string | undefined): void {
    this.#json = json;
    this.#parsed = undefined;
    this.#storedJson = mergedJson;
  }

  /** What was stored is what this request begins with from now on: it has a new id. */
  nowLoaded(): void {
    this.#loadedJson = this.#storedJson ?? this.#json;
  }

  /** The store holds nothing of this session any more. The data stays, as that of a new one. */
  forget(): void {
    this.#json = EMPTY_JSON;
    this.#parsed = EMPTY;
    this.#storedJson = undefined;
  }

  /** A key that was deleted and set again stands elsewhere in the text; nothing has changed. */
  #isReordered(json: string, data: Readonly<SessionRecord>): boolean {
    if (json.length !== this.#json.length) return false;
    if (this.#parsed !== undefined && hasSameKeys(this.#parsed, data)) return false;
    const { set, deleted } = changesBetween(parseRecord(this.#json) ?? EMPTY, data);
    return set.length + deleted.length === 0;
  }
}
