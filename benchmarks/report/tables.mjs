import { median } from '../numbers/statistics.mjs';

/** The results of `compare` as Markdown: factors, what users feel, the in-process rows, and how it was measured. */
export function comparisonTables(results) {
  const names = namesIn(results.rows);
  const inProcess = results.rows.filter((row) => row.inProcess !== undefined);
  const parts = [
    factorTable(results.rows, names),
    '',
    'Requests per second and the 99th percentile of the time to the answer in ms, 32 connections at full load:',
    '',
    speedTable(results.rows, names),
  ];
  if (inProcess.length > 0) {
    const rows = inProcess.map(({ id, title, inProcess }) => ({ id, title, ...inProcess }));
    parts.push('', 'Without sockets, processor time in µs · times the floor:', '', inProcessTable(rows, names));
  }
  parts.push('', describeConditions(results));
  return `${parts.join('\n')}\n`;
}

/** Frameworks in the order of the first row that has them all. */
export function namesIn(rows) {
  return [...new Set(rows.flatMap(({ frameworks }) => Object.keys(frameworks)))];
}

function factorTable(rows, names) {
  const others = names.filter((name) => name !== 'floor');
  const head = ['', 'floor, µs', ...others, ...(hasPeers(names) ? ['best peer / tina4'] : [])];
  return table(
    head,
    rows.map((row) => [
      label(row),
      cpuOf(row, 'floor'),
      ...others.map((name) => factorOf(row, name)),
      ...(hasPeers(names) ? [leadOf(row)] : []),
    ]),
  );
}

function speedTable(rows, names) {
  const cell = (row, name) => {
    const turns = row.frameworks[name]?.turns;
    if (turns === undefined) return '–';
    const perSecond = Math.round(median(turns.map((turn) => turn.perSecond)));
    return `${perSecond.toLocaleString('en')} · ${median(turns.map((turn) => turn.p99)).toFixed(1)}`;
  };
  return table(
    ['', ...names],
    rows.map((row) => [label(row), ...names.map((name) => cell(row, name))]),
  );
}

function inProcessTable(rows, names) {
  return table(
    ['', ...names],
    rows.map((row) => [label(row), ...names.map((name) => inProcessCell(row, name))]),
  );
}

function inProcessCell(row, name) {
  return name === 'floor' ? cpuOf(row, name) : `${cpuOf(row, name)} · ${factorOf(row, name)}`;
}

function describeConditions({ date, machine, node, loadGenerator, versions, rounds, seconds, rows }) {
  const disturbed = rows.filter(({ isDisturbed }) => isDisturbed).map(({ id }) => id);
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured ${date}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; Node ${node}; load`,
    `by ${loadGenerator}; ${rounds} rounds of ${seconds} s; processes ${machine.isPinned ? 'tied to cores' : 'not tied to cores'}.`,
    ...(disturbed.length > 0 ? [`**Disturbed by other work on the machine: ${disturbed.join(', ')}.**`] : []),
    '',
    `Versions: ${packages.join(', ')}.`,
  ].join('\n');
}

function label({ id, title, isDisturbed }) {
  return `${id} ${title}${isDisturbed ? ' (disturbed)' : ''}`;
}

function cpuOf(row, name) {
  const turns = row.frameworks[name]?.turns;
  return turns === undefined ? '–' : median(turns.map((turn) => turn.cpuUs)).toFixed(1);
}

function factorOf(row, name) {
  const factor = row.frameworks[name]?.factor;
  return factor === undefined ? '–' : withInterval(factor);
}

/** How much more the cheapest of the others costs than ours: under 1 we are behind. */
function leadOf({ frameworks }) {
  const leads = Object.values(frameworks).flatMap(({ ofTina4 }) => (ofTina4 === undefined ? [] : [ofTina4]));
  if (leads.length === 0) return '–';
  return withInterval(leads.reduce((least, lead) => (lead.value < least.value ? lead : least)));
}

function withInterval({ value, low, high }) {
  return low === undefined ? value.toFixed(2) : `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

function hasPeers(names) {
  return names.includes('tina4') && names.length > 2;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
