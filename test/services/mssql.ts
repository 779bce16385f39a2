import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { findProgram } from './find-program.js';
import { findFreePort } from './free-port.js';
import { PrivateProcess, runProgram } from './private-process.js';
import { type PrivateServer, runPrivateServer } from './private-server.js';
import { ServiceMissingError } from './service-missing.js';
import { createTempFolder } from './temp-folder.js';

const IMAGE = 'mcr.microsoft.com/mssql/server:2022-latest';
const PASSWORD = 'Tina4-tests-only';

/** True where a Docker engine answers. */
export async function hasDockerEngine(): Promise<boolean> {
  const docker = findProgram('docker');
  if (docker === undefined) return false;
  return runProgram(docker, ['info'], { folder: '/', timeoutMs: 5000 }).then(
    () => true,
    () => false,
  );
}

/**
 * Starts Microsoft's SQL Server in Docker. Rejects with ServiceMissingError where no Docker engine answers. The container
 * ends with `stop`; one whose starter was killed is removed at the next start.
 */
export async function startMssql(): Promise<PrivateServer> {
  const docker = findProgram('docker');
  if (docker === undefined || !(await hasDockerEngine())) {
    throw new ServiceMissingError('there is neither TEST_MSSQL_URL nor a Docker engine');
  }
  const port = await findFreePort();
  const folder = await createTempFolder('mssql');
  const name = `tina4-mssql-${process.pid}-${port}`;
  await removeOrphans(docker, folder);
  const settings = ['-e', 'ACCEPT_EULA=Y', '-e', `MSSQL_SA_PASSWORD=${PASSWORD}`];
  const args = ['run', '--rm', '--name', name, '-p', `127.0.0.1:${port}:1433`, ...settings, IMAGE];
  return runPrivateServer({
    url: `mssql://sa:${PASSWORD}@127.0.0.1:${port}/master?encrypt=false`,
    port,
    folder,
    // The client hands this on to the container.
    stopSignal: 'SIGTERM',
    launch: () => PrivateProcess.start(docker, args, { folder, log: 'mssql' }),
    isReady: () => greets(port),
  });
}

async function removeOrphans(docker: string, folder: string): Promise<void> {
  const listed = await runProgram(docker, ['ps', '--filter', 'name=tina4-mssql-', '--format', '{{.Names}}'], {
    folder,
  });
  for (const name of listed.split('\n').filter((line) => line !== '')) {
    const pid = Number(/^tina4-mssql-(\d+)-/.exec(name)?.[1]);
    if (!isRunning(pid)) await runProgram(docker, ['rm', '-f', name], { folder });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Docker accepts connections before the server does; one that stays open for a second was not Docker's alone. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => {
      void pause(1000).then(() => {
        resolve(!socket.destroyed);
        socket.destroy();
      });
    });
  });
}
