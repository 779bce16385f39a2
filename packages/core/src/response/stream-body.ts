import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { types } from 'node:util';
import { kindOf } from './not-data.js';
import type { BodyWriter } from './response.js';

/** What `res.stream` takes: chunks that come over time. */
export type Chunks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** How a stream is sent. */
export interface StreamOptions {
  /** In bytes, where it is known before. */
  readonly length?: number | undefined;
  /** The head leaves with the first chunk rather than before it, so that a file which cannot be read is an error and no cut answer. */
  readonly waitsForFirst?: boolean | undefined;
}

type ChunkIterator = AsyncIterator<string | Uint8Array> | Iterator<string | Uint8Array>;

/**
 * Writes chunks as they come, waiting while the client is slower than they are. When the client hangs up, the generator's
 * `finally` runs, a stream is destroyed, and no further chunk is asked for.
 */
export function streamBody(chunks: Chunks | (() => Chunks), options: StreamOptions = {}): BodyWriter {
  listenForErrors(chunks);
  return async (raw, head) => {
    const source = typeof chunks === 'function' ? chunks() : chunks;
    const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    try {
      const first = options.waitsForFirst === true && raw.req.method !== 'HEAD' ? await iterator.next() : undefined;
      if (options.length !== undefined) head.headers['Content-Length'] = options.length;
      // A length that is not kept would make the next answer on this connection part of this one.
      raw.strictContentLength = true;
      raw.writeHead(head.status, head.headers);
      if (raw.req.method !== 'HEAD') {
        raw.flushHeaders();
        await writeAll(raw, iterator, first);
      }
      await iterator.return?.();
    } finally {
      close(source);
    }
    if (!raw.destroyed) raw.end();
  };
}

async function writeAll(
  raw: ServerResponse,
  iterator: ChunkIterator,
  first: IteratorResult<string | Uint8Array> | undefined,
): Promise<void> {
  const gone = new Promise<'gone'>((resolve) => raw.once('close', () => resolve('gone')));
  let next: IteratorResult<string | Uint8Array> | 'gone' | undefined = first;
  while (!raw.destroyed) {
    next ??= await Promise.race([gone, iterator.next()]);
    if (next === 'gone' || next.done === true) return;
    if (typeof next.value !== 'string' && !types.isUint8Array(next.value))
      throw new TypeError(`A stream gave ${kindOf(next.value)}; its chunks must be text or bytes.`);
    if (!raw.write(next.value)) await Promise.race([gone, once(raw, 'drain')]);
    next = undefined;
  }
}

/** A stream of Node may fail before anybody reads it, which would end the process. Whoever reads it is told all the same. */
function listenForErrors(chunks: object): void {
  if ('pipe' in chunks && 'on' in chunks && typeof chunks.on === 'function') chunks.on('error', () => {});
}

/** An iterator that was never started does not close its stream. */
function close(source: object): void {
  if ('destroy' in source && typeof source.destroy === 'function') source.destroy();
  else if ('cancel' in source && typeof source.cancel === 'function') source.cancel().catch(() => {});
}
