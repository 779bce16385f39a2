import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFromThisMachine, type Logger, type Router, type SessionEngine, type SessionRequest } from '@tina4/core';
import { devPageHtml, type RecentRequest } from './dev-page-html.js';

/** What the page shows, asked anew for each view. */
export interface DevPageSource {
  readonly router: Router;
  readonly sessions: SessionEngine;
  readonly log: Logger;
}

const PATH = '/__dev';
const MOST_RECENT = 100;
/** The session is shown without waiting for a request that holds it. */
const route = { label: 'GET /__dev', sessionMode: 'shared' } as const;

/**
 * Debug mode: `/__dev` shows routes, recent requests and the session of this browser. Only for browsers on this machine; for
 * any other the path does not exist.
 */
export class DevPage {
  readonly #source: () => DevPageSource;
  readonly #recent: RecentRequest[] = [];

  constructor(source: () => DevPageSource) {
    this.#source = source;
  }

  /** Notes a request once it is answered. */
  record(raw: IncomingMessage, rawResponse: ServerResponse): void {
    const path = pathOf(raw);
    if (path.startsWith('/__dev')) return;
    const [startedAt, start] = [Date.now(), performance.now()];
    rawResponse.once('close', () => {
      const status = rawResponse.headersSent ? rawResponse.statusCode : 0;
      this.#recent.unshift({ startedAt, method: raw.method ?? '', path, status, tookMs: performance.now() - start });
      this.#recent.length = Math.min(this.#recent.length, MOST_RECENT);
    });
  }

  /** Answers `GET /__dev` from this machine; false for any other request, which is then the app's. */
  handle(raw: IncomingMessage, rawResponse: ServerResponse): boolean {
    if (raw.method !== 'GET' || pathOf(raw) !== PATH || !isFromThisMachine(raw)) return false;
    void this.#answer(raw, rawResponse);
    return true;
  }

  async #answer(raw: IncomingMessage, rawResponse: ServerResponse): Promise<void> {
    const { router, sessions, log } = this.#source();
    try {
      const { data, setCookie } = await sessionOf(sessions, raw);
      const html = devPageHtml({ routes: router.routes, recent: this.#recent, session: data, pid: process.pid });
      rawResponse.writeHead(200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ...(setCookie === undefined ? {} : { 'Set-Cookie': setCookie }),
      });
      rawResponse.end(html);
    } catch (error) {
      log.error('The page /__dev failed.', { error: String(error) });
      rawResponse.writeHead(500, { 'Content-Type': 'text/plain' }).end('The page failed; the log says why.\n');
    }
  }
}

/** The data of the browser's session, or why it cannot be shown. Looking at it keeps it alive, as any request does. */
async function sessionOf(
  engine: SessionEngine,
  raw: IncomingMessage,
): Promise<{ data: unknown; setCookie: string | undefined }> {
  const request: SessionRequest = {
    method: 'GET',
    cookieHeader: raw.headers.cookie,
    isHttps: false,
    isClientGone: false,
    onClientGone: () => () => {},
  };
  const session = engine.begin(request, route);
  try {
    await session.load();
    const data = session.data.all();
    await session.commit({ status: 200, isHandlerDone: true });
    return { data, setCookie: session.setCookie };
  } catch (error) {
    return { data: { error: error instanceof Error ? error.message : String(error) }, setCookie: undefined };
  }
}

function pathOf(raw: IncomingMessage): string {
  return (raw.url ?? '/').split('?', 1)[0] as string;
}
