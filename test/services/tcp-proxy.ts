import { connect, createServer, type Socket } from 'node:net';
import { findFreePort } from './free-port.js';

/** A wire between a client and a server of 127.0.0.1 that a test can cut at the worst moment. */
export interface TcpProxy {
  readonly port: number;
  /**
   * From now on what the client sends reaches the server, and the connection is cut when the server's answer comes back:
   * done, but nobody was told.
   */
  cutBeforeReply(): void;
  /** From now on the connection is cut when the client sends something, which the server never sees. */
  cutBeforeRequest(): void;
  /** Everything passes again, on new connections. */
  heal(): void;
  stop(): Promise<void>;
}

/** Starts a proxy in front of the server on `targetPort`. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let cut: 'never' | 'request' | 'reply' = 'never';
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (chunk) => (cut === 'request' ? end() : upstream.write(chunk)));
    upstream.on('data', (chunk) => (cut === 'reply' ? end() : client.write(chunk)));
  });
  const port = await findFreePort();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port,
    cutBeforeReply: () => {
      cut = 'reply';
    },
    cutBeforeRequest: () => {
      cut = 'request';
    },
    heal: () => {
      cut = 'never';
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
