import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BusboyFileStream, BusboyHeaders, BusboyInstance } from '@fastify/busboy';
import type { Limits } from '../app-context.js';
import { HttpError } from '../errors/errors.js';
import { lazyPackage } from '../lazy-package.js';
import { cutShort, tooLarge } from './body-bytes.js';
import { type FieldPair, isListName } from './form-fields.js';
import { UploadedFile } from './uploaded-file.js';

const parserPackage = lazyPackage<typeof import('@fastify/busboy')>('@fastify/busboy', import.meta.url);

/** Files by field; an array where a field carried several, or has a name that ends in `[]`. */
export type Files = Record<string, UploadedFile | UploadedFile[]>;

/** What a multipart body held. */
export interface MultipartForm {
  /** Text fields in their order. */
  readonly fields: readonly FieldPair[];
  /** An object without a prototype. */
  readonly files: Files;
  /** The body as it came, where it was to be kept. */
  readonly bytes: Buffer | undefined;
  /** Removes the temporary files that the app did not move away. Never rejects. */
  removeFiles(): Promise<void>;
}

/**
 * Streams a multipart body (RFC 7578) to temporary files. Rejects with an HttpError, leaving no file behind: 413 over a limit,
 * 400 for a body that is broken or ends early, or has a part without a name.
 */
export async function readMultipart(
  source: Readable,
  headers: IncomingHttpHeaders,
  limits: Limits,
  keepsBytes: boolean,
): Promise<MultipartForm> {
  const fields: FieldPair[] = [];
  const chunks: Buffer[] | undefined = keepsBytes ? [] : undefined;
  const writing: Promise<UploadedFile>[] = [];
  const paths: string[] = [];
  let directory: Promise<string> | undefined;
  // A parser that was left in the middle never ends its file streams by itself.
  const abandoning = new AbortController();
  setMaxListeners(0, abandoning.signal);
  const removeFiles = async (): Promise<void> => {
    await Promise.allSettled(writing);
    // A file that the app moved away is not there any more; that is the usual case and no error.
    await Promise.allSettled(paths.map((file) => unlink(file)));
  };
  const keep = async (
    fieldName: string,
    stream: BusboyFileStream,
    filename: string,
    type: string,
  ): Promise<UploadedFile> => {
    directory ??= directoryOf(limits);
    const tmpPath = path.join(await directory, `tina4_upload_${randomBytes(12).toString('hex')}`);
    abandoning.signal.throwIfAborted();
    paths.push(tmpPath);
    const file = new UploadedFile({ fieldName, filename: baseName(filename), type, tmpPath });
    const target = createWriteStream(tmpPath, { flags: 'wx', mode: 0o600 });
    try {
      await pipeline(stream, (bytes) => file.observe(bytes), target, { signal: abandoning.signal });
    } catch (error) {
      // It may be about to be opened: what is removed before that comes into being after it.
      if (!target.closed) await new Promise<void>((resolve) => target.once('close', resolve));
      throw error;
    }
    return file;
  };

  try {
    const busboy = openParser(headers, limits);
    await new Promise<void>((resolve, reject) => {
      let size = 0;
      source.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks?.push(chunk);
        if (size > limits.maxUploadBytes) reject(tooLarge({ max_bytes: limits.maxUploadBytes }));
      });
      source.once('close', () => {
        if (!source.readableEnded) reject(cutShort());
      });
      busboy.on('file', (fieldName: string | undefined, stream, filename: string | undefined, _encoding, type) => {
        if (fieldName === undefined || fieldName === '') {
          stream.resume();
          reject(malformed(new Error('a part has no name')));
        }
        // A file input that was left empty, or the rest of a form that was refused.
        else if (filename === '' || abandoning.signal.aborted) stream.resume();
        else writing.push(keep(fieldName, stream, filename ?? '', type));
        writing.at(-1)?.catch(reject);
      });
      busboy.on('field', (name: string | undefined, value, _nameCut, isValueCut) => {
        if (name === undefined || name === '') reject(malformed(new Error('a part has no name')));
        else if (isValueCut) reject(tooLarge({ field: name, max_field_bytes: limits.maxFieldBytes }));
        else fields.push([name, value]);
      });
      busboy.on('filesLimit', () => reject(tooLarge({ max_files: limits.maxFiles })));
      busboy.on('fieldsLimit', () => reject(tooLarge({ max_fields: limits.maxFields })));
      busboy.on('partsLimit', () => reject(tooLarge({ max_files: limits.maxFiles, max_fields: limits.maxFields })));
      busboy.on('error', (cause) => reject(malformed(cause)));
      busboy.on('finish', resolve);
      source.pipe(busboy);
    });
    const files = filesByField(await Promise.all(writing));
    return { fields, files, bytes: chunks === undefined ? undefined : Buffer.concat(chunks), removeFiles };
  } catch (error) {
    source.unpipe();
    source.resume();
    abandoning.abort();
    for (const write of writing) write.catch(() => {});
    await removeFiles();
    throw error;
  }
}

/** In the order of the form, whichever was written first. */
function filesByField(list: readonly UploadedFile[]): Files {
  const files: Files = Object.create(null);
  for (const file of list) {
    const before = files[file.fieldName];
    if (Array.isArray(before)) before.push(file);
    else if (before !== undefined) files[file.fieldName] = [before, file];
    else files[file.fieldName] = isListName(file.fieldName) ? [file] : file;
  }
  return files;
}

async function directoryOf({ uploadDirectory }: Limits): Promise<string> {
  return typeof uploadDirectory === 'string' ? uploadDirectory : uploadDirectory();
}

function openParser(headers: IncomingHttpHeaders, limits: Limits): BusboyInstance {
  const { Busboy } = parserPackage();
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: {
        files: limits.maxFiles,
        fields: limits.maxFields,
        // Parts that are neither, for want of a Content-Disposition, are skipped, and counted here.
        parts: limits.maxFiles + limits.maxFields,
        fieldSize: limits.maxFieldBytes,
        fieldNameSize: 200,
        headerPairs: 100,
      },
    });
  } catch (cause) {
    throw malformed(cause);
  }
}

/** Browsers of old sent whole paths; either separator may come from any system. */
function baseName(filename: string): string {
  return filename.split(/[/\\]/).at(-1) ?? '';
}

function malformed(cause: unknown): HttpError {
  return new HttpError(400, 'T4_BODY_MULTIPART', 'Invalid multipart body', { closesConnection: true, cause });
}
