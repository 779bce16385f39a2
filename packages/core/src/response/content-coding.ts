import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Below this a compressed or a remembered answer saves less than it costs. Bytes. */
export const MIN_CODED_BYTES = 1024;

/** The codings we write, best first. */
export const CONTENT_CODINGS = ['br', 'gzip'] as const;
export type ContentCoding = (typeof CONTENT_CODINGS)[number];

const COMPRESSIBLE = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)|application\/javascript|image\/svg\+xml)/;
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** True for text in any of its forms; pictures, archives and streams of events are not worth it. */
export function isCompressible(contentType: string): boolean {
  return COMPRESSIBLE.test(contentType) && !contentType.startsWith('text/event-stream');
}

/** Compresses off the event loop, with settings meant for answers made on the fly. */
export function encodeBody(body: string | Buffer, coding: ContentCoding): Promise<Buffer> {
  return coding === 'br' ? brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }) : deflate(body);
}

/** A strong validator of the body in one coding (RFC 9110, section 8.8.3). */
export function entityTag(body: string | Buffer, coding: ContentCoding | undefined): string {
  const digest = createHash('sha1').update(body).digest('base64url');
  return coding === undefined ? `"${digest}"` : `"${digest}-${coding}"`;
}

/** True when the client has this very answer already (RFC 9110, section 13.1.2: weak comparison). */
export function isKnownTag(headers: IncomingHttpHeaders, tag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return (
    known.trim() === '*' ||
    known.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === tag.replace(/^W\//, ''))
  );
}
