import { afterEach, expect, test } from '@jest/globals';
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

test.each([[[]], [['help']], [['--help']], [['-h']]])('%j shows the help and ends with 0', async (args) => {
  const { code, output } = await tina4(...args);
  expect(code).toBe(0);
  expect(output).toContain('Usage: tina4');
});

test('--version prints the version', async () => {
  expect(await tina4('--version')).toEqual({ code: 0, output: expect.stringMatching(/^tina4 \d+\.\d+\.\d+\n$/) });
});

test('a port that is none is refused', async () => {
  const { code, output } = await tina4('serve', '--port', '99999');
  expect(code).toBe(1);
  expect(output).toContain('Use a number from 0 to 65535');
});
