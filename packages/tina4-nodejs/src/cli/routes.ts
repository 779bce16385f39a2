import process from 'node:process';
import type { MiddlewareSpec, Route } from '@tina4/core';
import { ServerEnvironment } from '../project/environment.js';
import { openProject } from '../project/open-project.js';
import { describeFailure } from '../project/start-error.js';

/** Flags of `tina4 routes`; all given ones must fit. */
export interface RoutesOptions {
  readonly method?: string | undefined;
  /** Part of the path. */
  readonly filter?: string | undefined;
  readonly middleware?: string | undefined;
}

/**
 * Prints the table of routes. Files that fail are named below it and the exit code is 1. Rejects with a StartError when the
 * project cannot be opened.
 */
export async function routes(options: RoutesOptions = {}): Promise<void> {
  const project = await openProject({ root: process.cwd(), environment: new ServerEnvironment(process.env) });
  const { auth } = await project.readSettings();
  const { failures } = await project.load();
  const rows = project.router.routes
    .map((route) => ({
      method: route.method,
      path: route.pattern.source,
      middleware: route.middlewareSpecs.map(nameOf).join(', ') || '-',
      auth: authOf(route, auth.securesWrites ?? false),
    }))
    .filter((row) => options.method === undefined || row.method === options.method.toUpperCase())
    .filter((row) => options.filter === undefined || row.path.includes(options.filter))
    .filter((row) => options.middleware === undefined || row.middleware.includes(options.middleware));
  printTable(['Method', 'Path', 'Middleware', 'Auth'], rows.map(Object.values) as string[][]);
  console.log(`\n${rows.length} routes registered`);
  for (const failure of failures) console.error(describeFailure(failure));
  if (failures.length > 0) process.exitCode = 1;
}

function nameOf(spec: MiddlewareSpec): string {
  if (typeof spec === 'string') return spec;
  if (typeof spec === 'function') return spec.name || '(anonymous)';
  return spec.map(nameOf).join(', ');
}

function authOf(route: Route, securesWrites: boolean): string {
  const isSecured = route.setting('isSecured');
  if (isSecured !== undefined) return isSecured ? '@secured' : '@noauth';
  const isWrite = !['GET', 'HEAD', 'OPTIONS'].includes(route.method);
  return securesWrites && isWrite ? 'secured' : 'public';
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  console.log(line(head));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of rows) console.log(line(row));
}
