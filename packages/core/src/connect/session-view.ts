import type { Request } from '../request/request.js';
import type { SessionCallback } from '../session-port.js';

type Data = Record<string | symbol, unknown>;
type Control = (callback?: SessionCallback) => unknown;

/**
 * The session as Express middleware knows it: the data of `req.session` with the methods of express-session, which take
 * callbacks, and no names beside those: connect-flash keeps data under `flash`. `current()` is the object to hand out. After
 * `regenerate` it is another one, and empty; the one before keeps what was in it, so that passport's `keepSessionInfo` can
 * take it over.
 */
export interface SessionView {
  current(): object;
}

/** Makes the view of a request's session. Touches nothing until it is asked for. */
export function sessionView(req: Request): SessionView {
  let view: View | undefined;
  const leaveView = (): void => {
    view?.detach();
    view = undefined;
  };
  const controls: Readonly<Record<string, Control>> = {
    save: (callback) => answerTo(callback, () => save(req)),
    regenerate: (callback) =>
      answerTo(callback, () => {
        leaveView();
        req.sessionRegenerate();
        req.session = {};
      }),
    destroy: (callback) =>
      answerTo(callback, () => {
        leaveView();
        req.sessionDestroy();
        return save(req);
      }),
    // The data is as new as it can be while this request holds the session, and its expiry slides by itself.
    reload: (callback) => answerTo(callback, () => undefined),
    touch: (callback) => answerTo(callback, () => undefined),
  };
  return {
    current: () => {
      view ??= viewOf(req, controls);
      return view.proxy;
    },
  };
}

/** Does the work and tells the callback, a turn later as those who pass one expect. Without one it is a promise. */
function answerTo(callback: SessionCallback | undefined, work: () => unknown): unknown {
  const done = (async () => {
    await work();
  })();
  if (callback === undefined) return done;
  done.then(
    () => setImmediate(callback),
    (error: unknown) => setImmediate(callback, error),
  );
  return undefined;
}

/** Data may have the name of the method, so it is taken from where it stands. */
function save({ session }: Request): Promise<void> {
  return (Object.getPrototypeOf(session).save as () => Promise<void>).call(session);
}

interface View {
  readonly proxy: object;
  /** From now on the view has data of its own. */
  detach(): void;
}

function viewOf(req: Request, controls: Readonly<Record<string, Control>>): View {
  let kept: Data | undefined;
  const data = (): Data => kept ?? (req.session as object as Data);
  const proxy = new Proxy<Data>(Object.create(null), {
    get: (_target, key) => {
      const values = data();
      if (Object.hasOwn(values, key)) return values[key];
      if (key === 'id') return req.sessionId;
      if (typeof key === 'string' && Object.hasOwn(controls, key)) return controls[key];
      return Reflect.get(Object.prototype, key);
    },
    has: (_target, key) => Object.hasOwn(data(), key),
    set: (_target, key, value) => {
      if (Reflect.set(data(), key, value)) return true;
      // Code that is not in strict mode would not hear of it otherwise.
      throw new TypeError(`"${String(key)}" cannot be set: the session is stored and the answer has begun.`);
    },
    deleteProperty: (_target, key) => Reflect.deleteProperty(data(), key),
    defineProperty: (_target, key, descriptor) => Reflect.defineProperty(data(), key, descriptor),
    ownKeys: () => Reflect.ownKeys(data()),
    getOwnPropertyDescriptor: (_target, key) => {
      const found = Reflect.getOwnPropertyDescriptor(data(), key);
      // Of what its target does not have a proxy must say that it is configurable, also where the data is frozen.
      return found === undefined ? undefined : { ...found, configurable: true };
    },
  });
  const detach = (): void => {
    kept = { ...req.session };
  };
  return { proxy, detach };
}
