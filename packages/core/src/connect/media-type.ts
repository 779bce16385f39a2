import { lazyPackage } from '../lazy-package.js';

const mime = lazyPackage<typeof import('mime-types')>('mime-types', import.meta.url);

/** The Content-Type for a file extension or a short name such as `html`; a MIME type stays as it is. */
export function contentTypeOf(type: string): string {
  if (type.includes('/')) return type;
  return mime().contentType(type) || 'application/octet-stream';
}

/**
 * The first of `wanted` that a Content-Type header fits, as the caller wrote it, or false: MIME types, patterns such as `text/*`,
 * suffixes such as `+json`, and short names. Without `wanted`: the type itself.
 */
export function fittingType(header: string | undefined, wanted: readonly string[]): string | false {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === undefined || type === '') return false;
  if (wanted.length === 0) return type;
  const found = wanted.find((pattern) => fits(type, pattern));
  if (found === undefined) return false;
  return found.includes('*') || found.startsWith('+') ? type : found;
}

function fits(type: string, pattern: string): boolean {
  if (pattern.startsWith('+')) return type.endsWith(pattern);
  const [kind, subtype] = fullType(pattern).split('/');
  const [ownKind, ownSubtype = ''] = type.split('/');
  if (kind !== '*' && kind !== ownKind) return false;
  if (subtype === '*' || subtype === ownSubtype) return true;
  return subtype?.startsWith('*+') === true && ownSubtype.endsWith(subtype.slice(1));
}

function fullType(name: string): string {
  if (name === 'urlencoded') return 'application/x-www-form-urlencoded';
  if (name === 'multipart') return 'multipart/*';
  return name.includes('/') ? name : mime().lookup(name) || `${name}/`;
}
