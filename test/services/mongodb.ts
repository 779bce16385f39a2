import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findProgram, secantusdbCommand } from './find-program.js';
import { findFreePort } from './free-port.js';
import { PrivateProcess } from './private-process.js';
import { type PrivateServer, runPrivateServer } from './private-server.js';
import { ServiceMissingError } from './service-missing.js';
import { createTempFolder } from './temp-folder.js';

/** A server that speaks MongoDB's protocol, and which one it is: claims about TTL or failover need the real one. */
export interface MongodbServer extends PrivateServer {
  readonly kind: 'mongod' | 'SecantusDB';
}

/** What would run: a real mongod before SecantusDB. `args` come before those of the server. */
export function findMongodbProgram():
  | { kind: MongodbServer['kind']; program: string; args: readonly string[] }
  | undefined {
  const mongod = findProgram('mongod');
  if (mongod !== undefined) return { kind: 'mongod', program: mongod, args: [] };
  const [program, script] = secantusdbCommand();
  return existsSync(script) ? { kind: 'SecantusDB', program, args: [script] } : undefined;
}

/** What tests may change. */
export interface MongodbOptions {
  /** Further arguments that both programs know, such as `--auth`. Read at each start, a restart included. */
  readonly args?: readonly string[];
}

/** Starts mongod, else SecantusDB. Rejects with ServiceMissingError where there is neither. */
export async function startMongodb(options: MongodbOptions = {}): Promise<MongodbServer> {
  const found = findMongodbProgram();
  if (found === undefined) {
    throw new ServiceMissingError('there is no mongod, and no SecantusDB was installed in its place');
  }
  const port = await findFreePort();
  const folder = await createTempFolder('mongodb');
  const data = join(folder, 'data');
  await mkdir(data);
  const args = [...found.args, ...argumentsOf(found.kind, port, data)];
  const server = await runPrivateServer({
    url: `mongodb://127.0.0.1:${port}/tina4`,
    port,
    folder,
    stopSignal: 'SIGTERM',
    launch: () => PrivateProcess.start(found.program, [...args, ...(options.args ?? [])], { folder, log: 'mongodb' }),
    isReady: () => acceptsConnections(port),
  });
  return Object.assign(server, { kind: found.kind });
}

function argumentsOf(kind: MongodbServer['kind'], port: number, data: string): string[] {
  if (kind === 'mongod') return ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', data, '--nounixsocket'];
  // On disk before it answers, as a mongod with its journal does for a write of the majority.
  const storage = ['--storage-path', data, '--sync-on-commit'];
  return ['--host', '127.0.0.1', '--port', String(port), '--standalone', ...storage];
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
