import { isBuiltin } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorOfThrown, isTina4Error } from '@tina4/core';
import type { RouteFailure } from './route-loader.js';

/**
 * What to print for a file of the project that could not be loaded: the file, then what it threw with the lines of the project's own.
 * Errors of the framework are their sentence alone, a package that is not installed comes with the line that installs it, and what
 * is no Error is described.
 */
export function describeFailure({ file, error }: RouteFailure): string {
  return [`Error in ${file}`, textOf(error), ...installLine(error)].join('\n');
}

function textOf(thrown: unknown): string {
  const error = errorOfThrown(thrown);
  const stack = error.stack ?? '';
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line));
  const said = stack.includes(error.message) ? stack.slice(0, stack.indexOf(frames[0] ?? '\0') >>> 0) : String(error);
  const text = isTina4Error(error) ? error.message : said.trimEnd();
  return [text, ...ownFrames(frames)].join('\n');
}

/** The folder of this package, whose frames tell nobody anything, as those of packages do not. */
const ownPackage = fileURLToPath(new URL('../../', import.meta.url));

/** Frames of the project; what stands behind the loader is how every file is loaded. */
function ownFrames(frames: readonly string[]): readonly string[] {
  const loader = frames.findIndex((line) => /[\\/]jiti[\\/]/.test(line));
  const until = loader === -1 ? frames : frames.slice(0, loader);
  return until.filter((line) => {
    const isOfPackage =
      line.includes(`${sep}node_modules${sep}`) || line.includes(ownPackage) || line.includes('node:');
    return !isOfPackage;
  });
}

function installLine(thrown: unknown): string[] {
  const { code, message } = Object(thrown) as { code?: unknown; message?: unknown };
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return [];
  const wanted = /Cannot find (?:module|package) '([^']+)'/.exec(String(message))?.[1];
  if (wanted === undefined || /^[./\\]|^\w:|^file:/.test(wanted) || isBuiltin(wanted)) return [];
  const name = wanted.split('/', wanted.startsWith('@') ? 2 : 1).join('/');
  return [`Install it: npm install ${name}`];
}
