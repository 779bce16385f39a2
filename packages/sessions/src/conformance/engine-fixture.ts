import { createSessionEngine } from '../engine/engine.js';
import type { SessionEngineOptions } from '../session-options.js';
import type { SessionStore } from '../session-store.js';
import type { RequestSession, Session, SessionEngine, SessionMode } from '../session-types.js';
import { type StoreConformanceOptions, StoreFixture } from './store-case.js';

/** The hooks of the store suite that the engine's cases need, and the engine under test. */
export interface EngineConformanceOptions
  extends Pick<StoreConformanceOptions, 'test' | 'createStore' | 'cleanUp' | 'patienceMs'> {
  /** Default: the engine of this package. */
  readonly createEngine?: ((options: SessionEngineOptions) => SessionEngine) | undefined;
}

/** One case over an engine and a store. */
export interface EngineCase {
  readonly id: string;
  readonly name: string;
  run(fixture: EngineFixture): Promise<void>;
}

/** How one request ended. */
export interface Answer {
  /** 200, or the status of the error that `load`, handler or `commit` gave. */
  readonly status: number;
  readonly code: string | undefined;
  /** `name=value` of the session cookie that was set, `''` when it was expired, undefined when there was none. */
  readonly cookie: string | undefined;
  readonly result: unknown;
}

export interface RequestOptions {
  readonly cookie?: string | undefined;
  readonly method?: string;
  readonly mode?: SessionMode;
  /** The client hangs up after the session was loaded. */
  readonly isAborted?: boolean;
}

/** Engines over clients of one space, and requests as a framework would drive them. */
export class EngineFixture {
  readonly stores: StoreFixture;
  readonly #options: EngineConformanceOptions;
  readonly #engines: SessionEngine[] = [];

  constructor(options: EngineConformanceOptions) {
    this.#options = options;
    this.stores = new StoreFixture(options);
  }

  /** An engine with a client of its own. `wrap` may watch or disturb what it asks of the store. */
  async openEngine(
    options: Partial<SessionEngineOptions> = {},
    wrap: (store: SessionStore) => SessionStore = (store) => store,
  ): Promise<SessionEngine> {
    const store = wrap(await this.stores.open());
    const create = this.#options.createEngine ?? createSessionEngine;
    const engine = create({ store, sweepEveryMs: 0, now: () => this.stores.time, ...options });
    this.#engines.push(engine);
    return engine;
  }

  /** Two engines where the store is shared; the same one twice where it belongs to one process. */
  async openTwo(): Promise<readonly [SessionEngine, SessionEngine]> {
    const first = await this.openEngine();
    const { isShared } = await this.stores.open();
    return [first, isShared ? await this.openEngine() : first];
  }

  async close(): Promise<void> {
    try {
      for (const engine of this.#engines) await engine.close();
    } finally {
      await this.stores.close();
    }
  }
}

/** Runs one request to its end. The default is an unsafe method, which holds the session. */
export async function request(
  engine: SessionEngine,
  { cookie, method = 'POST', mode, isAborted = false }: RequestOptions,
  handler: (data: Session, session: RequestSession) => unknown,
): Promise<Answer> {
  let isClientGone = false;
  const session = engine.begin(
    {
      method,
      cookieHeader: cookie,
      isHttps: false,
      get isClientGone() {
        return isClientGone;
      },
      onClientGone: () => () => {},
    },
    { label: `${method} /conformance`, sessionMode: mode },
  );
  let result: unknown;
  let failure: unknown;
  let isHandlerDone = false;
  try {
    await session.load();
    isClientGone = isAborted;
    result = await handler(session.data, session);
    isHandlerDone = true;
  } catch (error) {
    failure = error;
  }
  try {
    await session.commit({ status: failure === undefined ? 200 : statusOf(failure), isHandlerDone });
  } catch (error) {
    failure = error;
  }
  return {
    status: failure === undefined ? 200 : statusOf(failure),
    code: (failure as { code?: string } | undefined)?.code,
    cookie: cookieOf(session.setCookie),
    result,
  };
}

/** Makes a session with `data` and returns its cookie. */
export async function startSession(engine: SessionEngine, data: Record<string, unknown>): Promise<string> {
  const { cookie } = await request(engine, {}, (session) => Object.assign(session, data) && undefined);
  return cookie ?? '';
}

/** What a request with `cookie` finds, as plain data. */
export async function readSession(engine: SessionEngine, cookie: string): Promise<Record<string, unknown>> {
  const { result } = await request(engine, { cookie, method: 'GET' }, (session) => ({ ...session }));
  return result as Record<string, unknown>;
}

/**
 * Starts a request whose handler runs at once and then does not end. Resolves when it has run, to the function that lets the
 * request end and gives its answer.
 */
export async function pauseInside(
  engine: SessionEngine,
  options: RequestOptions,
  handler: (data: Session) => unknown,
): Promise<() => Promise<Answer>> {
  let goOn = () => {};
  let answer: Promise<Answer> | undefined;
  await new Promise<void>((hasRun, fail) => {
    answer = request(engine, options, async (data) => {
      const result = handler(data);
      hasRun();
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return result;
    });
    // A request that never reaches its handler has an answer at once.
    answer.then(({ status, code }) => fail(new Error(`The request ended with ${status} ${code}.`)), fail);
  });
  return () => {
    goOn();
    return answer as Promise<Answer>;
  };
}

/** The same store, telling each call to `see` before it is made. */
export function watchStore(store: SessionStore, see: (verb: string, args: readonly unknown[]) => void): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        see(String(name), args);
        return value.apply(target, args);
      };
    },
  });
}

function statusOf(error: unknown): number {
  return (error as { status?: number }).status ?? 500;
}

function cookieOf(setCookie: string | undefined): string | undefined {
  const pair = setCookie?.split(';')[0];
  return pair?.endsWith('=') ? '' : pair;
}
