import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TypeScriptLoader } from '../../src/project/typescript-loader.js';

let project: string;
let cache: string;
let route: string;

beforeEach(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'tina4-compiled-')));
  cache = join(project, 'node_modules/.cache/tina4');
  route = join(project, 'a.ts');
  await mkdir(join(project, 'node_modules'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

const exporting = (value: string): string =>
  `interface Unused { a: number }\nexport const value: string = '${value}';\n`;

/** What a start of a server would load: nothing in memory, the same disk. */
async function loadedValue(file: string): Promise<unknown> {
  return (await new TypeScriptLoader(project).load(file)).exports.value;
}

test('a file that was changed is never run as it was, though its size and time are the same', async () => {
  await writeFile(route, exporting('one'));
  expect(await loadedValue(route)).toBe('one');
  await writeFile(route, exporting('two'));
  await utimes(route, 1, 1);
  expect(await loadedValue(route)).toBe('two');
  expect(await readdir(cache)).toHaveLength(1);
});

test('a file is compiled once for all starts', async () => {
  await writeFile(route, exporting('one'));
  await loadedValue(route);
  const [name = ''] = await readdir(cache);
  const entry = join(cache, name);
  await writeFile(entry, (await readFile(entry, 'utf8')).replace("'one'", "'compiled'"));
  expect(await loadedValue(route)).toBe('compiled');
});

test.each([
  ['cut short', (text: string) => text.slice(0, -20)],
  ['empty', () => ''],
  ['of another text', (text: string) => text.replace(/[0-9a-f]{64}/, 'f'.repeat(64))],
])('an entry that is %s is made anew', async (_what, damage) => {
  await writeFile(route, exporting('one'));
  await loadedValue(route);
  const [name = ''] = await readdir(cache);
  const entry = join(cache, name);
  const whole = await readFile(entry, 'utf8');
  await writeFile(entry, damage(whole));
  expect(await loadedValue(route)).toBe('one');
  expect(await readFile(entry, 'utf8')).toBe(whole);
});

test('a cache that goes away while a server runs, or cannot be written, keeps no file from being loaded', async () => {
  const loader = new TypeScriptLoader(project);
  await writeFile(route, exporting('one'));
  await loader.load(route);
  await rm(join(project, 'node_modules/.cache'), { recursive: true });
  const other = join(project, 'b.ts');
  await writeFile(other, exporting('two'));
  expect((await loader.load(other)).exports.value).toBe('two');
  // Nothing can be made below a file, whoever asks: root may write to read-only folders.
  await rm(join(project, 'node_modules/.cache'), { recursive: true });
  await writeFile(join(project, 'node_modules/.cache'), 'no folder');
  expect(await loadedValue(route)).toBe('one');
});

// Needs the built package. In processes of their own, which also leave nothing behind.
test('processes that start at the same time, with and without a change, all run the text as it stands', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `f${index}.ts`);
  await Promise.all(names.map((name) => writeFile(join(project, name), exporting(name))));
  const loaderUrl = pathToFileURL(join(__dirname, '../../dist/project/typescript-loader.js')).href;
  const script = `
    const { TypeScriptLoader } = await import(${JSON.stringify(loaderUrl)});
    const loader = new TypeScriptLoader(process.argv[1]);
    for (const name of process.argv.slice(2)) console.log((await loader.load(process.argv[1] + '/' + name)).exports.value);`;
  const start = async (): Promise<string> => {
    const args = ['--input-type=module', '-e', script, project, ...names];
    return (await promisify(execFile)(process.execPath, args, { timeout: 30_000 })).stdout;
  };
  const printed = `${names.join('\n')}\n`;
  expect(await Promise.all([start(), start(), start(), start()])).toEqual(Array(4).fill(printed));
  expect(await readdir(cache)).toHaveLength(names.length);
}, 40_000);
