import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';

// Installs the other frameworks and our packed packages into benchmarks/. Needs the built packages, npm's registry, redis-server.
const program = path.join(__dirname, '../benchmarks/run.mjs');

async function bench(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { timeout: 280_000 });
  return stdout;
}

beforeAll(() => bench('check', '--only=floor'), 300_000);

test.each([
  ['floor', ['plain', 'memory', 'files', 'redis']],
  ['tina4', ['plain', 'memory', 'files', 'redis']],
  ['fastify', ['plain', 'memory', 'files', 'redis']],
  ['hono', ['plain', 'memory', 'redis']],
  ['koa', ['plain', 'memory', 'files', 'redis']],
  ['express', ['plain', 'memory', 'files', 'redis']],
  ['adonis', ['plain', 'memory', 'files', 'redis']],
])(
  '%s answers as the contract of the benchmarks says',
  async (name, parts) => {
    const lines = (await bench('check', `--only=${name}`)).match(/^(right|WRONG) .*$/gm);
    expect(lines).toEqual(parts.map((part) => `right  ${name} ${part}`));
  },
  120_000,
);

test('a short comparison measures what was sent and writes figures, tables and a picture', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tina4-comparison-'));
  try {
    await bench('compare', '--only=tina4', '--rows=W1,W4', '--rounds=1', '--seconds=1', `--out=${folder}`);
    const { rows } = JSON.parse(await readFile(path.join(folder, 'comparison.json'), 'utf8'));
    expect(rows.map(({ id }: { id: string }) => id)).toEqual(['W1', 'W4']);
    for (const { frameworks, inProcess } of rows) {
      expect(frameworks.floor.factor.value).toBe(1);
      expect(frameworks.tina4.factor.value).toBeGreaterThan(0.2);
      expect(frameworks.tina4.turns).toEqual([expect.objectContaining({ failed: 0 })]);
      expect(inProcess.frameworks.tina4.turns[0].cpuUs).toBeGreaterThan(1);
    }
    expect(await readFile(path.join(folder, 'comparison.md'), 'utf8')).toMatch(/^\| W4 counter, memory/m);
    expect(await readFile(path.join(folder, 'comparison.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);

test('of 200 parallel adds to one session none is lost', async () => {
  const lines = (await bench('lost', '--only=tina4', '--tries=1')).match(/^tina4 .*$/gm);
  expect(lines).toHaveLength(5);
  for (const line of lines ?? []) expect(line).toContain('kept 200 of 200; refused 0');
}, 120_000);
