import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
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
  headers['Content-Length'] = body === undefined ? 0 : Buffer.byteLength(body);
  raw.writeHead(status, headers);
  const shownBody = method === 'HEAD' ? undefined : body;
  if (headers.Connection === 'close' && !raw.req.complete) return endAfterLingering(raw, shownBody);
  raw.end(shownBody);
  return undefined;
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

function buildHeaders(answer: RecordedAnswer, session: SessionHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  if (answer.contentType !== undefined) headers['Content-Type'] = answer.contentType;
  if (answer.headers !== undefined) {
    for (const [key, { name, value }] of answer.headers) {
      // Recorded in any case; ours are written in the usual one.
      headers[key === 'content-type' ? 'Content-Type' : name] = value as string;
    }
    // The body is whole here, so its length is known better than whoever set it.
    for (const name of Object.keys(headers)) if (name.toLowerCase() === 'content-length') delete headers[name];
  }
  if (session.isPrivate) markPrivate(headers, answer, session.setCookie !== undefined);
  const { setCookie } = session;
  if (setCookie !== undefined) headers['Set-Cookie'] = [...answer.cookies, setCookie];
  else if (answer.cookies.length > 0) headers['Set-Cookie'] = answer.cookies as string[];
  return headers;
}

/** RFC 9111, section 5.2.2.7. What the app said about caching wins, unless a new session cookie would be cached with it. */
function markPrivate(headers: OutgoingHttpHeaders, answer: RecordedAnswer, setsCookie: boolean): void {
  const own = answer.headers?.get('cache-control');
  if (own === undefined) headers['Cache-Control'] = 'private, no-cache';
  else if (setsCookie && /\bpublic\b|\bs-maxage\b/i.test(String(own.value))) headers[own.name] = 'private, no-cache';
}
