import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, postgresFolders } from './find-program.js';
import { findFreePort } from './free-port.js';
import { PrivateProcess, runProgram } from './private-process.js';
import { type PrivateServer, runPrivateServer } from './private-server.js';
import { ServiceMissingError } from './service-missing.js';
import { giveTo } from './system-user.js';
import { createTempFolder } from './temp-folder.js';

/** Never runs as root: then it takes this account, which the package made. */
const USER = 'postgres';

/** Full path of a program of the PostgreSQL server, or undefined. */
export const findPostgresProgram = (name: string): string | undefined => findProgram(name, postgresFolders());

/** What tests may change. */
export interface PostgresOptions {
  /** Further settings, such as `{ default_transaction_read_only: 'on' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts PostgreSQL with an empty database `postgres` and user `tina4`. Rejects with ServiceMissingError where there is none. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PrivateServer> {
  const [postgres, initdb, isReady] = ['postgres', 'initdb', 'pg_isready'].map(findPostgresProgram);
  if (postgres === undefined || initdb === undefined || isReady === undefined) {
    throw new ServiceMissingError('the PostgreSQL server is not installed');
  }
  const port = await findFreePort();
  const folder = await createTempFolder('postgres');
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  const sockets = join(folder, 'sockets');
  await mkdir(sockets);
  await giveTo(USER, data, sockets);

  const locale = ['-E', 'UTF8', process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C'];
  const initArgs = ['-D', data, '-U', 'tina4', '--auth=trust', ...locale, '--no-sync'];
  await runProgram(initdb, initArgs, { folder, user: USER });

  // Throwaway data: no fsync. A killed server still finds everything, only a power cut would not.
  const settings = { fsync: 'off', max_connections: '300', unix_socket_directories: sockets, ...options.settings };
  const args = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  return runPrivateServer({
    url: `postgres://tina4@127.0.0.1:${port}/postgres`,
    port,
    folder,
    // "Fast shutdown": SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
    launch: () => PrivateProcess.start(postgres, args, { folder, user: USER, log: 'postgres' }),
    isReady: async () => {
      await runProgram(isReady, ['-h', '127.0.0.1', '-p', String(port), '-U', 'tina4', '-d', 'postgres'], { folder });
      return true;
    },
  });
}
