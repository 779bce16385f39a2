import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { BodyWriter } from './response.js';

/** What `res.stream` takes: chunks that come over time. */
export type Chunks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/**
 * Writes chunks as they come, waiting while the client is slower than they are. When the client hangs up, the generator's
 * `finally` runs and no further chunk is asked for.
 */
export function streamBody(chunks: Chunks | (() => Chunks)): BodyWriter {
  return async (raw, head) => {
    const source = typeof chunks === 'function' ? chunks() : chunks;
    const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    raw.writeHead(head.status, head.headers);
    if (raw.req.method !== 'HEAD') {
      raw.flushHeaders();
      await writeAll(raw, iterator);
    }
    await iterator.return?.();
    if (!raw.destroyed) raw.end();
  };
}

async function writeAll(
  raw: ServerResponse,
  iterator: AsyncIterator<string | Uint8Array> | Iterator<string | Uint8Array>,
): Promise<void> {
  const gone = new Promise<'gone'>((resolve) => raw.once('close', () => resolve('gone')));
  while (!raw.destroyed) {
    const next = await Promise.race([gone, iterator.next()]);
    if (next === 'gone' || next.done === true) return;
    if (!raw.write(next.value)) await Promise.race([gone, once(raw, 'drain')]);
  }
}
