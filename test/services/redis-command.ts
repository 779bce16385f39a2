import { connect } from 'node:net';

/**
 * Sends one command to a Redis server and resolves with the raw reply. Just enough to see whether a server is ready and to
 * put a cluster together; rejects when the connection fails or nothing comes for 2 s.
 */
export function redisCommand(port: number, ...args: readonly (string | number)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let reply = '';
    socket.setTimeout(2000, () => socket.destroy(new Error(`No reply to ${args[0]} on port ${port} in 2 s.`)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`The connection to port ${port} closed without a reply.`)));
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
      if (!isWhole(reply)) return;
      resolve(reply);
      socket.destroy();
    });
    const words = args.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    socket.write(`*${args.length}\r\n${words.join('')}`);
  });
}

/** Simple strings, errors and integers are one line; a bulk string announces its length. Others are not asked for here. */
function isWhole(reply: string): boolean {
  const bulk = /^\$(\d+)\r\n/.exec(reply);
  return bulk === null ? reply.endsWith('\r\n') : reply.length >= bulk[0].length + Number(bulk[1]) + 2;
}
