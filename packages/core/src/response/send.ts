import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { acceptedCoding } from '../negotiation.js';
import { isDeclaredPublic, isForDeliveryNetworks, privateCacheControl } from './cache-control.js';
import {
  CONTENT_CODINGS,
  encodeBody,
  entityTag,
  isCompressible,
  isKnownTag,
  MIN_CODED_BYTES,
} from './content-coding.js';
import type { RecordedAnswer } from './response.js';

/** Headers that the pipeline adds once the session is stored. */
export interface SessionHeaders {
  readonly setCookie: string | undefined;
  /** The answer depends on the session, so no shared cache may keep it. */
  readonly isPrivate: boolean;
}

/**
 * Writes a recorded answer: one `writeHead` with all headers, then the body. HEAD and statuses without content get none
 * (RFC 9110, sections 9.3.2, 15.3.5 and 15.4.5). Resolves when a body that is written bit by bit is through; otherwise there is
 * nothing to wait for.
 */
export function sendAnswer(
  raw: ServerResponse,
  method: string,
  answer: RecordedAnswer,
  session: SessionHeaders,
): Promise<void> | undefined {
  const { status, body } = answer;
  const headers = buildHeaders(answer, session);
  if (typeof body === 'function') {
    return body(raw, { status, headers });
  }
  if (status === 204 || status === 304) {
    delete headers['Content-Type'];
    raw.writeHead(status, headers).end();
    return undefined;
  }
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  if (length >= MIN_CODED_BYTES && status === 200 && body !== undefined)
    return sendCoded(raw, method, body, length, headers);
  return sendWhole(raw, method, status, body, length, headers);
}

function sendWhole(
  raw: ServerResponse,
  method: string,
  status: number,
  body: string | Buffer | undefined,
  length: number,
  headers: OutgoingHttpHeaders,
): Promise<void> | undefined {
  headers['Content-Length'] = length;
  raw.writeHead(status, headers);
  const shownBody = method === 'HEAD' ? undefined : body;
  if (headers.Connection === 'close' && !raw.req.complete) return endAfterLingering(raw, shownBody);
  raw.end(shownBody);
  return undefined;
}

/** A larger answer: compressed where the client takes it, and left out where a client that reads has it already. */
function sendCoded(
  raw: ServerResponse,
  method: string,
  body: string | Buffer,
  length: number,
  headers: OutgoingHttpHeaders,
): Promise<void> | undefined {
  const cacheControl = String(headers['Cache-Control'] ?? '');
  const mayCode =
    headers['Content-Encoding'] === undefined &&
    isCompressible(String(headers['Content-Type'] ?? '')) &&
    !cacheControl.includes('no-transform');
  const coding = mayCode ? acceptedCoding(raw.req, CONTENT_CODINGS) : undefined;
  if (mayCode) headers.Vary = headers.Vary === undefined ? 'Accept-Encoding' : `${headers.Vary}, Accept-Encoding`;
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && !cacheControl.includes('no-store')) {
    headers.ETag ??= entityTag(body, coding);
    if (isKnownTag(raw.req.headers, String(headers.ETag))) {
      delete headers['Content-Type'];
      raw.writeHead(304, headers).end();
      return undefined;
    }
  }
  if (coding === undefined) return sendWhole(raw, method, 200, body, length, headers);
  headers['Content-Encoding'] = coding;
  return encodeBody(body, coding).then((encoded) => sendWhole(raw, method, 200, encoded, encoded.length, headers));
}

/** How long a client whose body was refused may go on sending before the connection is cut, ms. */
const LINGER_MS = 500;

/**
 * Answers a client that is still sending a body nobody wants. Closing at once would reset the connection, and the client would
 * lose the answer with it; so what comes is thrown away for a moment before the end.
 */
async function endAfterLingering(raw: ServerResponse, body: string | Buffer | undefined): Promise<void> {
  const { req } = raw;
  if (body !== undefined) raw.write(body);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    req.once('end', finish);
    req.once('close', finish);
    req.resume();
  });
  raw.end();
}

/** Headers that are looked up by name further on, whatever case the app wrote them in. */
const USUAL_CASE: ReadonlyMap<string, string> = new Map([
  ['cache-control', 'Cache-Control'],
  ['connection', 'Connection'],
  ['content-encoding', 'Content-Encoding'],
  ['content-type', 'Content-Type'],
  ['etag', 'ETag'],
  ['vary', 'Vary'],
]);

function buildHeaders(answer: RecordedAnswer, session: SessionHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  if (answer.contentType !== undefined) headers['Content-Type'] = answer.contentType;
  if (answer.headers !== undefined) {
    for (const [key, { name, value }] of answer.headers) {
      // The body is whole, so its length is known better than by whoever set it; for a stream the app knows.
      if (key === 'content-length' && typeof answer.body !== 'function') continue;
      // Which is what HTTP/1.1 means anyway, and would keep a server that stops from saying otherwise.
      if (key === 'connection' && value !== 'close') continue;
      headers[USUAL_CASE.get(key) ?? name] = value as string;
    }
  }
  if (session.isPrivate) markPrivate(headers, session.setCookie !== undefined);
  const { setCookie } = session;
  if (setCookie !== undefined) headers['Set-Cookie'] = [...answer.cookies, setCookie];
  else if (answer.cookies.length > 0) headers['Set-Cookie'] = answer.cookies as string[];
  return headers;
}

/**
 * Shared caches must not keep what is for one visitor. That an answer which merely read the session is for everyone is for the
 * app to say; one that carries a session cookie never is.
 */
function markPrivate(headers: OutgoingHttpHeaders, setsCookie: boolean): void {
  const own = headers['Cache-Control'];
  const ownText = own === undefined ? undefined : String(own);
  if (!setsCookie && isDeclaredPublic(ownText)) return;
  headers['Cache-Control'] = privateCacheControl(ownText);
  if (!setsCookie) return;
  for (const name of Object.keys(headers)) if (isForDeliveryNetworks(name.toLowerCase())) delete headers[name];
}
