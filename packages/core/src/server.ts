import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AllowedHosts } from './connection/allowed-hosts.js';
import { GracefulStop } from './connection/graceful-stop.js';
import { hostChecker } from './connection/host-header.js';
import { inTurn, type RequestListener } from './connection/pipelined-requests.js';
import { cutStalledReaders } from './connection/stalled-readers.js';

/** How long running requests may finish where nobody says it, ms. */
export const SHUTDOWN_TIMEOUT_MS = 30_000;

/** How long a client may take nothing of its answer where nobody says it, ms. */
export const SEND_TIMEOUT_MS = 60_000;

/** Where an app listens. */
export interface ListenOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: string;
  /** Connections that are open at a time, further ones are closed at once. Default, and 0: as many as the system allows. */
  readonly maxConnections?: number | undefined;
  /** How long a client may take nothing of its answer, ms, default 60,000; 0 for any time. */
  readonly sendTimeoutMs?: number | undefined;
  /** Requests for other hosts are answered 421 before the app sees them. Default: any host. */
  readonly hosts?: AllowedHosts | undefined;
}

/** A listening server. */
export interface RunningServer {
  readonly port: number;
  readonly host: string;
  /**
   * Stops accepting, lets running requests finish for at most `timeoutMs` (default 30,000), then cuts what is left. Connections
   * without a request are closed after a moment, see {@link GracefulStop}. Calling it twice waits for the same end.
   */
  close(timeoutMs?: number): Promise<void>;
}

/** Of the request line and all header lines together. */
const MAX_HEAD_BYTES = 16 * 1024;

/** Opens the port. Rejects with Node's error (EADDRINUSE, EACCES) when it cannot be had. */
export async function listen(answer: RequestListener, options: ListenOptions): Promise<RunningServer> {
  const { port, host, maxConnections = 0, sendTimeoutMs = SEND_TIMEOUT_MS } = options;
  const answerGoodHosts = refusingBadHosts(answer, options.hosts);
  let stop: GracefulStop | undefined;
  const listener = inTurn((raw, rawResponse) => {
    if (stop?.notice.isGiven) rawResponse.shouldKeepAlive = false;
    answerGoodHosts(raw, rawResponse);
  });
  const server = createServer(
    {
      // A client must deliver its head and its whole request in time, or a few slow ones hold all connections.
      headersTimeout: 30_000,
      requestTimeout: 300_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: MAX_HEAD_BYTES,
      noDelay: true,
    },
    listener,
  );
  // Their bytes are bounded. Node would drop lines beyond a number without a word, those of proxies and lengths too.
  server.maxHeadersCount = 0;
  if (maxConnections > 0) server.maxConnections = maxConnections;
  const gracefulStop = new GracefulStop(server);
  stop = gracefulStop;
  cutStalledReaders(server, sendTimeoutMs);
  // The 100 Continue is written when somebody reads the body, so that a refused one is never sent.
  server.on('checkContinue', listener);
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => refuse(socket, '405 Method Not Allowed'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
    answerClientError(error, socket as Socket),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    host,
    close: (timeoutMs = SHUTDOWN_TIMEOUT_MS) => {
      closing ??= gracefulStop.run(timeoutMs);
      return closing;
    },
  };
}

function refusingBadHosts(listener: RequestListener, hosts: AllowedHosts | undefined): RequestListener {
  const check = hostChecker(hosts);
  return (raw, rawResponse) => {
    const refusal = check(raw);
    if (refusal === undefined) listener(raw, rawResponse);
    else if (refusal === 400) rawResponse.writeHead(400, { Connection: 'close', 'Content-Length': 0 }).end();
    else rawResponse.writeHead(421, { Connection: 'close', 'Content-Type': 'application/json' }).end(OTHER_HOST);
  };
}

/** The answer for a host that is not one of ours, in the form of every other error. */
const OTHER_HOST = JSON.stringify({
  error: 'This app does not answer to that host. TINA4_ALLOWED_HOSTS lists those that it does.',
  status: 421,
  code: 'T4_HOST_UNKNOWN',
});

/** What the HTTP parser refused: broken or ambiguous framing, an oversized head, a client that is too slow. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') refuse(socket, '431 Request Header Fields Too Large');
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') refuse(socket, '408 Request Timeout');
  else refuse(socket, '400 Bad Request');
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
