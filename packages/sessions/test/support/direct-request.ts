import type { RequestSession, SessionEngine, SessionMode } from '../../src/session-types.js';

/** One request without HTTP, for tests that decide when each of its steps happens. */
export interface DirectRequest {
  readonly session: RequestSession;
  readonly load: () => Promise<void>;
  /** The status that the client would see: 200, or that of the commit's error. */
  readonly commit: () => Promise<number>;
}

/** Begins a request with the session `ids` in its cookies. `mode` undefined: as the engine learns. */
export function beginRequest(
  engine: SessionEngine,
  method: string,
  ids: readonly string[],
  mode?: SessionMode,
): DirectRequest {
  const session = engine.begin(
    {
      method,
      cookieHeader: ids.length === 0 ? undefined : ids.map((id) => `tina4_session=${id}`).join('; '),
      isHttps: false,
      isClientGone: false,
      onClientGone: () => () => {},
    },
    { label: `${method} /`, sessionMode: mode },
  );
  return {
    session,
    load: async () => session.load(),
    commit: async () => {
      try {
        await session.commit({ status: 200, isHandlerDone: true });
        return 200;
      } catch (error) {
        return (error as { status?: number }).status ?? 500;
      }
    },
  };
}

/** The id in a Set-Cookie value; undefined when there is none or it expires the cookie. */
export function idOfCookie(setCookie: string | undefined): string | undefined {
  return /^tina4_session=([\w-]{43});/.exec(setCookie ?? '')?.[1];
}
