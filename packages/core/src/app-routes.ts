import type { AppContext } from './app-context.js';
import { composeGlobals } from './middleware/automatic-layers.js';
import type { Innermost } from './middleware/compose.js';
import type { MiddlewareSettings } from './middleware/middleware-settings.js';
import type { MiddlewareResolver } from './middleware/resolve-middleware.js';
import type { Routes } from './pipeline.js';
import { Request } from './request/request.js';
import { bindRoute } from './routing/bind-route.js';
import { type Fallbacks, fallbackTarget } from './routing/fallback-targets.js';
import { type Match, Matcher } from './routing/matcher.js';
import type { Route } from './routing/route.js';
import type { Router } from './routing/router.js';
import type { Target } from './routing/target.js';

const NO_PARAMS: Match['params'] = Object.freeze(Object.create(null));

/** The routes of an app, ready to answer: built from the router's table at one moment. */
export class AppRoutes implements Routes {
  /** The router's revision that this was built from. */
  revision: number;
  readonly run: Innermost;
  readonly #matcher: Matcher;
  readonly #fallbacks: Fallbacks;
  readonly #notFound: Target | undefined;

  /** Throws when a route names middleware that leads nowhere. */
  constructor(router: Router, resolve: MiddlewareResolver, settings: MiddlewareSettings, fallbacks: Fallbacks) {
    this.revision = router.revision;
    this.#fallbacks = fallbacks;
    const bind = (route: Route): Target => bindRoute(route, resolve, settings);
    this.#matcher = new Matcher(router.routes, bind);
    this.#notFound = router.notFoundRoute && bind(router.notFoundRoute);
    const globals = resolve(router.globalMiddleware, { usedBy: 'Router.use', sourceFile: undefined });
    this.run = composeGlobals(globals, settings, (req, res) => Request.targetOf(req).run(req, res));
    warnOfShadowed(this.#matcher, fallbacks.context);
  }

  match(method: string, path: string | undefined): Match {
    const found = this.#matcher.find(method, path);
    if ('target' in found) return found;
    return { target: fallbackTarget(found, method, this.#fallbacks, this.#notFound), params: NO_PARAMS };
  }
}

function warnOfShadowed({ shadowed }: Matcher, { log }: AppContext): void {
  for (const { route, by } of shadowed) {
    const where = (file: string | undefined): string => (file === undefined ? '' : ` in ${file}`);
    log.warn(
      `The route ${route.label}${where(route.sourceFile)} is never reached: ${by.label}${where(by.sourceFile)} was registered before it and answers the same paths.`,
    );
  }
}
