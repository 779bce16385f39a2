import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Router } from '@tina4/core';
import type { Config } from '../config/read-config.js';
import { findEntryFile, type ProjectFolders } from './project-folders.js';
import { findRouteFiles } from './route-files.js';

/** `.noAuth()`, `noAuth()`, `meta = { noAuth: true }` `.secure(false)` and the annotation, as they stand in the text of a file. */
const NO_AUTH = /@noauth\b|\bnoauth\s*[(:]|\.secure\(\s*false\b/i;

/**
 * The line for an app that opens single routes and never closed the others: its author takes writes for guarded, as newer editions
 * of Tina4 have them. Undefined where nothing is marked, or where the setting says what is meant.
 */
export function openWritesWarning({ auth }: Config, { routes }: Router): string | undefined {
  // The health endpoint is ours, and open to everyone.
  const marked = routes.find((route) => route.setting('isSecured') === false && route.sourceFile !== 'tina4 health');
  return marked === undefined || auth.securesWrites !== undefined ? undefined : lineOf(marked.label);
}

/** The same from the text of the files, for those that run none of the project's code. */
export async function openWritesInText({ auth }: Config, folders: ProjectFolders): Promise<string | undefined> {
  if (auth.securesWrites !== undefined) return undefined;
  const entry = await findEntryFile(folders.root);
  const files = [...(entry === undefined ? [] : [entry]), ...(await findRouteFiles(folders.routes))];
  for (const file of files) {
    if (NO_AUTH.test(await readFile(file, 'utf8'))) return lineOf(relative(folders.root, file).replaceAll('\\', '/'));
  }
  return undefined;
}

function lineOf(where: string): string {
  return (
    `Writes are open: ${where} is marked noAuth, but TINA4_SECURE_WRITES is not set, so every POST, PUT, PATCH and DELETE ` +
    'route without .secure() answers without a token. Set it to true, or to false if that is meant.'
  );
}
