import { connect } from 'node:net';
import { type App, type AppOptions, createApp, type Router, type RunningServer } from '../src/index.js';

/** An app on a free port of this machine, for tests that speak real HTTP. */
export interface RunningApp {
  readonly app: App;
  readonly url: string;
  readonly port: number;
  /** Log lines, `level: message`, in order. */
  readonly logged: string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs a body with a content type. */
  post(path: string, body: string | Buffer, type: string): Promise<Response>;
  /** Sends bytes as they are and resolves to all that comes back until the connection ends, at most after 5 s. */
  sendRaw(text: string): Promise<string>;
  close(): Promise<void>;
}

const opened: RunningApp[] = [];

/** Starts an app; `closeApps` in an `afterEach` ends it. */
export async function startApp(register: (router: Router) => void, options: AppOptions = {}): Promise<RunningApp> {
  const logged: string[] = [];
  const line =
    (level: string) =>
    (message: string): void => {
      logged.push(`${level}: ${message}`);
    };
  const log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const app = createApp({ log, ...options });
  register(app.router);
  const server: RunningServer = await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${server.port}`;
  const running: RunningApp = {
    app,
    url,
    port: server.port,
    logged,
    fetch: (path, init) => fetch(url + path, { redirect: 'manual', ...init }),
    post: (path, body, type) =>
      fetch(url + path, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
        redirect: 'manual',
      }),
    sendRaw: (text) => exchange(server.port, text),
    close: () => app.close(20),
  };
  opened.push(running);
  return running;
}

export async function closeApps(): Promise<void> {
  for (const running of opened.splice(0)) await running.close();
}

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(received);
    };
    const timer = setTimeout(finish, 5000);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('end', finish);
    socket.on('error', finish);
  });
}
