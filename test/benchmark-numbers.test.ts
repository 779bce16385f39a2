import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

// The benchmarks are plain modules of Node, which jest cannot load: each test runs a few lines in a process.
const benchmarks = path.join(__dirname, '../benchmarks');

async function evaluate<T>(module: string, lines: string): Promise<T> {
  const url = pathToFileURL(path.join(benchmarks, module)).href;
  const program = `import * as it from ${JSON.stringify(url)};\nconsole.log(JSON.stringify(await (async () => { ${lines} })()));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout);
}

interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

test('a round twice as slow and one twice as fast cancel out', async () => {
  const { value, low, high } = await evaluate<Ratio>(
    'numbers/statistics.mjs',
    'return it.ratioWithInterval([0.5, 2]);',
  );
  expect(value).toBeCloseTo(1, 10);
  expect(low * high).toBeCloseTo(1, 10);
});

test('the interval of three ratios is the one that Student gives for two degrees of freedom', async () => {
  const { value, high } = await evaluate<Ratio>('numbers/statistics.mjs', 'return it.ratioWithInterval([1, 2, 4]);');
  expect(value).toBeCloseTo(2, 10);
  expect(high).toBeCloseTo(2 * Math.exp((4.303 * Math.LN2) / Math.sqrt(3)), 10);
});

/** Measures two rounds of two lanes; `foreign` is what others take in each turn, in microseconds of an endless core. */
function rounds(foreign: readonly number[]): string {
  return `
    const foreign = ${JSON.stringify(foreign)};
    const order = [];
    let all = 0;
    let isBefore = true;
    const readLoad = () => {
      if (!isBefore) all += foreign[order.length - 1] ?? 0;
      isBefore = !isBefore;
      return { all, own: 0 };
    };
    const lanes = [{ name: 'a', server: { pid: 1 } }, { name: 'b', server: { pid: 2 } }];
    const takeTurn = async ({ name }) => order.push(name);
    const { kept, isDisturbed } = await it.measureRounds(lanes, 2, takeTurn, { servicePids: [] }, readLoad);
    return { order: order.join(''), kept, isDisturbed };`;
}

interface Rounds {
  readonly order: string;
  readonly kept: readonly Readonly<Record<string, number>>[];
  readonly isDisturbed: boolean;
}

test('lanes take turns, each round beginning with another', async () => {
  const { order, isDisturbed } = await evaluate<Rounds>('numbers/rounds.mjs', rounds([0, 0, 0, 0]));
  expect(order).toBe('abba');
  expect(isDisturbed).toBe(false);
});

test('a round that others disturbed is measured again and left out', async () => {
  const { kept, isDisturbed } = await evaluate<Rounds>('numbers/rounds.mjs', rounds([0, 1e12, 0, 0, 0, 0]));
  expect(kept).toEqual([
    { a: 4, b: 3 },
    { a: 5, b: 6 },
  ]);
  expect(isDisturbed).toBe(false);
});

test('rounds that are all disturbed are kept and told of', async () => {
  const { kept, isDisturbed } = await evaluate<Rounds>('numbers/rounds.mjs', rounds(Array(8).fill(1e12)));
  expect(kept).toHaveLength(2);
  expect(isDisturbed).toBe(true);
});

test('a profile tells shares of packages and functions, without idle time and without the profiler itself', async () => {
  const digest = await evaluate(
    'numbers/cpu-profile.mjs',
    `
    const frame = (functionName, url = '') => ({ functionName, url, lineNumber: 4 });
    const nodes = [
      { id: 1, callFrame: frame('(root)'), children: [2, 3, 5] },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: frame('startProfile', 'file:///app/serve.mjs'), children: [4] },
      { id: 4, callFrame: frame('dispatch') },
      { id: 5, callFrame: frame('find', 'file:///app/node_modules/@scope/router/lib/tree.js') },
    ];
    return it.digestProfile({ nodes, samples: [2, 4, 5], timeDeltas: [50, 900, 50] }, 1);`,
  );
  expect(digest).toEqual({
    idle: 0.5,
    packages: [['@scope/router', 1]],
    functions: [['find  @scope/router lib/tree.js:5', 1]],
  });
});
