import { readFileSync } from 'node:fs';
import { platform } from 'node:os';

/** Linux counts in hundredths of a second here. */
const TICK_US = 10_000;

/**
 * CPU time so far, in microseconds: of everything on this machine (with what the hypervisor gave to others), and of this
 * process with its ended children and the processes `pids`. Undefined where /proc does not tell.
 */
export function machineLoad(pids) {
  if (platform() !== 'linux') return undefined;
  const [user, nice, system, , , irq, softIrq, steal] = fieldsOf('/proc/stat', 1);
  const all = (user + nice + system + irq + softIrq + steal) * TICK_US;
  return { all, own: timeOf('self', 4) + pids.reduce((sum, pid) => sum + timeOf(pid, 2), 0) };
}

/** User and system time of a process, or with four fields also of its ended children. */
function timeOf(pid, fields) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const numbers = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 11 + fields);
  return numbers.reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_US;
}

function fieldsOf(path, from) {
  const line = readFileSync(path, 'utf8').split('\n', 1)[0] ?? '';
  return line.split(/\s+/).slice(from).map(Number);
}
