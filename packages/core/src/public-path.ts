import { HttpError } from './errors/errors.js';

/** Names that Windows keeps for devices, whatever follows the first dot. Opening one may hang or print. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;

/**
 * The path of a public file relative to its folder, from a URL path. Throws HttpError: 400 T4_URL_INVALID for broken encoding, NUL
 * and `..` with either separator, 403 T4_FILE_HIDDEN for dot files. On Windows also for what names another file than it says: a
 * device, a stream of a file (`:`), a name that ends with a dot or a space, a short name (`~1`).
 */
export function publicPath(urlPath: string, isWindows: boolean): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch (cause) {
    throw new HttpError(400, 'T4_URL_INVALID', 'Bad Request', { cause });
  }
  const segments = decoded.split(/[/\\]/);
  if (decoded.includes('\0') || segments.includes('..')) throw new HttpError(400, 'T4_URL_INVALID', 'Bad Request');
  if (segments.some((segment) => segment.startsWith('.') || (isWindows && isWindowsAlias(segment)))) {
    throw new HttpError(403, 'T4_FILE_HIDDEN', 'Forbidden');
  }
  return segments.join('/');
}

function isWindowsAlias(segment: string): boolean {
  return segment.includes(':') || /[. ]$/.test(segment) || /~\d/.test(segment) || WINDOWS_DEVICE.test(segment);
}
