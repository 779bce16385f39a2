import { access } from 'node:fs/promises';
import { type Request, type Response, type Router, within } from '@tina4/core';

/** Resolves when all is well. Rejecting, or resolving to false, means that it is not. */
export type HealthCheck = () => unknown;

/** What the health endpoint tells. */
export interface HealthOptions {
  readonly version: string;
  /** Absolute path of the file whose presence takes the app out of service, `.broken` in its folder. */
  readonly brokenFile?: string | undefined;
  /** Asks the app's database. Without one the answer says `not_configured`. */
  readonly database?: HealthCheck | undefined;
  readonly log?: { error(message: string, context?: Readonly<Record<string, unknown>>): void } | undefined;
  /** How long a check may take, ms, default 5,000. */
  readonly timeoutMs?: number | undefined;
}

const checks = new Map<string, HealthCheck>();

/** Checks of the app's own. */
export class Health {
  /** Adds a check under a name, or replaces it. When one fails the app answers 503. */
  static register(name: string, check: HealthCheck): void {
    checks.set(name, check);
  }

  static unregister(name: string): void {
    checks.delete(name);
  }
}

/**
 * Registers the health endpoint at `/health` and at `path` (`TINA4_HEALTH_PATH`). Call it after the app's own routes: where the
 * app answers such a path itself, its route stays. Open to everyone, without a session.
 */
export function registerHealth(router: Router, options: HealthOptions, path: string): void {
  const answer = healthHandler(options);
  const taken = new Set(router.routes.filter((route) => route.method === 'GET').map((route) => route.pattern.source));
  for (const healthPath of new Set(['/health', path])) {
    if (!taken.has(healthPath)) router.get(healthPath, answer).noAuth().session('none');
  }
}

/** The handler behind the endpoint: 200 when everything works, 503 when something does not. */
export function healthHandler(options: HealthOptions): (req: Request, res: Response) => Promise<Response> {
  const timeoutMs = options.timeoutMs ?? 5000;
  const run = (name: string, check: HealthCheck): Promise<boolean> => passes(name, check, timeoutMs, options);
  return async (_req, res) => {
    const [isBroken, isConnected, ...results] = await Promise.all([
      options.brokenFile === undefined ? false : exists(options.brokenFile),
      options.database === undefined ? undefined : run('database', options.database),
      ...[...checks].map(async ([name, check]) => [name, await run(name, check)] as const),
    ]);
    const failed = results.filter(([, hasPassed]) => !hasPassed);
    const status = isBroken ? 'broken' : isConnected === false || failed.length > 0 ? 'degraded' : 'ok';
    const uptime = Math.floor(process.uptime());
    return res.header('Cache-Control', 'no-store').json(
      {
        status,
        database: databaseWord(isConnected),
        uptime_seconds: uptime,
        uptime,
        timestamp: new Date().toISOString(),
        version: options.version,
        framework: 'tina4-nodejs',
        ...(results.length === 0
          ? {}
          : { checks: Object.fromEntries(results.map(([name, hasPassed]) => [name, hasPassed ? 'ok' : 'failed'])) }),
      },
      status === 'ok' ? 200 : 503,
    );
  };
}

/** Anyone may ask for the health, so why a check failed is for the log only. */
async function passes(name: string, check: HealthCheck, timeoutMs: number, { log }: HealthOptions): Promise<boolean> {
  const run = async (): Promise<unknown> => check();
  try {
    const result = await within(timeoutMs, run(), () => {
      throw new Error(`no answer within ${timeoutMs} ms`);
    });
    return result !== false;
  } catch (error) {
    log?.error(`The health check "${name}" failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function databaseWord(isConnected: boolean | undefined): string {
  if (isConnected === undefined) return 'not_configured';
  return isConnected ? 'connected' : 'disconnected';
}
