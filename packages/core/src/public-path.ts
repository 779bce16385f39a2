import { HttpError } from './errors/errors.js';

/** Names that Windows keeps for devices, whatever follows the first dot. Opening one may hang or print. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;

/**
 * The decoded path of what a URL path names below a folder of files or pages: `/a%20b` is `/a b`. Undefined for a path that could
 * be read in two ways or leads outside: with an empty segment (the last may be empty, it names the folder), `%2F`, `%5C`, `\`, `..`,
 * NUL or broken encoding.
 */
export function decodedPath(urlPath: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  const isPlain = decoded.startsWith('/') && !/%2f/i.test(urlPath) && !/\/\/|[\\\0]|\/\.\.(?:\/|$)/.test(decoded);
  return isPlain ? decoded : undefined;
}

/**
 * The path of a public file relative to its folder, from a URL path; undefined as for {@link decodedPath}. Throws HttpError 403
 * T4_FILE_HIDDEN for dot files. On Windows also for what names another file than it says: a device, a stream of a file (`:`), a
 * name that ends with a dot or a space, a short name (`~1`).
 */
export function publicPath(urlPath: string, isWindows: boolean): string | undefined {
  const decoded = decodedPath(urlPath);
  const segments = decoded?.split('/') ?? [];
  if (segments.some((segment) => segment.startsWith('.') || (isWindows && isWindowsAlias(segment)))) {
    throw new HttpError(403, 'T4_FILE_HIDDEN', 'Forbidden');
  }
  return decoded;
}

function isWindowsAlias(segment: string): boolean {
  return segment.includes(':') || /[. ]$/.test(segment) || /~\d/.test(segment) || WINDOWS_DEVICE.test(segment);
}
