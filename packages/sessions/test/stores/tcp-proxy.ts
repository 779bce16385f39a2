import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that tests can cut. */
export interface TcpProxy {
  readonly port: number;
  /** Ends every connection at once and refuses new ones until `heal`. */
  cut(): void;
  heal(): void;
  /**
   * Ends a connection when the server answers to bytes that hold `text`, or to the `text`-th piece that is sent from now on:
   * the server has it, the client never hears.
   */
  cutAnswerTo(text: string | number): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 and passes everything on to `targetPort` there. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let isFatal: ((bytes: Buffer) => boolean) | undefined;
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
      if (isFatal?.(bytes)) isDoomed = true;
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
      isFatal = undefined;
    },
    cutAnswerTo(text) {
      let pieces = 0;
      isFatal = (bytes) => {
        pieces += 1;
        return typeof text === 'number' ? pieces >= text : bytes.includes(text);
      };
    },
    async close() {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}
