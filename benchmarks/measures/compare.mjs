import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { adapterNames, loadAdapter } from '../adapters/index.mjs';
import { rows } from '../contract/rows.mjs';
import { describeRun } from '../numbers/machine.mjs';
import { DISTURBED, measureRounds } from '../numbers/rounds.mjs';
import { ratioWithInterval } from '../numbers/statistics.mjs';
import { drawFactors } from '../report/factor-chart.mjs';
import { publishComparison } from '../report/performance-page.mjs';
import { comparisonTables } from '../report/tables.mjs';
import { Workbench } from '../servers/workbench.mjs';
import { checkCounters, openLane } from './lane.mjs';

export const usage =
  'compare [--only=tina4,fastify] [--rows=W1,W4] [--rounds=9] [--seconds=2] [--out=FOLDER] [--publish]   all frameworks side by side';

const resultsFolder = fileURLToPath(new URL('../results', import.meta.url));

/**
 * Measures the rows one after another. On each, all frameworks are up and take turns, a round being one turn of each; ratios are
 * taken inside a round. Writes comparison.json, .md and .svg to the folder `out`; `--publish` puts them into docs/ as well.
 */
export async function run(args) {
  const options = readOptions(args);
  const results = { ...(await describeRun()), rounds: options.rounds, seconds: options.seconds, rows: [] };
  for (const row of options.rows) {
    results.rows.push(await Workbench.use((workbench) => measureRow(workbench, row, options)));
  }
  const tables = comparisonTables(results);
  const picture = drawFactors(results);
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, 'comparison.json'), `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(join(options.out, 'comparison.md'), tables);
  await writeFile(join(options.out, 'comparison.svg'), picture);
  if (options.publish) await publishComparison(results, tables, picture);
  console.log(`\n${tables}\nWritten to ${options.out}`);
}

function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rows: { type: 'string' },
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '2' },
      out: { type: 'string', default: resultsFolder },
      publish: { type: 'boolean', default: false },
    },
  });
  const ids = values.rows?.split(',') ?? rows.map(({ id }) => id);
  const names = values.only?.split(',') ?? adapterNames;
  return {
    ...values,
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    rows: rows.filter(({ id }) => ids.includes(id)),
    // Everything is counted in multiples of the floor.
    names: adapterNames.filter((name) => name === 'floor' || names.includes(name)),
  };
}

async function measureRow(workbench, row, { names, rounds, seconds }) {
  const lanes = [];
  for (const name of names) {
    const { stores } = await loadAdapter(name);
    const takesPart = row.store === undefined || stores.includes(row.store);
    const isMeant = row.only === undefined || name === 'floor' || row.only.includes(name);
    if (takesPart && isMeant) lanes.push(await openLane(workbench, name, row));
  }
  for (const lane of lanes) await lane.sendLoad(1);
  const overSockets = await measureRounds(lanes, rounds, (lane) => lane.sendLoad(seconds), workbench);
  if (row.isCounted) for (const lane of lanes) await checkCounters(lane);
  const inProcess = row.isInProcess
    ? await measureRounds(lanes, rounds, (lane) => lane.answerInProcess(), workbench)
    : undefined;
  const result = { id: row.id, title: row.title, ...summaryOf(lanes, overSockets) };
  if (inProcess !== undefined) result.inProcess = summaryOf(lanes, inProcess);
  print(result);
  return result;
}

/** Per framework the medians of what a turn gave, its factor of the floor, and for ours also the factor of each other one. */
function summaryOf(lanes, { kept, isDisturbed, foreign }) {
  const turnsOf = (name) => kept.map((round) => round[name]);
  const ratios = (name, base) =>
    ratioWithInterval(turnsOf(name).map((turn, index) => turn.cpuUs / turnsOf(base)[index].cpuUs));
  const frameworks = {};
  for (const { name } of lanes) {
    frameworks[name] = { factor: ratios(name, 'floor'), turns: turnsOf(name) };
    if (name !== 'tina4' && name !== 'floor' && lanes.some((lane) => lane.name === 'tina4')) {
      frameworks[name].ofTina4 = ratios(name, 'tina4');
    }
  }
  return { isDisturbed, foreign, frameworks };
}

function print({ id, title, foreign, isDisturbed, frameworks, inProcess }) {
  const others = foreign.map((share) => (share === undefined ? '?' : share.toFixed(2))).join(' ');
  console.log(`${id} ${title}: others took ${others} of a core${isDisturbed ? `, over ${DISTURBED}: DISTURBED` : ''}`);
  for (const [name, { factor, turns }] of Object.entries(frameworks)) {
    const failed = turns.reduce((sum, turn) => sum + turn.failed, 0);
    const alone = inProcess?.frameworks[name].factor.value.toFixed(2);
    console.log(
      `  ${name.padEnd(8)} ${factor.value.toFixed(2)} (${factor.low?.toFixed(2)} to ${factor.high?.toFixed(2)})` +
        `${alone === undefined ? '' : `, in process ${alone}`}${failed > 0 ? `, ${failed} FAILED` : ''}`,
    );
  }
}
