import cluster from 'node:cluster';
import process from 'node:process';

/** What a worker tells its primary once it answers. */
export interface ReadyMessage {
  readonly tina4: 'ready';
  /** `http://host:port`. */
  readonly address: string;
  readonly port: number;
}

/** What the primary asks of a worker: finish the running requests and exit with 0. */
export interface StopMessage {
  readonly tina4: 'stop';
}

export const STOP: StopMessage = Object.freeze({ tina4: 'stop' });

/** True for the message of a worker that answers now. */
export function isReadyMessage(message: unknown): message is ReadyMessage {
  return kindOf(message) === 'ready';
}

/** In a worker: tells the primary that this server answers. Does nothing in a process of its own. */
export function tellReady(server: { readonly address: string; readonly port: number }): void {
  if (!cluster.isWorker) return;
  const message: ReadyMessage = { tina4: 'ready', address: server.address, port: server.port };
  process.send?.(message);
}

/** In a worker: calls `stop` when the primary asks for it. Returns a function that stops listening. */
export function onStopMessage(stop: () => void): () => void {
  if (!cluster.isWorker) return () => {};
  const listener = (message: unknown): void => {
    if (kindOf(message) === 'stop') stop();
  };
  process.on('message', listener);
  return () => void process.off('message', listener);
}

/** The app may send messages of its own; only ours have this field. */
function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null ? (message as { tina4?: unknown }).tina4 : undefined;
}
