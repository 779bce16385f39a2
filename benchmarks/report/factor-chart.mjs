import { namesIn } from './tables.mjs';

const WIDTH = 760;
const LABELS = 84;
const BAR = 12;
const GAP = 3;
const HEADING = 22;
const ROW_GAP = 14;
const TOP = 46;
const RIGHT = 54;

/**
 * An SVG with one group of bars for each row: processor time per request as a multiple of the floor, shorter is better, with its
 * 95 % interval as a thin line. Follows the reader's light or dark scheme.
 */
export function drawFactors({ rows, date, node }) {
  const names = namesIn(rows).filter((name) => name !== 'floor');
  const largest = Math.max(
    1.5,
    ...rows.flatMap(({ frameworks }) => names.map((name) => frameworks[name]?.factor.value ?? 0)),
  );
  // An interval may reach beyond the picture; it is cut off there.
  const scale = (factor) => LABELS + Math.min(factor / largest, 1) * (WIDTH - LABELS - RIGHT);
  let y = TOP;
  const groups = rows.map((row) => {
    const present = names.filter((name) => row.frameworks[name] !== undefined);
    const group = drawRow(row, present, y, scale);
    y += HEADING + present.length * (BAR + GAP) + ROW_GAP;
    return group;
  });
  const floor = scale(1).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="Processor time per request of each framework as a multiple of bare node:http">
<style>${style}</style>
<rect class="paper" width="${WIDTH}" height="${y}"/>
<text class="title" x="12" y="20">Processor time per request, times bare node:http. Shorter is better.</text>
<text class="note" x="12" y="36">${date}, Node ${node}. Thin lines: 95 % interval. Dashed: node:http itself.</text>
${groups.join('\n')}
<line class="floor" x1="${floor}" x2="${floor}" y1="${TOP}" y2="${y - ROW_GAP}"/>
</svg>
`;
}

function drawRow({ id, title, isDisturbed, frameworks }, names, top, scale) {
  const heading = `<text class="heading" x="12" y="${top + 14}">${id} ${escapeText(title)}${isDisturbed ? ' (disturbed)' : ''}</text>`;
  const bars = names.map((name, index) =>
    drawBar(name, frameworks[name].factor, top + HEADING + index * (BAR + GAP), scale),
  );
  return [heading, ...bars].join('\n');
}

function drawBar(name, { value, low, high }, y, scale) {
  const end = scale(value);
  const middle = y + BAR / 2;
  const interval =
    low === undefined
      ? ''
      : `<line class="interval" x1="${scale(low).toFixed(1)}" x2="${scale(high).toFixed(1)}" y1="${middle}" y2="${middle}"/>`;
  // The number stands behind whichever ends later, bar or interval.
  const behind = Math.max(end, high === undefined ? 0 : scale(high)) + 5;
  return `<g class="${name === 'tina4' ? 'ours' : 'other'}"><text class="name" x="${LABELS - 6}" y="${y + 10}">${name}</text><rect x="${LABELS}" y="${y}" width="${(end - LABELS).toFixed(1)}" height="${BAR}" rx="2"/>${interval}<text class="value" x="${behind.toFixed(1)}" y="${y + 10}">${value.toFixed(2)}</text></g>`;
}

function escapeText(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

const style = `
text { font: 11px system-ui, sans-serif; fill: #57606a }
.title { font-size: 14px; font-weight: 600; fill: #1f2328 }
.heading { font-weight: 600; fill: #1f2328 }
.name { text-anchor: end }
.paper { fill: #ffffff }
.ours rect { fill: #0969da }
.ours text { fill: #0969da; font-weight: 600 }
.other rect { fill: #b6bfc8 }
.interval { stroke: #1f2328; stroke-width: 1; opacity: 0.6 }
.floor { stroke: #1a7f37; stroke-width: 1; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 }
  .title, .heading { fill: #f0f6fc }
  .paper { fill: #0d1117 }
  .ours rect { fill: #4493f8 }
  .ours text { fill: #79b8ff }
  .other rect { fill: #484f58 }
  .interval { stroke: #f0f6fc }
  .floor { stroke: #3fb950 }
}
`;
