import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How far a connection was when it was last looked at. */
interface Progress {
  acceptedBytes: number;
  /** When that was first seen, or nothing was waiting. */
  since: number;
}

/**
 * Cuts clients that take nothing of an answer for `timeoutMs`: whoever asks for much and never reads would keep it in memory for
 * good. A time without anything to send does not count, and slow is not stalled. 0 cuts nobody.
 */
export function cutStalledReaders(server: Server, timeoutMs: number): void {
  if (timeoutMs === 0) return;
  const open = new Map<Socket, Progress>();
  server.on('connection', (socket: Socket) => {
    open.set(socket, { acceptedBytes: 0, since: performance.now() });
    socket.once('close', () => open.delete(socket));
  });
  // One look at all of them now and then costs less than a timer for every answer.
  const timer = setInterval(() => {
    const now = performance.now();
    for (const [socket, progress] of open) {
      const accepted = socket.writableLength === 0 ? undefined : acceptedBytes(socket);
      if (accepted === undefined || accepted !== progress.acceptedBytes) {
        progress.acceptedBytes = accepted ?? 0;
        progress.since = now;
      } else if (now - progress.since >= timeoutMs) socket.destroy();
    }
  }, timeoutMs / 4);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

/**
 * Bytes that the system has taken over from us. Node counts a large piece only when all of it is gone, which may take a slow client
 * minutes; the handle below, at which Node's own timeouts look too, knows how much of it still waits. Without one whole pieces count.
 */
function acceptedBytes(socket: Socket): number {
  const { _handle: handle } = socket as { _handle?: { bytesWritten?: number; writeQueueSize?: number } | null };
  if (typeof handle?.bytesWritten === 'number' && typeof handle.writeQueueSize === 'number')
    return handle.bytesWritten - handle.writeQueueSize;
  return socket.bytesWritten - socket.writableLength;
}
