import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppContext } from '../app-context.js';
import { HttpError } from '../errors/errors.js';
import { parseJsonBody } from './json-body.js';
import { readMultipart } from './multipart.js';
import { parseQuery } from './query.js';
import { Request } from './request.js';

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Reads and parses the body into `req.body`. Returns undefined when there is none to wait for. Rejects with an HttpError: 413
 * over the limit (the rest is not read), 400 for broken JSON, 415 for an encoding we do not decode.
 */
export function readBody(req: Request, rawResponse: ServerResponse, context: AppContext): Promise<void> | undefined {
  if (!METHODS_WITH_BODY.has(req.method) || !hasBody(req.raw)) return undefined;
  return readAndParse(req, rawResponse, context);
}

/** RFC 9112, section 6.3: a request has a body when one of these headers says so. */
function hasBody(raw: IncomingMessage): boolean {
  const length = raw.headers['content-length'];
  return (length !== undefined && length !== '0') || raw.headers['transfer-encoding'] !== undefined;
}

async function readAndParse(req: Request, rawResponse: ServerResponse, context: AppContext): Promise<void> {
  const { raw } = req;
  const type = mediaType(req.contentType);
  const encoding = raw.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpError(
      415,
      'T4_BODY_ENCODING',
      `Bodies with Content-Encoding "${encoding}" are not accepted. Send it uncompressed.`,
      {
        closesConnection: true,
      },
    );
  }
  const isMultipart = type === 'multipart/form-data';
  const limit = isMultipart ? context.limits.maxUploadBytes : context.limits.maxBodyBytes;
  if (Number(raw.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  if (raw.headers.expect?.toLowerCase() === '100-continue') rawResponse.writeContinue();
  if (isMultipart) {
    const form = await readMultipart(raw, context.limits);
    req.body = form.fields;
    req.files = form.files;
    Request.onFinish(req, form.removeFiles);
    return;
  }
  const bytes = await collect(raw, limit);
  if (bytes.length === 0) return;
  if (type === 'application/json' || type.endsWith('+json')) req.body = parseJsonBody(bytes);
  else if (type === 'application/x-www-form-urlencoded') req.body = parseQuery(bytes.toString());
  else req.body = bytes.toString();
}

function mediaType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** The whole body, or a rejection as soon as it is known to be too large. */
function collect(raw: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (settle: () => void): void => {
      raw.removeListener('data', onData);
      raw.removeListener('end', onEnd);
      raw.removeListener('error', onError);
      raw.removeListener('close', onClose);
      settle();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else finish(() => reject(tooLarge(limit)));
    };
    const onEnd = (): void =>
      finish(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)));
    const onError = (): void => finish(() => reject(cutShort()));
    const onClose = (): void => finish(() => reject(cutShort()));
    raw.on('data', onData);
    raw.on('end', onEnd);
    raw.on('error', onError);
    raw.on('close', onClose);
  });
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, 'T4_BODY_TOO_LARGE', 'Payload Too Large', {
    details: { max_bytes: limit },
    closesConnection: true,
  });
}

function cutShort(): HttpError {
  return new HttpError(400, 'T4_BODY_CUT_SHORT', 'The connection ended before the body was complete.');
}
