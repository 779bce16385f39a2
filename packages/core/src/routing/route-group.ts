import { requirePermission, requireRole } from '../middleware/access-rules.js';
import type { SessionMode } from '../session-port.js';
import { givenMiddleware } from './given-middleware.js';
import type { GroupFrame, MiddlewareSpec, RouteSettings } from './route.js';

/** What `group()` and `any()` return: settings for all their routes, those of inner groups included. */
export class RouteGroup {
  readonly #frame: GroupFrame;
  readonly #changed: () => void;

  constructor(frame: GroupFrame, changed: () => void) {
    this.#frame = frame;
    this.#changed = changed;
  }

  session(mode: SessionMode): this {
    return this.#set('sessionMode', mode);
  }

  secure(isSecured = true): this {
    return this.#set('isSecured', isSecured);
  }

  noAuth(): this {
    return this.#set('isSecured', false);
  }

  role(...roles: string[]): this {
    return this.middleware(requireRole(roles));
  }

  can(...permissions: string[]): this {
    return this.middleware(requirePermission(permissions));
  }

  cache(seconds = 60): this {
    return this.#set('cacheSeconds', seconds);
  }

  rawBody(keepsRawBody = true): this {
    return this.#set('keepsRawBody', keepsRawBody);
  }

  leaveBody(leavesBody = true): this {
    return this.#set('leavesBody', leavesBody);
  }

  middleware(...specs: MiddlewareSpec[]): this {
    this.#frame.middleware.push(...givenMiddleware(specs, `group("${this.#frame.prefix}")`));
    this.#changed();
    return this;
  }

  #set<Name extends keyof RouteSettings>(name: Name, value: RouteSettings[Name]): this {
    this.#frame.settings[name] = value;
    this.#changed();
    return this;
  }
}
