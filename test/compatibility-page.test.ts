import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { notBuiltNames } from '../packages/tina4-nodejs/src/not-built.js';

import '../packages/tina4-nodejs/src/not-built-names.js';

const root = path.join(__dirname, '..');
const columns = 5;

interface Row {
  readonly feature: string;
  readonly state: string;
  readonly tests: readonly (readonly [file: string, name: string])[];
}

let page: string;
let rows: Row[];
beforeAll(async () => {
  page = await readFile(path.join(root, 'docs/compatibility.md'), 'utf8');
  rows = page
    .split('\n')
    .map((line) => line.split(' | '))
    .filter((cells) => cells.length === columns && /^\| \S/.test(cells[0] as string))
    .filter(([chapter]) => !/^\| (---|Chapter)/.test(chapter as string))
    .map(([, feature = '', state = '', , shown = '']) => ({
      feature,
      state,
      tests: [...shown.matchAll(/`([^`]+\.test\.ts)` › `([^`]+)`/g)].map(([, file, name]) => [file, name] as never),
    }));
});

test('every row of the compatibility page has a state, and each that works or differs names a test', () => {
  expect(rows.length).toBeGreaterThan(90);
  expect(rows.filter(({ state }) => !['works', 'differs', 'not there'].includes(state))).toEqual([]);
  expect(rows.filter(({ state, tests }) => state !== 'not there' && tests.length === 0)).toEqual([]);
});

test('every test that the compatibility page names exists', async () => {
  const named = rows.flatMap(({ tests }) => tests);
  const missing: string[] = [];
  for (const [file, name] of named) {
    const text = existsSync(path.join(root, file)) ? await readFile(path.join(root, file), 'utf8') : '';
    const isThere = [`'${name}'`, `"${name}"`, `\`${name}\``].some((quoted) => text.includes(quoted));
    if (!isThere) missing.push(`${file} › ${name}`);
  }
  expect(missing).toEqual([]);
  expect(named.length).toBeGreaterThan(90);
});

test('names that are not built are mentioned in the code of the page only as not there', () => {
  const works = rows.filter(({ state }) => state === 'works').map(({ feature }) => feature);
  const claimed = [...notBuiltNames().keys()].filter((name) =>
    works.some((feature) => feature.includes(`\`${name}\``)),
  );
  expect(claimed).toEqual([]);
});
