import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { findFreePort } from './free-port.js';
import { PrivateProcess, runProgram } from './private-process.js';
import { type PrivateServer, runPrivateServer } from './private-server.js';
import { ServiceMissingError } from './service-missing.js';
import { giveTo } from './system-user.js';
import { createTempFolder } from './temp-folder.js';

/** The account that the package made; as root the server must be told to change to it. */
const USER = 'mysql';

/** Small and quick to create; redo logging stays on, so a killed server recovers what it acknowledged. */
const INNODB = ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=64M', '--innodb-flush-log-at-trx-commit=2'];

const PREPARE = `
create database if not exists tina4;
create user if not exists tina4@'%' identified by 'tina4';
grant all on *.* to tina4@'%';
`;

/** Full path of the MariaDB server, or undefined. */
export const findMariadbProgram = (): string | undefined => findProgram('mariadbd');

/** What tests may change. */
export interface MysqlOptions {
  /** Further arguments of the server, such as `['--innodb-lock-wait-timeout=1']`. */
  readonly args?: readonly string[];
}

/** Starts MariaDB with database, user and password `tina4`. Rejects with ServiceMissingError where there is none. */
export async function startMysql(options: MysqlOptions = {}): Promise<PrivateServer> {
  const [server, client, install] = ['mariadbd', 'mariadb', 'mariadb-install-db'].map((name) => findProgram(name));
  if (server === undefined || client === undefined || install === undefined) {
    throw new ServiceMissingError('the MariaDB server is not installed');
  }
  const port = await findFreePort();
  const folder = await createTempFolder('mysql');
  const data = join(folder, 'data');
  const run = join(folder, 'run');
  await mkdir(data);
  await mkdir(run);
  await giveTo(USER, data, run);

  const asUser = process.getuid?.() === 0 ? [`--user=${USER}`] : [];
  const quiet = ['--auth-root-authentication-method=normal', '--skip-test-db'];
  await runProgram(install, ['--no-defaults', ...asUser, `--datadir=${data}`, ...quiet, ...INNODB], { folder });

  const args = [
    ...['--no-defaults', `--datadir=${data}`, `--socket=${run}/server.sock`, `--pid-file=${run}/server.pid`],
    ...[`--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--max-connections=400'],
    ...['--character-set-server=utf8mb4', ...INNODB, ...(options.args ?? [])],
  ];
  const clientArgs = ['--no-defaults', '-h127.0.0.1', `-P${port}`, '-uroot'];
  return runPrivateServer({
    url: `mysql://tina4:tina4@127.0.0.1:${port}/tina4`,
    port,
    folder,
    stopSignal: 'SIGTERM',
    launch: () => PrivateProcess.start(server, args, { folder, user: USER, log: 'mariadb' }),
    isReady: async () => {
      await runProgram(client, clientArgs, { folder, input: PREPARE });
      return true;
    },
  });
}
