import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { findFreePort } from './free-port.js';
import { PrivateProcess, runProgram } from './private-process.js';
import { type PrivateServer, runPrivateServer } from './private-server.js';
import { ServiceMissingError } from './service-missing.js';
import { giveTo } from './system-user.js';
import { createTempFolder } from './temp-folder.js';

const USER = 'firebird';
const SECURITY_SCRIPT = '/usr/share/firebird/3.0/security.sql';

/** Full path of the Firebird server, or undefined. */
export const findFirebirdProgram = (): string | undefined => findProgram('firebird');

/**
 * Starts Firebird 3 (Debian's layout) with a database of its own, user SYSDBA, password `masterkey`. Rejects with
 * ServiceMissingError where there is none.
 */
export async function startFirebird(): Promise<PrivateServer> {
  const server = findFirebirdProgram();
  const isql = findProgram('isql-fb');
  const library = findLibrary();
  if (server === undefined || isql === undefined || library === undefined || !existsSync(SECURITY_SCRIPT)) {
    throw new ServiceMissingError('the Firebird 3 server is not installed');
  }
  const port = await findFreePort();
  const folder = await createTempFolder('firebird');
  const [root, locks, data] = [join(folder, 'root'), join(folder, 'locks'), join(folder, 'data')] as const;
  for (const path of [root, locks, data]) await mkdir(path);
  await writeInstallation(root, library, port, data);
  await giveTo(USER, root, locks, data);

  const env = { FIREBIRD: root, FIREBIRD_LOCK: locks, FIREBIRD_TMP: locks };
  const database = join(data, 'tina4.fdb');
  // Without a host, isql works on the files itself: that is how the first user comes to be.
  const embedded = (input: string): Promise<string> =>
    runProgram(isql, ['-q', '-b', '-user', 'SYSDBA'], { folder, user: USER, env, input });
  await embedded(`create database '${root}/security3.fdb';\ninput '${SECURITY_SCRIPT}';\ncommit;\n`);
  await createUser(embedded, `${root}/security3.fdb`);
  await embedded(`create database '${database}' page_size 16384 default character set UTF8;\n`);

  const login = ['-q', '-b', '-user', 'SYSDBA', '-password', 'masterkey', `127.0.0.1/${port}:${database}`];
  return runPrivateServer({
    url: `firebird://SYSDBA:masterkey@127.0.0.1:${port}/${database}`,
    port,
    folder,
    // SIGTERM sometimes never ends it; the data is thrown away anyhow.
    stopSignal: 'SIGKILL',
    launch: () => PrivateProcess.start(server, [], { folder, user: USER, env, log: 'firebird' }),
    // A real login: bare connections to the port make a later end in good order hang.
    isReady: async () => {
      await runProgram(isql, login, { folder, env: { FIREBIRD_TMP: folder }, input: 'select 1 from rdb$database;\n' });
      return true;
    },
  });
}

/**
 * node-firebird (2.17) cannot log in to a user whose random salt begins with a zero digit, one in sixteen: the server leaves that
 * digit out, and the driver then reads the key that follows from the wrong place. So the password is set until it fits.
 */
async function createUser(embedded: (input: string) => Promise<string>, securityDatabase: string): Promise<void> {
  const create = "create or alter user SYSDBA password 'masterkey' using plugin Srp;\ncommit;\n";
  const look =
    "select iif(plg$salt >= x'10', 'whole salt', 'short salt') from plg$srp where plg$user_name = 'SYSDBA';\n";
  for (let tries = 0; tries < 30; tries++) {
    if (/whole salt/.test(await embedded(`connect '${securityDatabase}';\n${create}${look}`))) return;
  }
  throw new Error('No salt of the Firebird user SYSDBA began with another digit than zero.');
}

/** Debian keeps the engine's plug-ins below the folder of the machine's architecture. */
function findLibrary(): string | undefined {
  if (!existsSync('/usr/lib')) return undefined;
  return readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'firebird/3.0'))
    .find((path) => existsSync(join(path, 'plugins.conf')));
}

/** A root folder of our own that shares the package's programs and none of its settings, users or databases. */
async function writeInstallation(root: string, library: string, port: number, data: string): Promise<void> {
  for (const name of ['intl', 'plugins', 'firebird.msg']) await symlink(join(library, name), join(root, name));
  await copyFile(join(library, 'plugins.conf'), join(root, 'plugins.conf'));
  await writeFile(join(root, 'databases.conf'), '');
  const settings = [
    // Given on the command line instead, the port would make the server listen on every address.
    `RemoteServicePort = ${port}`,
    'RemoteBindAddress = 127.0.0.1',
    'ServerMode = Super',
    'AuthServer = Srp',
    'AuthClient = Srp',
    'UserManager = Srp',
    'WireCrypt = Enabled',
    `DatabaseAccess = Restrict ${data}`,
    `SecurityDatabase = ${root}/security3.fdb`,
    `IpcName = tina4-${port}`,
  ];
  await writeFile(join(root, 'firebird.conf'), `${settings.join('\n')}\n`);
}
