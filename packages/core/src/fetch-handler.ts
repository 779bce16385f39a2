import { IncomingMessage, type OutgoingHttpHeader, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** What answers requests of Node: an app, or a server around one. */
interface NodeListener {
  handle(raw: IncomingMessage, rawResponse: ServerResponse): unknown;
}

/** How a fetch handler learns what does not stand in a request. */
export interface FetchHandlerOptions<Info extends readonly unknown[] = readonly unknown[]> {
  /**
   * The client's address, from what the runtime hands over beside the request: `(request, server) => server.requestIP(request)?.address`
   * on Bun, `(request, info) => info.remoteAddr.hostname` on Deno. Without it `req.ip` is empty.
   */
  readonly addressOf?: ((request: globalThis.Request, ...info: Info) => string | undefined) | undefined;
}

/** A handler of the web platform: `Bun.serve({ fetch })`, `Deno.serve(fetch)`, serverless platforms, and tests. */
export type FetchHandler<Info extends readonly unknown[] = readonly unknown[]> = (
  request: globalThis.Request,
  ...info: Info
) => Promise<globalThis.Response>;

/**
 * Makes a handler of the web platform of an app. Bodies stream both ways, at the pace of whoever reads them; a request that is aborted
 * or an answer that is cancelled is a client that hung up. Resolves as soon as the head of the answer is known, rejects when the
 * connection was cut before.
 */
export function toFetchHandler<Info extends readonly unknown[]>(
  app: NodeListener,
  { addressOf }: FetchHandlerOptions<Info> = {},
): FetchHandler<Info> {
  return (request, ...info) => {
    const raw = nodeRequest(request, addressOf?.(request, ...info));
    return new Promise((resolve, reject) => {
      const rawResponse = new FetchedResponse(raw, resolve, reject);
      request.signal.addEventListener('abort', () => rawResponse.destroy(), { once: true });
      void app.handle(raw, rawResponse);
    });
  };
}

/** Only such bodies are waited for: without a length, Node's requests say that they come in chunks. */
function nodeRequest(request: globalThis.Request, address: string | undefined): IncomingMessage {
  const url = new URL(request.url);
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: address });
  Object.defineProperty(socket, 'encrypted', { value: url.protocol === 'https:' });
  const raw = new IncomingMessage(socket);
  raw.method = request.method;
  raw.url = url.pathname + url.search;
  raw.httpVersionMajor = 1;
  raw.httpVersionMinor = 1;
  raw.httpVersion = '1.1';
  raw.headers = Object.fromEntries(request.headers);
  raw.headers.host ??= url.host;
  const { body } = request;
  if (body === null) {
    raw.complete = true;
    raw.push(null);
    return raw;
  }
  if (raw.headers['content-length'] === undefined) raw.headers['transfer-encoding'] ??= 'chunked';
  streamInto(raw, body.getReader());
  return raw;
}

/** Hands a body on, as fast as whoever reads it asks for more. */
function streamInto(raw: IncomingMessage, reader: ReadableStreamDefaultReader<Uint8Array>): void {
  let isReading = false;
  let isMoreWanted = false;
  const readOn = async (): Promise<void> => {
    isReading = true;
    while (isMoreWanted) {
      isMoreWanted = false;
      const { done, value } = await reader.read();
      raw.complete = done;
      if (raw.push(done ? null : value) && !done) isMoreWanted = true;
    }
    isReading = false;
  };
  raw._read = () => {
    isMoreWanted = true;
    if (!isReading) readOn().catch((error: unknown) => raw.destroy(error as Error));
  };
}

/** How much of an answer is kept for a reader that is slower, bytes. */
const KEPT_BYTES = 64 * 1024;

/** Headers between two ends of a connection, of which there is none here (RFC 9110, section 7.6.1). */
const OF_CONNECTIONS = new Set(['connection', 'keep-alive', 'transfer-encoding']);

type Given = string | Uint8Array;
type Done = (error?: Error | null) => void;

/** Node's response whose bytes go into a Response of the web platform instead of a socket. */
class FetchedResponse extends ServerResponse {
  readonly #resolve: (response: globalThis.Response) => void;
  readonly #reject: (error: Error) => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isOpen = false;

  constructor(raw: IncomingMessage, resolve: (response: globalThis.Response) => void, reject: (error: Error) => void) {
    super(raw);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  override writeHead(status: number, ...rest: unknown[]): this {
    const headers = rest.at(-1);
    const pairs = Array.isArray(headers) ? inPairs(headers) : Object.entries((headers as object | undefined) ?? {});
    if (typeof headers === 'object')
      for (const [name, value] of pairs) if (value !== undefined) this.setHeader(name, value);
    super.writeHead(status);
    this.#open(status);
    return this;
  }

  override write(chunk: Given, ...rest: unknown[]): boolean {
    if (!this.headersSent) this.writeHead(this.statusCode);
    this.#push(chunk, rest[0]);
    const done = rest.find((value) => typeof value === 'function') as Done | undefined;
    if (done !== undefined) queueMicrotask(() => done());
    return (this.#controller?.desiredSize ?? 1) > 0;
  }

  override end(...given: unknown[]): this {
    if (this.finished) return this;
    const [chunk, encoding] = given;
    const done = given.find((value) => typeof value === 'function') as Done | undefined;
    if (done !== undefined) this.once('finish', () => done());
    if (!this.headersSent) this.writeHead(this.statusCode);
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.#push(chunk, encoding);
    this.finished = true;
    if (this.#isOpen) this.#controller?.close();
    this.#isOpen = false;
    queueMicrotask(() => {
      this.emit('finish');
      this.#closeBoth();
    });
    return this;
  }

  override flushHeaders(): void {
    if (!this.headersSent) this.writeHead(this.statusCode);
  }

  /** There is nobody to hear it: the body comes when it is read. */
  override writeContinue(): void {}

  override destroy(error?: Error): this {
    if (this.destroyed) return this;
    const failure = error ?? new Error('The connection was cut before the answer was complete.');
    if (this.#isOpen) this.#controller?.error(failure);
    this.#isOpen = false;
    this.#reject(failure);
    this.#closeBoth();
    return this;
  }

  #closeBoth(): void {
    this.destroyed = true;
    this.req.socket.destroy();
    this.emit('close');
  }

  #open(status: number): void {
    const headers = new Headers();
    for (const [name, value] of Object.entries(this.getHeaders())) {
      if (OF_CONNECTIONS.has(name)) continue;
      for (const one of [value as OutgoingHttpHeader].flat()) headers.append(name, String(one));
    }
    const hasBody = this.req.method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304;
    this.#resolve(new Response(hasBody ? this.#body() : null, { status, headers }));
  }

  #body(): ReadableStream<Uint8Array> {
    this.#isOpen = true;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => void this.emit('drain'),
        cancel: () => {
          this.#isOpen = false;
          this.destroy();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: KEPT_BYTES }),
    );
  }

  #push(chunk: Given, encoding: unknown): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding | undefined) : chunk;
    if (this.#isOpen && bytes.length > 0) this.#controller?.enqueue(bytes);
  }
}

function inPairs(list: readonly unknown[]): [string, OutgoingHttpHeader][] {
  return list.flatMap((name, index) =>
    index % 2 === 0 ? [[name, list[index + 1]] as [string, OutgoingHttpHeader]] : [],
  );
}
