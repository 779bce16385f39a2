import type { SessionMode, SessionRoute } from '../session-types.js';
import type { EngineSettings } from './engine-settings.js';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Which requests hold their session. What a route declared stands, except that `off` holds nothing. Otherwise unsafe methods
 * hold, and safe ones until their route has shown that it sets nothing: starting the other way round would lose updates in every
 * process that has not learned yet.
 */
export class LockModes {
  readonly #lock: EngineSettings['lock'];

  constructor(lock: EngineSettings['lock']) {
    this.#lock = lock;
  }

  modeOf(route: SessionRoute, method: string): SessionMode {
    const declared = route.sessionMode;
    if (this.#lock === 'off') return declared === 'none' ? 'none' : 'shared';
    if (declared !== undefined) return declared;
    if (this.#lock === 'all' || this.isUnsafe(method)) return 'exclusive';
    return route.learnedSessionMode ?? 'exclusive';
  }

  /** RFC 9110, section 9.2.1: every method that may change something. */
  isUnsafe(method: string): boolean {
    return !SAFE_METHODS.has(method);
  }

  /** True while what this request does to its session still matters for its route. */
  isLearning(route: SessionRoute, method: string): boolean {
    return (
      this.#lock === 'auto' &&
      route.sessionMode === undefined &&
      route.learnedSessionMode !== 'exclusive' &&
      !this.isUnsafe(method)
    );
  }

  /** Learns from a completed request: exclusive for good once a key was set, shared after an answer that set none. */
  learn(route: SessionRoute, method: string, hasSetKey: boolean, status: number): void {
    if (!hasSetKey && (route.learnedSessionMode !== undefined || status >= 400)) return;
    if (!this.isLearning(route, method)) return;
    route.learnedSessionMode = hasSetKey ? 'exclusive' : 'shared';
  }
}
