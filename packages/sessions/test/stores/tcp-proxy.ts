import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that tests can cut. */
export interface TcpProxy {
  readonly port: number;
  /** Ends every connection at once and refuses new ones until `heal`. */
  cut(): void;
  heal(): void;
  /** Cuts each connection as soon as the server's answer to bytes that hold `text` is on its way: the client never hears it. */
  cutAnswerTo(text: string): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 and passes everything on to `targetPort` there. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let fatalText: Buffer | undefined;
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const target = connect(targetPort, '127.0.0.1');
    let isDoomed = false;
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      if (fatalText && bytes.includes(fatalText)) isDoomed = true;
      target.write(bytes);
    });
    target.on('data', (bytes: Buffer) => {
      if (isDoomed) client.destroy();
      else client.write(bytes);
    });
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      end();
    },
    heal() {
      isCut = false;
      fatalText = undefined;
    },
    cutAnswerTo(text) {
      fatalText = Buffer.from(text);
    },
    async close() {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}
