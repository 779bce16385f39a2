import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream, type BusboyHeaders } from '@fastify/busboy';
import type { Limits } from '../app-context.js';
import { HttpError } from '../errors/errors.js';
import { UploadedFile } from './uploaded-file.js';

/** What a multipart body held. */
export interface MultipartForm {
  /** Text fields, the last of a repeated one; no prototype. */
  readonly fields: Record<string, string>;
  /** Files by field, an array where a field carried several; no prototype. */
  readonly files: Record<string, UploadedFile | UploadedFile[]>;
  /** Removes the temporary files that the app did not move away. Never rejects. */
  removeFiles(): Promise<void>;
}

/**
 * Streams a multipart body (RFC 7578) to temporary files. Rejects with an HttpError, leaving no file behind: 413 over a limit,
 * 400 for a body that is broken or ends early.
 */
export async function readMultipart(raw: IncomingMessage, limits: Limits): Promise<MultipartForm> {
  const fields: Record<string, string> = Object.create(null);
  const files: Record<string, UploadedFile | UploadedFile[]> = Object.create(null);
  const writing: Promise<UploadedFile>[] = [];
  const paths: string[] = [];
  // A parser that was left in the middle never ends its file streams by itself.
  const abandoning = new AbortController();
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
    const tmpPath = path.join(limits.uploadDirectory, `tina4_upload_${randomBytes(12).toString('hex')}`);
    paths.push(tmpPath);
    const file = new UploadedFile({ fieldName, filename: baseName(filename), type, tmpPath });
    const target = createWriteStream(tmpPath, { flags: 'wx', mode: 0o600 });
    await pipeline(stream, (source) => file.observe(source), target, { signal: abandoning.signal });
    return file;
  };

  try {
    const busboy = openParser(raw, limits);
    await new Promise<void>((resolve, reject) => {
      let size = 0;
      raw.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limits.maxUploadBytes) reject(tooLarge({ max_bytes: limits.maxUploadBytes }));
      });
      raw.once('close', () => {
        if (!raw.complete)
          reject(new HttpError(400, 'T4_BODY_CUT_SHORT', 'The connection ended before the body was complete.'));
      });
      busboy.on('file', (fieldName, stream, filename, _encoding, type) => {
        // A file input that was left empty.
        if (filename === undefined || filename === '') stream.resume();
        else writing.push(keep(fieldName, stream, filename, type));
        writing.at(-1)?.catch(reject);
      });
      busboy.on('field', (name, value, _nameCut, isValueCut) => {
        if (isValueCut) reject(tooLarge({ field: name, max_field_bytes: limits.maxFieldBytes }));
        fields[name] = value;
      });
      busboy.on('filesLimit', () => reject(tooLarge({ max_files: limits.maxFiles })));
      busboy.on('fieldsLimit', () => reject(tooLarge({ max_fields: limits.maxFields })));
      busboy.on('partsLimit', () => reject(tooLarge({ max_files: limits.maxFiles, max_fields: limits.maxFields })));
      busboy.on('error', (cause) => reject(malformed(cause)));
      busboy.on('finish', resolve);
      raw.pipe(busboy);
    });
    // In the order of the form, whichever was written first.
    for (const file of await Promise.all(writing)) {
      const before = files[file.fieldName];
      files[file.fieldName] = before === undefined ? file : [...(Array.isArray(before) ? before : [before]), file];
    }
  } catch (error) {
    raw.unpipe();
    raw.resume();
    abandoning.abort();
    for (const write of writing) write.catch(() => {});
    await removeFiles();
    throw error;
  }
  return { fields, files, removeFiles };
}

function openParser(raw: IncomingMessage, limits: Limits): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: raw.headers as BusboyHeaders,
      limits: {
        files: limits.maxFiles,
        fields: limits.maxFields,
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

function tooLarge(details: Readonly<Record<string, unknown>>): HttpError {
  return new HttpError(413, 'T4_BODY_TOO_LARGE', 'Payload Too Large', { details, closesConnection: true });
}

function malformed(cause: unknown): HttpError {
  return new HttpError(400, 'T4_BODY_MULTIPART', 'Invalid multipart body', { closesConnection: true, cause });
}
