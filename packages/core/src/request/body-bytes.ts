import type { IncomingMessage } from 'node:http';
import { HttpError } from '../errors/errors.js';

/** A buffer that grows starts with this many bytes. */
const FIRST_CAPACITY = 64 * 1024;

/**
 * The whole body. `length` is what the client said it to be, undefined when it did not. Rejects with T4_BODY_TOO_LARGE (413) as soon
 * as it is known to have more than `limit` bytes, the rest is not read then; with T4_BODY_CUT_SHORT (400) when the client hangs up.
 */
export function collectBytes(raw: IncomingMessage, length: number | undefined, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer | undefined;
    let size = 0;
    const stopListening = (): void => {
      raw.removeListener('data', onData);
      raw.removeListener('end', onEnd);
      raw.removeListener('error', onCut);
      raw.removeListener('close', onCut);
    };
    const onData = (chunk: Buffer): void => {
      const before = size;
      size += chunk.length;
      if (size > limit) {
        stopListening();
        reject(tooLarge({ max_bytes: limit }));
        return;
      }
      bytes = bytes === undefined ? chunk : append(bytes, before, chunk, length ?? limit);
      // Nothing can follow; the end comes a turn later.
      if (size === length) onEnd();
    };
    const onEnd = (): void => {
      stopListening();
      resolve(bytes === undefined ? NO_BYTES : bytes.length === size ? bytes : bytes.subarray(0, size));
    };
    const onCut = (): void => {
      stopListening();
      reject(cutShort());
    };
    raw.on('data', onData);
    raw.on('end', onEnd);
    raw.on('error', onCut);
    raw.on('close', onCut);
  });
}

/** No bytes. */
export const NO_BYTES: Buffer = Buffer.alloc(0);

/** The answer to a body with more of something than may be; `details` names the limit. */
export function tooLarge(details: Readonly<Record<string, unknown>>): HttpError {
  return new HttpError(413, 'T4_BODY_TOO_LARGE', 'Payload Too Large', { details, closesConnection: true });
}

/** The answer to a client that hung up, should it still hear it. */
export function cutShort(): HttpError {
  return new HttpError(400, 'T4_BODY_CUT_SHORT', 'The connection ended before the body was complete.');
}

/**
 * `chunk` behind the first `size` bytes of `bytes`. One buffer that grows, since a client may send one byte at a time, and each
 * would be an object of a hundred; never much more than what came, since one may also announce a body that it does not send.
 */
function append(bytes: Buffer, size: number, chunk: Buffer, mostBytes: number): Buffer {
  const needed = size + chunk.length;
  let target = bytes;
  // The first chunk is part of what the socket read, so its length says nothing about room behind it: it is copied.
  if (needed > bytes.length) {
    target = Buffer.allocUnsafeSlow(Math.min(mostBytes, Math.max(2 * needed, FIRST_CAPACITY)));
    bytes.copy(target, 0, 0, size);
  }
  chunk.copy(target, size);
  return target;
}
