import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeVariables } from '../../src/config/describe-variables.js';
import { variables } from '../../src/config/variables.js';

const root = join(__dirname, '../../../..');

test('docs/configuration.md is what the table of variables says (npm run docs writes it)', async () => {
  expect(await readFile(join(root, 'docs/configuration.md'), 'utf8')).toBe(describeVariables());
});

test('no name stands for two settings', () => {
  const names = variables.flatMap((row) => [row.name, ...('aliases' in row ? row.aliases : [])]);
  expect(new Set(names).size).toBe(names.length);
});

test('every setting is read by the configuration, those kept for old projects apart', async () => {
  const source = await readFile(join(root, 'packages/tina4-nodejs/src/config/read-config.ts'), 'utf8');
  const unread = variables.filter(
    (row) => !source.includes(`'${row.name}'`) && !row.about.startsWith('Accepted for old'),
  );
  // TINA4_ENV_FILE is read before there is a configuration.
  expect(unread.map((row) => row.name)).toEqual(['TINA4_ENV_FILE']);
});
