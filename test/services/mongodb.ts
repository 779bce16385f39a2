import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ferretdbProgram, findProgram } from './find-program.js';
import { findFreePort } from './free-port.js';
import { PrivateProcess } from './private-process.js';
import { type PrivateServer, runPrivateServer } from './private-server.js';
import { ServiceMissingError } from './service-missing.js';
import { createTempFolder } from './temp-folder.js';

/** A server that speaks MongoDB's protocol, and which one it is: claims about TTL or failover need the real one. */
export interface MongodbServer extends PrivateServer {
  readonly kind: 'mongod' | 'FerretDB';
}

/** What would run: a real mongod before FerretDB. */
export function findMongodbProgram(): { kind: MongodbServer['kind']; program: string } | undefined {
  const mongod = findProgram('mongod');
  if (mongod !== undefined) return { kind: 'mongod', program: mongod };
  return existsSync(ferretdbProgram()) ? { kind: 'FerretDB', program: ferretdbProgram() } : undefined;
}

/** Starts mongod, else FerretDB on SQLite files. Rejects with ServiceMissingError where there is neither. */
export async function startMongodb(): Promise<MongodbServer> {
  const found = findMongodbProgram();
  if (found === undefined) {
    throw new ServiceMissingError('there is no mongod, and no FerretDB was built in its place');
  }
  const port = await findFreePort();
  const folder = await createTempFolder('mongodb');
  const data = join(folder, 'data');
  await mkdir(data);
  const args =
    found.kind === 'mongod'
      ? ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', data, '--nounixsocket']
      : [`127.0.0.1:${port}`, data];
  const server = await runPrivateServer({
    url: `mongodb://127.0.0.1:${port}/tina4`,
    port,
    folder,
    stopSignal: 'SIGTERM',
    launch: () => PrivateProcess.start(found.program, args, { folder, log: 'mongodb' }),
    isReady: () => acceptsConnections(port),
  });
  return Object.assign(server, { kind: found.kind });
}

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.setTimeout(2000, () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
  });
}
