import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SessionError } from './errors.js';

/** The exports of a driver package, to be narrowed by the store that asked for it. Named exports are always there. */
export type DriverExports = Readonly<Record<string, unknown>>;

/**
 * Loads an optional peer such as `ioredis`: from where this package is installed, else from the app's folder (a linked or
 * hoisted install of ours cannot see the app's packages).
 * `forStore` names the store in messages: `redis`. `projectDir` is the app's absolute folder.
 * Rejects with T4_DRIVER_MISSING and the install line when neither place has it, with T4_DRIVER_BROKEN when it is there but
 * fails to load.
 */
export async function importDriver(packageName: string, forStore: string, projectDir: string): Promise<DriverExports> {
  try {
    return (await import(packageName)) as DriverExports;
  } catch (error) {
    if (!isMissing(error, packageName)) throw brokenDriver(packageName, forStore, error);
  }
  try {
    const required: unknown = createRequire(join(projectDir, 'package.json'))(packageName);
    return { default: required, ...(required as DriverExports) };
  } catch (error) {
    if (!isMissing(error, packageName)) throw brokenDriver(packageName, forStore, error);
    throw new SessionError(
      'T4_DRIVER_MISSING',
      `the ${forStore} store needs the package ${packageName}. Run: npm install ${packageName}`,
      { cause: error },
    );
  }
}

/** True when the package itself was not found; false when it was, and something that it imports was not. */
function isMissing(error: unknown, packageName: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  // For a file inside a package, import() names the package and require() the file.
  const owner = packageName.split('/', packageName.startsWith('@') ? 2 : 1).join('/');
  return (
    isNotFound && typeof message === 'string' && [packageName, owner].some((name) => message.includes(`'${name}'`))
  );
}

function brokenDriver(packageName: string, forStore: string, cause: unknown): SessionError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SessionError(
    'T4_DRIVER_BROKEN',
    `the package ${packageName}, which the ${forStore} store needs, is installed but does not load: ${reason}. Reinstall it: npm install ${packageName}`,
    { cause },
  );
}
