import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const EVENTS_PATH = '/__dev_reload';
const SCRIPT_PATH = '/__dev_reload.js';
const STATE_PATH = '/__dev/api/mtime';

/**
 * Development: pages load themselves again when something changed. A page holds one event stream open, and asks once a second
 * where a proxy keeps the events back. The script is a file of its own, so that a Content-Security-Policy of `'self'` lets it run.
 */
export class BrowserRefresh {
  /** Tells a page that came back whether the server is still the one that it was loaded from. */
  readonly #serverId = randomUUID();
  /** Ms since the epoch. */
  #changedAt = Date.now();
  readonly #pages = new Set<ServerResponse>();

  /** Answers the paths of its own; false for any other request. */
  handle(raw: IncomingMessage, rawResponse: ServerResponse): boolean {
    if (raw.method !== 'GET') return false;
    if (raw.url === SCRIPT_PATH) {
      rawResponse.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache' }).end(script);
      return true;
    }
    if (raw.url === STATE_PATH) {
      rawResponse.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
      rawResponse.end(JSON.stringify({ mtime: this.#changedAt, server: this.#serverId }));
      return true;
    }
    if (raw.url !== EVENTS_PATH) return false;
    rawResponse.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    rawResponse.write(`retry: 500\nevent: server\ndata: ${this.#serverId}\n\n`);
    this.#pages.add(rawResponse);
    rawResponse.on('close', () => this.#pages.delete(rawResponse));
    return true;
  }

  /** Makes all open pages load themselves again. */
  refresh(): void {
    this.#changedAt = Date.now();
    for (const page of this.#pages) page.write('event: refresh\ndata:\n\n');
  }

  /** Ends the event streams, which would keep a server from closing. */
  close(): void {
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }
}

/** The page with the script that loads it again. Text without a closing body tag is a fragment and stays as it is. */
export function withRefreshScript(html: string): string {
  const end = html.toLowerCase().lastIndexOf('</body>');
  if (end === -1) return html;
  return `${html.slice(0, end)}<script src="${SCRIPT_PATH}" defer></script>\n${html.slice(end)}`;
}

const script = `let server;
const events = new EventSource('${EVENTS_PATH}');
events.addEventListener('server', ({ data }) => {
  if (server !== undefined && server !== data) location.reload();
  server = data;
});
events.addEventListener('refresh', () => location.reload());
let state;
async function poll() {
  try {
    const { server, mtime } = await (await fetch('${STATE_PATH}')).json();
    if (state !== undefined && state !== server + mtime) location.reload();
    state = server + mtime;
  } catch {}
  setTimeout(poll, 1000);
}
setTimeout(() => {
  if (server !== undefined) return;
  events.close();
  poll();
}, 3000);
`;
