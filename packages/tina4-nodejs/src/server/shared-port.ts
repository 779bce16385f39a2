import type { Worker } from 'node:cluster';
import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

/** A connection on its way to a worker: node:cluster waits for the worker's word before it lets go of its own end. */
interface HandedOver {
  readonly seq: unknown;
  readonly connection: { close(): void };
}

/** The open port itself, as node:cluster holds it. */
interface PortHandle {
  onconnection: (...values: unknown[]) => void;
  close(): void;
}

/** So many turns without a new connection mean that none is waiting. */
const QUIET_TURNS = 10;
/** New ones may come without end; ms. */
const TAKE_WAITING_MS = 100;
const LOOK_EVERY_MS = 5;

/**
 * In the primary: the port that node:cluster opens for the workers, whose connections the primary takes and hands to them in turn. Node
 * closes it with the last worker, together with what it has taken and not handed over, and it keeps its end of a connection open for
 * ever when the worker dies to which that one was being handed. It tells nobody about either, so its messages are listened to.
 */
export class SharedPort {
  readonly #handles = new Set<PortHandle>();
  readonly #onTheirWay = new Map<Worker, HandedOver>();

  /** Must be there before the first worker is. */
  constructor() {
    subscribe('tracing:net.server.listen:asyncEnd', (message) => {
      const { server } = message as { server: Server & { _handle: PortHandle | null } };
      const handle = server._handle;
      server.once('listening', () =>
        // Cluster takes the handle out of its server then; another server of this process keeps its own.
        process.nextTick(() => {
          if (handle !== null && server._handle === null) this.#handles.add(handle);
        }),
      );
    });
  }

  /** Follows what is handed to the worker, and closes the connection that was on its way as it died, so that the client hears of it. */
  watch(worker: Worker): void {
    const { process: child } = worker;
    const send = child.send.bind(child) as (...values: unknown[]) => boolean;
    child.send = (...values: unknown[]) => {
      const [message, connection] = values as [
        { act?: unknown; seq?: unknown } | undefined,
        { close(): void } | undefined,
      ];
      if (message?.act === 'newconn' && connection !== undefined)
        this.#onTheirWay.set(worker, { seq: message.seq, connection });
      return send(...values);
    };
    child.on('internalMessage', (message: { ack?: unknown } | undefined) => {
      const handedOver = this.#onTheirWay.get(worker);
      if (handedOver !== undefined && message?.ack === handedOver.seq) this.#onTheirWay.delete(worker);
    });
    worker.on('exit', () => {
      this.#onTheirWay.get(worker)?.connection.close();
      this.#onTheirWay.delete(worker);
    });
  }

  /**
   * Takes what the system has connected already, closes the port, and resolves when all of it is handed to `workers`, those that answer;
   * what they are sent after that arrives after it. As long as each of them is too busy to take one, it waits: whoever stops them
   * bounds it.
   */
  async close(workers: ReadonlySet<Worker>): Promise<void> {
    await Promise.all([...this.#handles].map(closeOnceQuiet));
    this.#handles.clear();
    // Cluster gives a worker the next one with its word for the last: one that has none on its way means that none waits.
    while (workers.size > 0 && [...workers].every((worker) => this.#onTheirWay.has(worker))) await pause(LOOK_EVERY_MS);
  }
}

/** Closing the port resets the connections that the system has made and Node has not taken yet: it takes a few at each turn. */
async function closeOnceQuiet(handle: PortHandle): Promise<void> {
  const { onconnection } = handle;
  let quiet = 0;
  handle.onconnection = (...values) => {
    quiet = 0;
    onconnection(...values);
  };
  const end = performance.now() + TAKE_WAITING_MS;
  for (; quiet < QUIET_TURNS && performance.now() < end; quiet++) await nextTurn();
  handle.close();
}
