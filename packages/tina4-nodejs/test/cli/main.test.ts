import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from '@jest/globals';
import { paint } from '../../src/terminal/paint.js';
import { type Ended, ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

async function tina4(...args: string[]): Promise<Ended> {
  project = await ServedProject.create({});
  return project.start(args).ended();
}

test('an unknown command is named, with the help, and ends with 1', async () => {
  const { code, output } = await tina4('srve', '--fast');
  expect(code).toBe(1);
  expect(output).toMatch(/^Unknown command: srve\n/);
  expect(output).toContain('serve');
});

test.each([
  ['srve', 'serve'],
  ['route', 'routes'],
  ['sesions', 'sessions'],
])('%s is answered with the command that was meant', async (word, meant) => {
  expect((await tina4(word)).output).toContain(`Unknown command: ${word}\nDid you mean: tina4 ${meant}?\n`);
});

test.each(['migrate', 'migrate:status', 'seed', 'queue:work', 'console'])(
  'tina4 %s says in one line that it is not built, with a page that is there',
  async (word) => {
    const { code, output } = await tina4(word, '--anything');
    expect(code).toBe(1);
    const [, page = ''] =
      /^tina4 \S+ \(.+\) is not part of Tina4 for Node\.js yet\. What to use instead: (\S+)\n$/.exec(output) ?? [];
    expect(await readFile(page, 'utf8')).toContain(`\`tina4 ${word}\``);
  },
);

test.each([
  [['routes', 'extra']],
  [['doctor', 'extra']],
  [['build', 'extra']],
  [['serve', 'extra']],
  [['routes', '--nonsense']],
])('%j is refused: it would do something else than was meant', async (args) => {
  const { code, output } = await tina4(...args);
  expect(code).toBe(1);
  expect(output).toMatch(/^error: (too many arguments|unknown option)/);
});

test('colours are shown where FORCE_COLOR asks for them, and NO_COLOR or a pipe keeps them away', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': '' });
  const plain = await project.start(['doctor']).ended();
  expect(plain.output).not.toContain('\x1b[');
  project.output = '';
  expect((await project.start(['doctor'], { FORCE_COLOR: '1' }).ended()).output).toContain('[\x1b[32mOK\x1b[39m]');
});

test('a terminal shows colours unless NO_COLOR is set or it is dumb', () => {
  const terminal = { isTTY: true };
  expect(paint('red', 'x', terminal, {})).toBe('\x1b[31mx\x1b[39m');
  expect(
    [{ NO_COLOR: '1' }, { TERM: 'dumb' }, { FORCE_COLOR: '0' }].map((env) => paint('red', 'x', terminal, env)),
  ).toEqual(['x', 'x', 'x']);
  expect(paint('red', 'x', {}, { FORCE_COLOR: '' })).toBe('\x1b[31mx\x1b[39m');
});

test.each([[[]], [['help']], [['--help']], [['-h']]])('%j shows the help and ends with 0', async (args) => {
  const { code, output } = await tina4(...args);
  expect(code).toBe(0);
  expect(output).toContain('Usage: tina4');
});

test.each(['--version', '-v'])('%s prints the version', async (flag) => {
  expect(await tina4(flag)).toEqual({ code: 0, output: expect.stringMatching(/^tina4 \d+\.\d+\.\d+\n$/) });
});

test('a port that is none is refused', async () => {
  const { code, output } = await tina4('serve', '--port', '99999');
  expect(code).toBe(1);
  expect(output).toContain('Use a number from 0 to 65535');
});
