import { readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const packagesDir = path.join(__dirname, '..', 'packages');

interface Import {
  readonly file: string;
  readonly from: string;
  readonly isTypeOnly: boolean;
}

/** Every import and re-export of a package's sources, dynamic ones included. */
async function importsOf(packageName: string): Promise<Import[]> {
  const folder = path.join(packagesDir, packageName, 'src');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const found = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(path.join(folder, file), 'utf8');
      const matches = text.matchAll(
        /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|\bimport\('([^']+)'\)|^import\s+'([^']+)'/gm,
      );
      return [...matches].map((match) => ({
        file: `${packageName}/src/${file}`,
        from: (match[2] ?? match[3] ?? match[4]) as string,
        isTypeOnly: match[1] !== undefined,
      }));
    }),
  );
  return found.flat();
}

const isThirdParty = ({ from }: Import): boolean =>
  !from.startsWith('.') && !from.startsWith('node:') && !from.startsWith('@tina4/') && !builtinModules.includes(from);

test('core and sessions never import each other, and neither imports tina4-nodejs', async () => {
  const core = await importsOf('core');
  const sessions = await importsOf('sessions');
  expect(core.filter(({ from }) => /^(@tina4\/sessions|tina4-nodejs)/.test(from))).toEqual([]);
  expect(sessions.filter(({ from }) => /^(@tina4\/core|tina4-nodejs)/.test(from))).toEqual([]);
  expect(core.length + sessions.length).toBeGreaterThan(100);
});

test('a third-party package is imported by exactly one file of its package', async () => {
  for (const packageName of ['core', 'sessions', 'tina4-nodejs']) {
    const importers = new Map<string, Set<string>>();
    for (const found of (await importsOf(packageName)).filter(isThirdParty)) {
      const name = found.from.startsWith('@')
        ? found.from.split('/').slice(0, 2).join('/')
        : (found.from.split('/')[0] as string);
      importers.set(name, (importers.get(name) ?? new Set()).add(found.file));
    }
    expect([...importers].filter(([, files]) => files.size > 1).map(([name, files]) => [name, [...files]])).toEqual([]);
  }
});

test('sources import files of their own package with the .js suffix and never the index', async () => {
  const all = [...(await importsOf('core')), ...(await importsOf('sessions'))];
  const relative = all.filter(({ from }) => from.startsWith('.'));
  expect(relative.filter(({ from }) => !from.endsWith('.js'))).toEqual([]);
  expect(relative.filter(({ from, file }) => /(^|\/)index\.js$/.test(from) && !file.endsWith('index.ts'))).toEqual([]);
});

/** `getEnv()` and its siblings are Tina4's own access to the environment; the others are entry points, where it is handed in. */
const MAY_READ_ENVIRONMENT =
  /^tina4-nodejs\/(config\/environment-access\.ts|cli\/|project\/environment\.ts|server\/(start-server|start-workers)\.ts|testing\/test-project\.ts)/;

test('only entry points and the functions made for it read the environment', async () => {
  const offenders: string[] = [];
  for (const packageName of ['core', 'sessions', 'tina4-nodejs']) {
    const folder = path.join(packagesDir, packageName, 'src');
    for (const file of (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))) {
      const text = await readFile(path.join(folder, file), 'utf8');
      if (/process\.env\b/.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')))
        offenders.push(`${packageName}/${file}`);
    }
  }
  expect(offenders.filter((file) => !MAY_READ_ENVIRONMENT.test(file))).toEqual([]);
});
