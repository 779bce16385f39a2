import { HttpError } from '../errors/errors.js';

/** How a body is read: parsed, as text, or not at all. */
export type BodyKind = 'json' | 'form' | 'multipart' | 'text' | 'bytes';

/** The encodings of text that are read. ASCII is part of either. */
export type BodyCharset = 'utf8' | 'latin1';

/** What a Content-Type says about a body. */
export interface BodyType {
  readonly kind: BodyKind;
  readonly charset: BodyCharset;
}

const JSON_TYPE: BodyType = Object.freeze({ kind: 'json', charset: 'utf8' });

const CHARSETS: Readonly<Record<string, BodyCharset>> = Object.freeze({
  'utf-8': 'utf8',
  utf8: 'utf8',
  'us-ascii': 'utf8',
  ascii: 'utf8',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
});

/**
 * The kind of a body by its Content-Type (RFC 9110, section 8.3). Text is what calls itself text, XML, and what names a charset; a
 * type that we do not know and one that is missing are bytes. Throws HttpError 415 T4_BODY_CHARSET for text in an encoding that we
 * cannot read; multipart and bytes have none of their own.
 */
export function bodyTypeOf(contentType: string): BodyType {
  if (contentType === 'application/json') return JSON_TYPE;
  const end = contentType.indexOf(';');
  const name = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
  if (name === 'multipart/form-data') return { kind: 'multipart', charset: 'utf8' };
  const label = end < 0 ? undefined : charsetLabel(contentType.slice(end + 1));
  const kind = kindOf(name, label);
  return { kind, charset: kind === 'bytes' || label === undefined ? 'utf8' : knownCharset(label) };
}

/** A byte order mark is no part of the text. */
export function bodyText(bytes: Buffer, charset: BodyCharset): string {
  if (charset === 'latin1') return bytes.toString('latin1');
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0);
}

function kindOf(name: string, label: string | undefined): BodyKind {
  if (name === 'application/json' || name.endsWith('+json')) return 'json';
  if (name === 'application/x-www-form-urlencoded') return 'form';
  const isText = name.startsWith('text/') || name === 'application/xml' || name.endsWith('+xml') || label !== undefined;
  return isText ? 'text' : 'bytes';
}

/** The value of the first charset parameter, in lower case, without quotes. */
function charsetLabel(parameters: string): string | undefined {
  for (const parameter of parameters.split(';')) {
    const equals = parameter.indexOf('=');
    if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== 'charset') continue;
    const value = parameter
      .slice(equals + 1)
      .trim()
      .toLowerCase();
    return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  }
  return undefined;
}

function knownCharset(label: string): BodyCharset {
  if (Object.hasOwn(CHARSETS, label)) return CHARSETS[label] as BodyCharset;
  throw new HttpError(
    415,
    'T4_BODY_CHARSET',
    `Bodies in the charset "${label}" cannot be read. Send UTF-8, US-ASCII or ISO-8859-1.`,
    { closesConnection: true },
  );
}
