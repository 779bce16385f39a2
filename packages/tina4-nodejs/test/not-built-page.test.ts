import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeNotBuilt } from '../src/describe-not-built.js';

const page = join(__dirname, '../docs/not-built.md');

test('docs/not-built.md is what the tables of names and commands say (npm run docs writes it)', async () => {
  expect(await readFile(page, 'utf8')).toBe(describeNotBuilt());
});

test('the page that messages lead to is part of the package', async () => {
  const manifest = JSON.parse(await readFile(join(__dirname, '../package.json'), 'utf8')) as { files: string[] };
  expect(manifest.files).toContain('docs');
});
