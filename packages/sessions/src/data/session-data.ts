import type { RegenerateOptions, Session, SessionCallback, SessionData, SessionMethods } from '../session-types.js';
import type { SessionRecord } from './codec.js';

const FLASH_PREFIX = '_flash_';

/** What the methods of the session object ask of the request that it belongs to. */
export interface SessionControls {
  currentId(): string;
  destroy(): void;
  save(): Promise<void>;
  release(): Promise<void>;
  regenerate(options?: RegenerateOptions): string;
  /** Throws when the session is stored and let go. */
  mayWrite(): void;
  /** `undefined`: no data at all. */
  replace(content: undefined): void;
  cookieHeader(name: string | undefined): string;
}

/**
 * The object behind `req.session`: own properties are the user's data and nothing else. Methods read own properties only, so a
 * key named like a method is data. The prototype has no prototype of its own, and so no `__proto__` setter: every key is plain.
 */
class SessionObject implements SessionMethods {
  readonly #controls: SessionControls;

  constructor(controls: SessionControls) {
    this.#controls = controls;
  }

  // biome-ignore lint/suspicious/noExplicitAny: nested values come back untyped, as Tina4 code expects
  get(key: string, fallback?: unknown): any {
    return own(this, key) ?? fallback;
  }

  set(key: string, value: unknown): void {
    this.#controls.mayWrite();
    record(this)[key] = value;
  }

  has(key: string): boolean {
    return Object.hasOwn(this, key);
  }

  delete(key: string): void {
    this.#controls.mayWrite();
    delete record(this)[key];
  }

  clear(): void {
    this.#controls.replace(undefined);
  }

  destroy(callback?: SessionCallback): void {
    telling(callback, () => this.#controls.destroy());
  }

  save(callback?: SessionCallback): Promise<void> {
    const saving = this.#controls.save();
    if (callback !== undefined)
      saving.then(
        () => setImmediate(callback),
        (error: unknown) => setImmediate(callback, error),
      );
    return saving;
  }

  release(): Promise<void> {
    return this.#controls.release();
  }

  regenerate(given?: RegenerateOptions | SessionCallback): string {
    if (typeof given === 'function') return telling(given, () => this.#controls.regenerate(undefined));
    return this.#controls.regenerate(given);
  }

  // biome-ignore lint/suspicious/noExplicitAny: nested values come back untyped, as Tina4 code expects
  flash(key: string, value?: unknown): any {
    if (value === undefined) return this.getFlash(key);
    this.#controls.mayWrite();
    record(this)[FLASH_PREFIX + key] = value;
  }

  // biome-ignore lint/suspicious/noExplicitAny: nested values come back untyped, as Tina4 code expects
  getFlash(key: string, fallback?: unknown): any {
    const data = record(this);
    const name = FLASH_PREFIX + key;
    if (!Object.hasOwn(data, name)) return fallback;
    this.#controls.mayWrite();
    const value = data[name];
    delete data[name];
    return value ?? fallback;
  }

  all(): SessionData {
    return Object.fromEntries(Object.entries(this).filter(([key]) => !key.startsWith(FLASH_PREFIX)));
  }

  getSessionId(): string {
    return this.#controls.currentId();
  }

  cookieHeader(name?: string): string {
    return this.#controls.cookieHeader(name);
  }

  get id(): string {
    return this.#controls.currentId();
  }

  // `req.session.id = 5` is data like any other key; without this the accessor above would refuse it.
  set id(value: unknown) {
    Object.defineProperty(this, 'id', { value, writable: true, enumerable: true, configurable: true });
  }
}

// What code expects of any object stays: hasOwnProperty, toString and the like. What could change a prototype does not.
const prototype = SessionObject.prototype as unknown as SessionRecord;
Reflect.deleteProperty(prototype, 'constructor');
for (const name of [
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
]) {
  const value = Reflect.get(Object.prototype, name);
  Object.defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true });
}
Object.setPrototypeOf(prototype, null);

/** Names that user data shadows when it uses them as keys; debug mode warns of it. */
export const SESSION_METHOD_NAMES: ReadonlySet<string> = new Set([
  'get',
  'set',
  'has',
  'delete',
  'clear',
  'destroy',
  'save',
  'release',
  'regenerate',
  'flash',
  'getFlash',
  'all',
  'getSessionId',
  'cookieHeader',
  'id',
]);

/** Does something at once and tells the callback afterwards; with one it throws nothing, as its caller does not expect it to. */
function telling<T>(callback: SessionCallback | undefined, work: () => T): T {
  if (typeof callback !== 'function') return work();
  try {
    const result = work();
    setImmediate(callback);
    return result;
  } catch (error) {
    setImmediate(callback, error);
    return undefined as T;
  }
}

/** A session object that holds the top-level values of `data`; nested values are the same objects. */
export function createSessionObject(controls: SessionControls, data: Readonly<SessionRecord>): Session {
  const session = new SessionObject(controls);
  fillRecord(record(session), data);
  return session as Session;
}

/** Puts the own values of `data` into `target`, each as an own property whatever its name. */
export function fillRecord(target: SessionRecord, data: Readonly<SessionRecord>): void {
  for (const key of Object.keys(data)) target[key] = data[key];
}

/** Removes every own property. */
export function clearRecord(target: SessionRecord): void {
  for (const key of Object.keys(target)) delete target[key];
}

/** Freezes plain objects and lists at every depth. What cannot be frozen (a typed array) is left as it is. */
export function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const nested of Object.values(value)) freezeDeep(nested);
}

function own(session: object, key: string): unknown {
  return Object.hasOwn(session, key) ? record(session)[key] : undefined;
}

function record(session: object): SessionRecord {
  return session as SessionRecord;
}
