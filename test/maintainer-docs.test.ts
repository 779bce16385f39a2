/** The pages for whoever carries on name files, tests and commands; what they name has to exist, and nothing may be left out. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const root = path.join(__dirname, '..');
const read = (name: string): Promise<string> => readFile(path.join(root, name), 'utf8');

/** The part of a page from one heading or line to the next heading. */
function partOf(page: string, start: string): string {
  return page.slice(page.indexOf(start)).split(/\n## /)[0] as string;
}

test('the files and tests that docs/architecture.md names are there', async () => {
  const page = await read('docs/architecture.md');
  const named = [...page.matchAll(/`((?:packages|test|docs|examples)\/[\w./-]+)`/g)].map(([, file]) => file as string);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test('every promise of docs/security.md names tests that are there', async () => {
  const rows =
    partOf(await read('docs/security.md'), '## What the framework does').match(/^\| (?!it sees|-).*$/gm) ?? [];
  const lacking = rows.filter((row) => {
    const named = [...row.matchAll(/`((?:packages|test)\/[\w./-]+\.test\.ts)`/g)].map(([, file]) => file as string);
    return named.length === 0 || named.some((file) => !existsSync(path.join(root, file)));
  });
  expect(rows.length).toBeGreaterThan(15);
  expect(lacking).toEqual([]);
});

test('the walk of a session names files of the sessions package', async () => {
  const walk = partOf(await read('docs/architecture.md'), 'The walk of a session');
  const files = [...walk.matchAll(/\b[a-z]+\/[a-z-]+\.ts\b/g)].map(([file]) => file);
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(path.join(root, 'packages/sessions/src', file)))).toEqual([]);
});

test.each(['core', 'sessions', 'tina4-nodejs'])('every room of %s is described', async (name) => {
  const folder = `packages/${name}/src`;
  const page = await read('docs/architecture.md');
  const table = page.slice(page.indexOf(`\`${folder}\` — `)).split(/\n\n(?!\|)/)[0] as string;
  const described = [...table.matchAll(/`([\w-]+)\/`/g)].map(([, room]) => room as string);
  const files = (await readdir(path.join(root, folder), { recursive: true })).filter((file) => file.endsWith('.ts'));
  const rooms = [
    ...new Set(files.filter((file) => file.includes(path.sep)).map((file) => file.split(path.sep)[0] as string)),
  ];
  expect({ folder, missing: rooms.filter((room) => !described.includes(room)) }).toEqual({ folder, missing: [] });
});

test('the commands of CONTRIBUTING.md exist', async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
  const named = [...(await read('CONTRIBUTING.md')).matchAll(/`npm (?:run ([\w:]+)|(test|start))`/g)];
  const names = named.map(([, run, short]) => (run ?? short) as string);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every decision has a day and says when to look again, and the index has them all', async () => {
  const names = (await readdir(path.join(root, 'docs/decisions'))).filter((name) => name !== 'README.md').sort();
  const index = await read('docs/decisions/README.md');
  const lacking: string[] = [];
  for (const name of names) {
    const page = await read(`docs/decisions/${name}`);
    const day = /^# [^\n]+\n\nDecided (\d{4}-\d{2}-\d{2})\.\n/.exec(page)?.[1];
    if (day === undefined) lacking.push(`${name}: "Decided YYYY-MM-DD." below the title`);
    if (!page.includes('**Look again when** ')) lacking.push(`${name}: "**Look again when** …" at the end`);
    const row = index.split('\n').find((line) => line.includes(`](${name})`));
    if (!row?.includes(`| ${day} |`)) lacking.push(`${name}: a row with its day in docs/decisions/README.md`);
  }
  expect(lacking).toEqual([]);
  const rows = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name as string).sort();
  expect(rows).toEqual(names);
});
