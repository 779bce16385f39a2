import type { AppContext } from './app-context.js';
import { setGoOn } from './connect/mounted.js';
import { withGlobalSettings } from './middleware/automatic-layers.js';
import { type Admission, inTurn, partLayers } from './middleware/before-body.js';
import { compose, type Innermost } from './middleware/compose.js';
import { preflightTarget } from './middleware/cors.js';
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
  readonly #admitToFallback: Admission | undefined;
  /** What answers a preflight where no route does; the request that it asks for is told so itself. */
  readonly #preflight: Target | undefined;
  /** The longest prefix first. */
  readonly #mounts: readonly Mount[];

  /** Throws when a route names middleware that leads nowhere. */
  constructor(router: Router, resolve: MiddlewareResolver, settings: MiddlewareSettings, fallbacks: Fallbacks) {
    this.revision = router.revision;
    this.#fallbacks = fallbacks;
    const registered = resolve(router.globalMiddleware, { usedBy: 'Router.use', sourceFile: undefined });
    const globals = withGlobalSettings(registered, settings);
    const { describing, refusing, inChain } = partLayers(globals);
    const bind = (route: Route): Target => bindRoute(route, { resolve, settings, globals });
    this.#matcher = new Matcher(router.routes, bind);
    this.#mounts = router.mounts
      .map((route) => ({ prefix: route.pattern.source === '/' ? '' : route.pattern.source, target: bind(route) }))
      .sort((a, b) => b.prefix.length - a.prefix.length);
    this.#notFound = router.notFoundRoute && bind(router.notFoundRoute);
    this.#admitToFallback = inTurn([...describing, ...refusing]);
    this.#preflight = preflightTarget(globals);
    this.run = compose(inChain, (req, res) => Request.targetOf(req).run(req, res));
    warnOfShadowed(this.#matcher, fallbacks.context);
  }

  match(method: string, path: string | undefined, askedMethod?: string): Match {
    const preflight = askedMethod === undefined ? undefined : this.#preflightOf(askedMethod, path);
    if (preflight !== undefined) return { target: preflight, params: NO_PARAMS };
    const found = this.#matcher.find(method, path);
    if ('target' in found) return found;
    const fallback = fallbackTarget(found, method, this.#fallbacks, this.#notFound);
    const mount = this.#mountOf(path);
    if (mount !== undefined) return { target: mountedTarget(mount.target, fallback), params: NO_PARAMS };
    const admit = this.#admitToFallback;
    return { target: admit === undefined ? fallback : { ...fallback, admit }, params: NO_PARAMS };
  }

  /** The rules of the route that a preflight asks about, else those of the app. `method` is the client's text. */
  #preflightOf(method: string, path: string | undefined): Target | undefined {
    const found = this.#matcher.find(method, path);
    if ('target' in found) return found.target.preflight;
    // What was mounted says itself who may call it.
    return this.#mountOf(path) === undefined ? this.#preflight : undefined;
  }

  #mountOf(path: string | undefined): Mount | undefined {
    return path === undefined ? undefined : this.#mounts.find(({ prefix }) => isBelow(path, prefix));
  }
}

interface Mount {
  readonly prefix: string;
  readonly target: Target;
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}

/** What was mounted, with `fallback` behind it. */
function mountedTarget(mounted: Target, fallback: Target): Target {
  const run: Target['run'] = (req, res) => {
    setGoOn(req, (goReq, goRes) => fallback.run(goReq, goRes));
    return mounted.run(req, res);
  };
  return { ...mounted, run };
}

function warnOfShadowed({ shadowed }: Matcher, { log }: AppContext): void {
  for (const { route, by } of shadowed) {
    const where = (file: string | undefined): string => (file === undefined ? '' : ` in ${file}`);
    log.warn(
      `The route ${route.label}${where(route.sourceFile)} is never reached: ${by.label}${where(by.sourceFile)} was registered before it and answers the same paths.`,
    );
  }
}
