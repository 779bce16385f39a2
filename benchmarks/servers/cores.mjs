import { spawnSync } from 'node:child_process';
import { availableParallelism, platform } from 'node:os';

/** Whether processes can be tied to cores here: Linux with two of them and the program taskset. */
export const canPin =
  platform() === 'linux' && availableParallelism() > 1 && spawnSync('taskset', ['--version']).error === undefined;

/** The server has this core to itself; load, Redis and this process share the other one. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Program and arguments that run `command` on one core, or as it is where that cannot be done. */
export function onCore(core, command, args) {
  return canPin ? ['taskset', ['-c', String(core), command, ...args]] : [command, args];
}

/** Moves a running process, threads included, to one core. */
export function moveToCore(core, pid) {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)]);
}
