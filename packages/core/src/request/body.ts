import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { AppContext, Limits } from '../app-context.js';
import { HttpError } from '../errors/errors.js';
import { collectBytes, cutShort, NO_BYTES, tooLarge } from './body-bytes.js';
import { type BodyKind, type BodyType, bodyText, bodyTypeOf } from './body-type.js';
import { collectFields, parseFieldPairs } from './form-fields.js';
import { parseJsonBody } from './json-body.js';
import { readMultipart } from './multipart.js';
import { Request } from './request.js';
import { hasBody } from './unread-body.js';

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Reads and parses the body into `req.body`, and keeps its bytes in `req.rawBody` where the route asks for them. Returns undefined
 * when there is nothing to wait for, and where the route leaves the body to somebody else. Rejects or throws with an HttpError: 413 over a limit (the rest is not read), 400 for a body
 * that is broken, 415 for an encoding or a charset that we do not decode, 500 where somebody in front read it and left nothing.
 */
export function readBody(req: Request, rawResponse: ServerResponse, context: AppContext): Promise<void> | undefined {
  const { raw } = req;
  if (!METHODS_WITH_BODY.has(req.method)) return undefined;
  if (Request.targetOf(req).leavesBody === true) {
    if (raw.headers.expect?.toLowerCase() === '100-continue') rawResponse.writeContinue();
    return undefined;
  }
  const given = (raw as { body?: unknown }).body;
  if (given !== undefined && (raw.readableEnded || !isEmptyObject(given))) return takeOver(req, given, context.limits);
  if (!hasBody(raw)) {
    if (keepsRawBody(req)) req.rawBody = NO_BYTES;
    return undefined;
  }
  Request.markBodyTaken(req);
  if (raw.readableEnded) throw readBefore();
  if (raw.destroyed) throw cutShort();
  refuseEncoding(raw);
  return readAndParse(req, rawResponse, context.limits);
}

/** True while not all of a body has arrived, and somebody may be reading it. */
export function hasUnfinishedBody({ method, raw }: Request): boolean {
  return METHODS_WITH_BODY.has(method) && hasBody(raw) && !raw.readableEnded && !raw.destroyed;
}

async function readAndParse(req: Request, rawResponse: ServerResponse, limits: Limits): Promise<void> {
  const { raw } = req;
  const type = bodyTypeOf(req.contentType);
  const limit = limitOf(type.kind, limits);
  const header = raw.headers['content-length'];
  const length = header === undefined ? undefined : Number(header);
  if (length !== undefined && length > limit) throw tooLarge({ max_bytes: limit });
  if (raw.headers.expect?.toLowerCase() === '100-continue') rawResponse.writeContinue();
  if (type.kind === 'multipart') return readForm(req, raw, limits);
  parseBytes(req, await collectBytes(raw, length, limit), type, limits);
}

/** A framework or a platform in front has read the body: what it left in `raw.body` are bytes, text, or the parsed value. */
function takeOver(req: Request, given: unknown, limits: Limits): Promise<void> | undefined {
  const { rawBody } = req.raw as { rawBody?: unknown };
  if (rawBody instanceof Uint8Array) req.rawBody = asBuffer(rawBody);
  if (typeof given !== 'string' && !(given instanceof Uint8Array)) {
    req.body = given ?? {};
    return undefined;
  }
  const bytes = typeof given === 'string' ? Buffer.from(given) : asBuffer(given);
  const type = bodyTypeOf(req.contentType);
  const limit = limitOf(type.kind, limits);
  if (bytes.length > limit) throw tooLarge({ max_bytes: limit });
  if (type.kind === 'multipart') return readForm(req, Readable.from([bytes]), limits);
  // Text has been decoded, whatever it was sent in.
  parseBytes(req, bytes, typeof given === 'string' ? { ...type, charset: 'utf8' } : type, limits);
  return undefined;
}

function parseBytes(req: Request, bytes: Buffer, { kind, charset }: BodyType, limits: Limits): void {
  if (kind === 'bytes' || keepsRawBody(req)) req.rawBody = bytes;
  if (bytes.length === 0) return;
  if (kind === 'json') req.body = parseJsonBody(bytes, charset, limits.maxJsonValues);
  else if (kind === 'form') readFields(req, bodyText(bytes, charset), charset, limits.maxFields);
  else req.body = kind === 'text' ? bodyText(bytes, charset) : bytes;
}

function readFields(req: Request, text: string, charset: BodyType['charset'], maxFields: number): void {
  const pairs = parseFieldPairs(text, maxFields, charset);
  if (pairs === undefined) throw tooLarge({ max_fields: maxFields });
  req.body = collectFields(pairs);
  Request.setBodyFields(req, pairs);
}

async function readForm(req: Request, source: Readable, limits: Limits): Promise<void> {
  const form = await readMultipart(source, req.raw.headers, limits, keepsRawBody(req));
  req.body = collectFields(form.fields);
  req.files = form.files;
  if (form.bytes !== undefined) req.rawBody = form.bytes;
  Request.setBodyFields(req, form.fields);
  Request.onFinish(req, form.removeFiles);
}

function keepsRawBody(req: Request): boolean {
  return Request.targetOf(req).keepsRawBody === true;
}

function limitOf(kind: BodyKind, { maxUploadBytes, maxJsonBytes, maxFormBytes, maxBodyBytes }: Limits): number {
  if (kind === 'json') return maxJsonBytes ?? maxBodyBytes;
  if (kind === 'form') return maxFormBytes ?? maxBodyBytes;
  return kind === 'multipart' ? maxUploadBytes : maxBodyBytes;
}

function refuseEncoding(raw: IncomingMessage): void {
  const encoding = raw.headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new HttpError(
    415,
    'T4_BODY_ENCODING',
    `Bodies with Content-Encoding "${encoding}" are not accepted. Send it uncompressed.`,
    { closesConnection: true },
  );
}

function readBefore(): HttpError {
  return new HttpError(
    500,
    'T4_BODY_READ_BEFORE',
    'somebody in front of the app read the body and left nothing in its "body". Let the app come first, or a parser that leaves it there.',
  );
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && Object.keys(value).length === 0;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
