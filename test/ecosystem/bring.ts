import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type App, type AppOptions, createApp, type Router } from '@tina4/core';
import { createSessionEngine, MemoryStore } from '@tina4/sessions';
import { CookieJar } from 'tina4-nodejs';

const load = createRequire(__filename);

/** A package as Express code gets it from `require`. Untyped: what is tried is what it does. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export function bring(name: string): any {
  const exported = load(name);
  return typeof exported === 'function' ? exported : (exported.default ?? exported);
}

/** An app on a free port, asked like a browser that keeps its cookies. */
export interface Visited {
  readonly url: string;
  readonly port: number;
  /** Log lines, `level: message`. */
  readonly logged: string[];
  visit(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs JSON. */
  post(path: string, data: unknown, headers?: Record<string, string>): Promise<Response>;
}

const servers: { close(timeoutMs?: number): Promise<void> }[] = [];

/** Starts an app; `closeAll` ends it. `inFront` makes the listener of a bare server around it. */
export async function serve(
  register: (router: Router) => void,
  options: AppOptions = {},
  inFront?: (app: App) => RequestListener,
): Promise<Visited> {
  const logged: string[] = [];
  const line = (level: string) => (message: string) => void logged.push(`${level}: ${message}`);
  const log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const sessions = createSessionEngine({ store: new MemoryStore() });
  const app = createApp({ log, sessions, ...options });
  register(app.router);
  const port = inFront === undefined ? await listen(app) : await listenBare(inFront(app));
  const url = `http://127.0.0.1:${port}`;
  const jar = new CookieJar();
  const visit = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    const cookie = jar.header(path.split('?', 1)[0] as string);
    if (cookie !== undefined && !headers.has('cookie')) headers.set('cookie', cookie);
    const answer = await fetch(url + path, { redirect: 'manual', ...init, headers });
    jar.store(answer.headers.getSetCookie(), path);
    return answer;
  };
  return {
    url,
    port,
    logged,
    visit,
    post: (path, data, headers) =>
      visit(path, {
        method: 'POST',
        body: JSON.stringify(data),
        headers: { 'content-type': 'application/json', ...headers },
      }),
  };
}

async function listen(app: App): Promise<number> {
  servers.push(app);
  return (await app.listen({ port: 0, host: '127.0.0.1' })).port;
}

/** A server of Node alone, as Express apps are started. */
export async function listenBare(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return (server.address() as AddressInfo).port;
}

export async function closeAll(): Promise<void> {
  for (const server of servers.splice(0)) await server.close(100);
}
