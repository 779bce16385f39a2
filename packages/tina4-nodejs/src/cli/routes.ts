import { relative } from 'node:path';
import process from 'node:process';
import type { MiddlewareSpec, Route, Router } from '@tina4/core';
import type { Config } from '../config/read-config.js';
import { describeFailure } from '../project/describe-failure.js';
import { ServerEnvironment } from '../project/environment.js';
import { openProject } from '../project/open-project.js';
import { paint } from '../terminal/paint.js';
import { withSeconds } from '../terminal/progress.js';

/** Flags of `tina4 routes`; all given ones must fit. */
export interface RoutesOptions {
  readonly method?: string | undefined;
  /** Part of the path. */
  readonly filter?: string | undefined;
  readonly middleware?: string | undefined;
  /** One JSON text instead of the table. */
  readonly json?: boolean | undefined;
}

/** One route as it is listed. */
interface RouteRow {
  readonly method: string;
  readonly path: string;
  /** What runs around the handler, outermost first: that of the app, of its groups, its own. */
  readonly middleware: readonly string[];
  readonly auth: 'public' | 'secured' | '@secured' | '@noauth';
  /** `src/routes/cart.ts`; undefined for routes of the entry file. */
  readonly file: string | undefined;
}

/**
 * Prints the routes and what guards them. Files that fail are named below and the exit code is 1. Rejects with a StartError when
 * the project cannot be opened.
 */
export async function routes(options: RoutesOptions = {}): Promise<void> {
  const root = process.cwd();
  const { rows, failures } = await withSeconds('loading the project', readRows(root));
  const wanted = rows
    .filter((row) => options.method === undefined || row.method === options.method.toUpperCase())
    .filter((row) => options.filter === undefined || row.path.includes(options.filter))
    .filter((row) => options.middleware === undefined || row.middleware.join().includes(options.middleware));
  if (options.json === true) console.log(JSON.stringify(wanted, undefined, 2));
  else printTable(wanted);
  for (const failure of failures) console.error(describeFailure(failure));
  if (failures.length > 0) process.exitCode = 1;
}

async function readRows(root: string) {
  const project = await openProject({ root, environment: new ServerEnvironment(process.env) });
  const config = await project.readSettings();
  const { failures } = await project.load();
  const rows = project.router.routes.map((route): RouteRow => {
    const file = route.sourceFile;
    return {
      method: route.method,
      path: route.pattern.source,
      middleware: middlewareOf(route, project.router, config),
      auth: authOf(route, config.auth.securesWrites ?? false),
      file: file === undefined ? undefined : relative(root, file).replaceAll('\\', '/'),
    };
  });
  return { rows, failures };
}

/** What a setting asks for goes by the setting's name. */
function middlewareOf(route: Route, router: Router, { auth, rateLimit }: Config): string[] {
  return [
    ...((rateLimit.limit ?? 0) > 0 ? ['TINA4_RATE_LIMIT'] : []),
    ...router.globalMiddleware.flatMap(namesOf),
    ...(auth.csrf && isWrite(route) ? ['TINA4_CSRF'] : []),
    ...route.middlewareSpecs.flatMap(namesOf),
  ];
}

function isWrite({ method }: Route): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function namesOf(spec: MiddlewareSpec): string[] {
  if (typeof spec === 'string') return [spec];
  return typeof spec === 'function' ? [spec.name || '(anonymous)'] : spec.flatMap(namesOf);
}

function authOf(route: Route, securesWrites: boolean): RouteRow['auth'] {
  const isSecured = route.setting('isSecured');
  if (isSecured !== undefined) return isSecured ? '@secured' : '@noauth';
  return securesWrites && isWrite(route) ? 'secured' : 'public';
}

function printTable(rows: readonly RouteRow[]): void {
  const cells = rows.map(({ method, path, middleware, auth }) => [method, path, middleware.join(', ') || '-', auth]);
  const head = ['Method', 'Path', 'Middleware', 'Auth'];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  console.log(paint('bold', lineOf(head)));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of cells) console.log(lineOf(row));
  console.log(`\n${rows.length} routes registered`);
}
