import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getEnv, hasEnv, loadEnv, requireEnv } from '../../src/config/environment-access.js';
import { isTruthy } from '../../src/config/parse-value.js';

let folder: string;
let file: string;
const names = ['T4_SAMPLE_A', 'T4_SAMPLE_B', 'T4_SAMPLE_EMPTY'];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-env-'));
  file = join(folder, '.env');
  await writeFile(file, 'T4_SAMPLE_A=from file\nT4_SAMPLE_B="two words"\nT4_SAMPLE_EMPTY=\n');
  process.env.T4_SAMPLE_A = 'real';
  loadEnv(file);
});
afterAll(async () => {
  for (const name of names) delete process.env[name];
  await rm(folder, { recursive: true });
});

test('loadEnv gives the variables of the file and fills in only what the environment lacks', () => {
  expect(loadEnv(file)).toEqual({ T4_SAMPLE_A: 'from file', T4_SAMPLE_B: 'two words', T4_SAMPLE_EMPTY: '' });
  expect(process.env.T4_SAMPLE_A).toBe('real');
  expect(process.env.T4_SAMPLE_B).toBe('two words');
  expect(loadEnv(join(folder, 'none'))).toEqual({});
});

test('getEnv gives the value or the fallback, hasEnv whether there is one', () => {
  expect([getEnv('T4_SAMPLE_A'), getEnv('T4_SAMPLE_NONE'), getEnv('T4_SAMPLE_NONE', 3)]).toEqual([
    'real',
    undefined,
    3,
  ]);
  expect([hasEnv('T4_SAMPLE_B'), hasEnv('T4_SAMPLE_NONE')]).toEqual([true, false]);
});

test('requireEnv names the variable that is missing or empty', () => {
  expect(requireEnv('T4_SAMPLE_B')).toBe('two words');
  expect(() => requireEnv('T4_SAMPLE_NONE')).toThrow('Required environment variable "T4_SAMPLE_NONE" is not set.');
  expect(() => requireEnv('T4_SAMPLE_EMPTY')).toThrow('Required environment variable "T4_SAMPLE_EMPTY" is not set.');
});

test.each([
  ['true', true],
  ['YES', true],
  ['1', true],
  [' on ', true],
  ['false', false],
  ['', false],
  [undefined, false],
])('isTruthy(%j) is %s', (value, expected) => {
  expect(isTruthy(value)).toBe(expected);
});
