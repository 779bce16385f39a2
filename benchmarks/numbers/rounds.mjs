import { machineLoad } from './machine-load.mjs';

/** A turn counts as disturbed when other programs, or other machines on the same host, took more than this share of a core. */
export const DISTURBED = 0.1;

/**
 * Lets the lanes take turns until there are `count` rounds in which nobody disturbed, at most twice as many in all, each
 * starting with another lane. Keeps the least disturbed ones. Resolves with `kept` (per round `{ name: turn }`), `foreign`
 * (per kept round the largest share of a core that others took; undefined where that is not known) and `isDisturbed`: even the
 * kept rounds were.
 */
export async function measureRounds(lanes, count, takeTurn, workbench, readLoad = machineLoad) {
  const rounds = [];
  const isQuiet = ({ foreign }) => foreign === undefined || foreign <= DISTURBED;
  while (rounds.filter(isQuiet).length < count && rounds.length < 2 * count) {
    const shift = rounds.length % lanes.length;
    rounds.push(await measureRound([...lanes.slice(shift), ...lanes.slice(0, shift)], takeTurn, workbench, readLoad));
  }
  const kept = rounds.sort((one, other) => (one.foreign ?? 0) - (other.foreign ?? 0)).slice(0, count);
  return {
    kept: kept.map(({ turns }) => turns),
    foreign: kept.map(({ foreign }) => foreign),
    isDisturbed: !kept.every(isQuiet),
  };
}

async function measureRound(lanes, takeTurn, workbench, readLoad) {
  const pids = [...lanes.map(({ server }) => server.pid), ...workbench.servicePids];
  const turns = {};
  const shares = [];
  for (const lane of lanes) {
    const start = performance.now();
    const before = readLoad(pids);
    turns[lane.name] = await takeTurn(lane);
    const after = readLoad(pids);
    if (before !== undefined) shares.push(foreignShare(before, after, (performance.now() - start) * 1000));
  }
  return { turns, foreign: shares.length === 0 ? undefined : Math.max(...shares) };
}

function foreignShare(before, after, us) {
  return Math.max(0, after.all - before.all - (after.own - before.own)) / us;
}
