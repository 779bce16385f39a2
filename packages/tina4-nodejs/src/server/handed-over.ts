import type { Worker } from 'node:cluster';

/** A connection on its way to a worker: node:cluster waits for the worker's word before it lets go of its own end. */
interface HandedOver {
  readonly seq: unknown;
  readonly connection: { close(): void };
}

/**
 * Closes the connection that was being handed to a worker as it died. node:cluster keeps its end of it open for ever then, and the client
 * would wait until its own patience is over; so the messages between the two, which Node tells nobody about, are listened to.
 */
export function closeWhatIsHandedTo(worker: Worker): void {
  let onItsWay: HandedOver | undefined;
  const { process: child } = worker;
  const send = child.send.bind(child) as (...values: unknown[]) => boolean;
  child.send = (...values: unknown[]) => {
    const [message, connection] = values as [
      { act?: unknown; seq?: unknown } | undefined,
      { close(): void } | undefined,
    ];
    if (message?.act === 'newconn' && connection !== undefined) onItsWay = { seq: message.seq, connection };
    return send(...values);
  };
  child.on('internalMessage', (message: { ack?: unknown } | undefined) => {
    if (onItsWay !== undefined && message?.ack === onItsWay.seq) onItsWay = undefined;
  });
  worker.on('exit', () => onItsWay?.connection.close());
}
