import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { lazyPackage, Tina4Error, within } from '@tina4/core';
import type { InjectOptions } from 'light-my-request';

const lightMyRequest = lazyPackage<typeof import('light-my-request')>('light-my-request', import.meta.url);

/** What answers requests: an app, or a server around one. */
export interface Answering {
  handle(raw: IncomingMessage, rawResponse: ServerResponse): unknown;
}

/** A request for `inject`. */
export interface InjectedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A FormData brings its own content type; text and bytes are sent as they are. */
  readonly body?: string | Uint8Array | FormData | undefined;
  /** How long the answer may take, ms, default 30,000. */
  readonly timeoutMs?: number | undefined;
}

/** A complete answer. Header names are lower case; a header sent several times is an array. */
export interface InjectedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/**
 * Sends a request through the whole pipeline without a socket; to the app it comes from 127.0.0.1. Rejects with
 * T4_TEST_NO_ANSWER when there is no complete answer in time (a stream that never ends, for instance); the handler then sees
 * a client that hung up.
 */
export async function inject(app: Answering, request: InjectedRequest): Promise<InjectedAnswer> {
  const { method, url, headers, body, timeoutMs = 30_000 } = request;
  let hangUp: ((reason: Error) => void) | undefined;
  const dispatch = (raw: IncomingMessage, rawResponse: ServerResponse): void => {
    // The library's request leaves this false, and body readers take that for a connection that was cut.
    raw.once('end', () => {
      raw.complete = true;
    });
    hangUp = (reason) => {
      Object.assign(raw.socket, { destroyed: true }).emit('close');
      rawResponse.destroy(reason);
    };
    void app.handle(raw, rawResponse);
  };
  const payload = body instanceof Uint8Array ? Buffer.from(body) : body;
  const options = { method: method as InjectOptions['method'], url, headers: { ...headers } };
  const sending = lightMyRequest().inject(dispatch, payload === undefined ? options : { ...options, payload });
  const answer = await within(timeoutMs, sending, () => {
    const seconds = timeoutMs / 1000;
    const late = new Tina4Error('T4_TEST_NO_ANSWER', `${method} ${url} gave no complete answer within ${seconds} s.`);
    hangUp?.(late);
    throw late;
  });
  return { status: answer.statusCode, headers: asSent(answer.headers), body: answer.rawPayload };
}

function asSent(headers: OutgoingHttpHeaders): Record<string, string | string[]> {
  const sent: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) sent[name] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return sent;
}
