import { readFile } from 'node:fs/promises';
import { parse, relative, sep } from 'node:path';
import type { Handler, Route, Router } from '@tina4/core';
import { Tina4Error } from '@tina4/core';
import type { FileLoader, LoadedFile } from './file-loader.js';
import { findRouteFiles, verbFileOf } from './route-files.js';
import { type AnnotatedRoute, annotatedRoutes } from './route-source.js';

/** What a load of the routes folder gave. */
export interface LoadedRoutes {
  /** Absolute paths, in the order in which they were loaded. */
  readonly files: readonly string[];
  /** Files that threw, with what they threw. The others are loaded all the same. */
  readonly failures: readonly RouteFailure[];
  /** Sentences about files that have no effect, for the log. */
  readonly warnings: readonly string[];
  /** Functions and classes of the top level of each file, for middleware that is named by a string. */
  readonly declared: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}

export interface RouteFailure {
  readonly file: string;
  readonly error: unknown;
}

/**
 * Runs every file of the routes folder, in the order of `findRouteFiles`, and registers verb files (`users/[id]/get.ts`) with
 * their default export as handler. Never rejects because of what a file does; the caller decides what a failure means.
 */
export async function loadRoutes(folder: string, router: Router, loader: FileLoader): Promise<LoadedRoutes> {
  const files = await findRouteFiles(folder);
  const failures: RouteFailure[] = [];
  const warnings: string[] = [];
  const declared = new Map<string, ReadonlyMap<string, unknown>>();
  for (const file of files) {
    try {
      const loaded = await router.loading(file, async () => {
        const result = await loader.load(file);
        registerVerbFile(relative(folder, file), result, router, warnings);
        return result;
      });
      declared.set(file, loaded.declared);
      applyAnnotations(file, annotatedRoutes(await readFile(file, 'utf8')), router, warnings);
    } catch (error) {
      failures.push({ file, error });
      // A file that failed half way must not leave half of its routes.
      router.removeLoaded((sourceFile) => sourceFile === file);
    }
  }
  return { files, failures, warnings, declared };
}

/**
 * Runs every file of the middleware folder for the functions and classes it declares; a default export without a name of its own
 * goes by the file's. Never rejects because of what a file does.
 */
export async function loadMiddleware(
  folder: string,
  router: Router,
  loader: FileLoader,
): Promise<Pick<LoadedRoutes, 'declared' | 'failures'>> {
  const failures: RouteFailure[] = [];
  const declared = new Map<string, ReadonlyMap<string, unknown>>();
  for (const file of await findRouteFiles(folder)) {
    try {
      const loaded = await router.loading(file, () => loader.load(file));
      const names = new Map(loaded.declared);
      const { default: byDefault } = loaded.exports;
      if (typeof byDefault === 'function') names.set(parse(file).name, byDefault);
      declared.set(file, names);
    } catch (error) {
      failures.push({ file, error });
    }
  }
  return { declared, failures };
}

function registerVerbFile(path: string, { exports }: LoadedFile, router: Router, warnings: string[]): void {
  const verbFile = verbFileOf(path);
  if (verbFile === undefined) return;
  const handler = [exports.default, exports.handler].find((value) => typeof value === 'function');
  if (handler === undefined) {
    warnings.push(`${path.split(sep).join('/')} exports no function, so it is skipped. Export the handler as default.`);
    return;
  }
  const template = typeof exports.template === 'string' ? exports.template : undefined;
  const route = router.register(verbFile.method, verbFile.path, handler as Handler, [], { template });
  if ((exports.meta as { noAuth?: unknown } | undefined)?.noAuth === true) route.noAuth();
}

/**
 * Applies `@noauth` and `@secured`. A comment that cannot be tied to its route is an error for `@secured`, which must never
 * be lost in silence, and a warning for `@noauth`.
 */
function applyAnnotations(
  file: string,
  annotations: readonly AnnotatedRoute[],
  router: Router,
  warnings: string[],
): void {
  const own = router.routes.filter((route) => route.sourceFile === file);
  for (const { method, path, isSecured, line } of annotations) {
    const targets = own.filter(
      (route) =>
        (method === undefined || method === 'ANY' || route.method === method) &&
        (method === undefined || (path !== undefined && writtenPath(route) === (path || '/'))),
    );
    for (const route of targets) {
      if (isSecured) route.secure();
      // `@noauth` opens a route only where there is no doubt which one is meant.
      else if (targets.length === 1 || method === 'ANY') route.noAuth();
    }
    if (targets.length > 0 && (isSecured || targets.length === 1 || method === 'ANY')) continue;
    const problem = `line ${line} of ${file}: the route below @${isSecured ? 'secured' : 'noauth'} is not clear from the text.`;
    if (isSecured)
      throw new Tina4Error('T4_ROUTE_ANNOTATION', `${problem} Write .secure() behind the registration instead.`);
    warnings.push(`${problem} Write .noAuth() behind the registration instead.`);
  }
}

/** The path as the file has it, without what its groups put before it. */
function writtenPath(route: Route): string {
  const prefix = route.group?.prefix ?? '';
  return route.pattern.source.slice(prefix.length) || '/';
}
