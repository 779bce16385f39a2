import type { Readable } from 'node:stream';
import { types } from 'node:util';
import { tagOf } from './not-data.js';
import type { RecordedBody } from './response.js';
import { type Chunks, streamBody } from './stream-body.js';

/** A body and what it is unless the app says it. */
export interface TypedBody {
  readonly body: RecordedBody;
  readonly contentType: string;
}

const BYTES_TYPE = 'application/octet-stream';

/** The body of what is sent as it is: bytes, a Blob, a stream of Node or of the web, a generator. Undefined for data. */
export function bodyOfValue(value: object): TypedBody | undefined {
  // Most of what is sent, told at once.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype) return undefined;
  const bytes = bytesOf(value);
  if (bytes !== undefined) return { body: bytes, contentType: BYTES_TYPE };
  if (isBlob(value)) {
    const stream = streamBody(value.stream() as Chunks, { length: value.size, waitsForFirst: true });
    return { body: stream, contentType: value.type === '' ? BYTES_TYPE : value.type };
  }
  if (types.isGeneratorObject(value)) return { body: streamBody(value as Chunks), contentType: 'text/event-stream' };
  if (isStream(value)) return { body: streamBody(value, { waitsForFirst: true }), contentType: BYTES_TYPE };
  return undefined;
}

/** The memory itself, not a copy of it. Undefined for anything that is no bytes. */
export function bytesOf(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return types.isAnyArrayBuffer(value) ? Buffer.from(value) : undefined;
}

function isBlob(value: object): value is Blob {
  const tag = tagOf(value);
  return (tag === 'Blob' || tag === 'File') && typeof (value as Partial<Blob>).stream === 'function';
}

function isStream(value: object): value is Readable | (ReadableStream & AsyncIterable<Uint8Array>) {
  const { pipe, getReader } = value as { pipe?: unknown; getReader?: unknown };
  return (typeof pipe === 'function' || typeof getReader === 'function') && Symbol.asyncIterator in value;
}
