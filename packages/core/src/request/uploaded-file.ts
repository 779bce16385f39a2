import { Tina4Error } from '../errors/tina4-error.js';

/** Larger files are not kept in memory beside the disk. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** An uploaded file. It lies in `tmpPath` until the answer has left: move it to keep it. */
export class UploadedFile {
  readonly fieldName: string;
  /** The client's file name without any path. Never trust it. */
  readonly filename: string;
  /** MIME type as the client said. */
  readonly type: string;
  readonly tmpPath: string;
  #size = 0;
  #chunks: Buffer[] | undefined = [];

  /** Made while a multipart body is read. */
  constructor(file: { fieldName: string; filename: string; type: string; tmpPath: string }) {
    this.fieldName = file.fieldName;
    this.filename = file.filename;
    this.type = file.type;
    this.tmpPath = file.tmpPath;
  }

  /** Another name of `filename`. */
  get name(): string {
    return this.filename;
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  /** The bytes of a file up to 1 MiB. Throws T4_UPLOAD_CONTENT for a larger one, which is on disk only. */
  get content(): Buffer {
    if (this.#chunks !== undefined) return Buffer.concat(this.#chunks);
    throw new Tina4Error(
      'T4_UPLOAD_CONTENT',
      `the upload "${this.filename}" has ${this.#size} bytes, too many to keep in memory. Read it with: await readFile(file.tmpPath).`,
    );
  }

  /** What JSON and logs show: no bytes. */
  toJSON(): Record<string, unknown> {
    const { fieldName, name, type, size, tmpPath } = this;
    return { fieldName, name, type, size, tmpPath };
  }

  /** Passes the bytes on while it counts them. For the reader of the body. */
  async *observe(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#size += chunk.length;
      if (this.#size > MAX_KEPT_BYTES) this.#chunks = undefined;
      this.#chunks?.push(chunk);
      yield chunk;
    }
  }
}
