import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestSession, Session, SessionEngine, SessionMode, SessionRoute } from '../../src/session-types.js';

/** What a test's handler gets. */
export interface Context {
  readonly session: Session;
  readonly request: RequestSession;
  readonly method: string;
  readonly body: string;
  readonly query: URLSearchParams;
  status: number;
}

export type Handler = (context: Context) => unknown;

export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly text: string;
  readonly setCookie: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface TestApp {
  readonly routes: ReadonlyMap<string, SessionRoute>;
  readonly port: number;
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly cookie?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
}

/** Routes by `METHOD /path`; a mode may be declared. */
export type Routes = Readonly<Record<string, Handler | { readonly mode: SessionMode; readonly handler: Handler }>>;

/** A real HTTP server that drives an engine in the order in which a framework does. */
export async function startApp(engine: SessionEngine, routes: Routes): Promise<TestApp> {
  const table = new Map<string, { handler: Handler; route: SessionRoute }>();
  for (const [label, entry] of Object.entries(routes)) {
    const { mode, handler } = typeof entry === 'function' ? { mode: undefined, handler: entry } : entry;
    table.set(label, { handler, route: { label, sessionMode: mode } });
  }
  const server = createServer((incoming, response) => {
    void answer(engine, table, incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 250 });
  return {
    port,
    routes: new Map([...table].map(([label, { route }]) => [label, route])),
    send: (method, path, options = {}) => send(port, method, path, { agent, ...options }),
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
    },
  };
}

async function answer(
  engine: SessionEngine,
  table: Map<string, { handler: Handler; route: SessionRoute }>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const method = incoming.method ?? 'GET';
  const target = table.get(`${method} ${url.pathname}`);
  const route = target?.route ?? { label: `${method} (no route)`, sessionMode: 'none' as const };
  let isGone = false;
  const listeners = new Set<() => void>();
  response.on('close', () => {
    if (response.writableFinished) return;
    isGone = true;
    for (const listener of listeners) listener();
  });
  const session = engine.begin(
    {
      method,
      cookieHeader: incoming.headers.cookie,
      isHttps: incoming.headers['x-test-https'] === 'yes',
      get isClientGone() {
        return isGone;
      },
      onClientGone(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    route,
  );
  let body = '';
  const context: Context = {
    request: session,
    method,
    get session() {
      return session.data;
    },
    get body() {
      return body;
    },
    query: url.searchParams,
    status: target === undefined ? 404 : 200,
  };
  let result: unknown;
  let isHandlerDone = false;
  try {
    if (session.isExclusive) body = await readBody(incoming);
    const loading = session.load();
    if (loading !== undefined) await loading;
    if (body === '') body = await readBody(incoming);
    result = target === undefined ? { error: 'not found' } : await target.handler(context);
    isHandlerDone = true;
  } catch (error) {
    result = toAnswer(error, context, response);
  }
  try {
    const committing = session.commit({ status: context.status, isHandlerDone });
    if (committing !== undefined) await committing;
  } catch (error) {
    result = toAnswer(error, context, response);
  }
  if (session.setCookie !== undefined) response.setHeader('Set-Cookie', session.setCookie);
  if (session.wasUsed) response.setHeader('X-Session-Used', 'yes');
  response.writeHead(context.status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(result ?? null));
}

function toAnswer(error: unknown, context: Context, response: ServerResponse): unknown {
  const { status, code, message, retryAfterSeconds } = error as {
    status?: number;
    code?: string;
    message: string;
    retryAfterSeconds?: number;
  };
  context.status = status ?? 500;
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
  return { error: code ?? 'ERROR', message };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return text;
}

function send(port: number, method: string, path: string, options: SendOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { ...options.headers };
    if (options.cookie !== undefined) headers.Cookie = options.cookie;
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: options.agent, signal: options.signal },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            text,
            json: text === '' ? undefined : JSON.parse(text),
            setCookie: response.headers['set-cookie']?.join('\n'),
            headers: response.headers,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.body);
  });
}

/** A browser's cookie jar for one name and its requests. */
export class Browser {
  readonly #app: TestApp;
  cookie: string | undefined;

  constructor(app: TestApp, cookie?: string) {
    this.#app = app;
    this.cookie = cookie;
  }

  get = (path: string, options?: SendOptions): Promise<Answer> => this.send('GET', path, options);
  post = (path: string, options?: SendOptions): Promise<Answer> => this.send('POST', path, options);

  async send(method: string, path: string, options?: SendOptions): Promise<Answer> {
    const answered = await this.#app.send(method, path, { cookie: this.cookie, ...options });
    if (answered.setCookie !== undefined) {
      const pair = answered.setCookie.split(';')[0] ?? '';
      this.cookie = pair.endsWith('=') ? undefined : pair;
    }
    return answered;
  }
}
