import type { IncomingMessage } from 'node:http';

/** A rest of this size is read and thrown away after the answer, which keeps the connection. Bytes. */
const CHEAP_REST_BYTES = 64 * 1024;

/**
 * Whether a body comes: one of these headers says so (RFC 9112, section 6.3). In HTTP/2 and later neither needs to be there, and
 * the stream knows whether it ended with its head (RFC 9113, section 8.1).
 */
export function hasBody(raw: IncomingMessage): boolean {
  const length = raw.headers['content-length'];
  if (length !== undefined) return length !== '0';
  // Requests made by hand, for tests, may not say their version.
  if (!(raw.httpVersionMajor >= 2)) return raw.headers['transfer-encoding'] !== undefined;
  return (raw as { stream?: { endAfterHeaders?: boolean } }).stream?.endAfterHeaders !== true;
}

/** True when a body that nobody read is still on its way, and is long or of unknown length: the connection is to be closed. */
export function leavesLongBody(raw: IncomingMessage): boolean {
  // Streams of HTTP/2 are ended one by one.
  if (raw.complete || raw.httpVersionMajor >= 2 || !hasBody(raw)) return false;
  const length = Number(raw.headers['content-length'] ?? Number.NaN);
  return !(length <= CHEAP_REST_BYTES);
}
