import { readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const packagesDir = path.join(__dirname, '..', 'packages');
const packageNames = ['core', 'sessions', 'tina4-nodejs'] as const;

interface Import {
  readonly file: string;
  readonly from: string;
  /** Gone at run time. `import { type A }` is not: what is left of it still loads the other file. */
  readonly isTypeOnly: boolean;
  /** Made while the program runs, when both files have been loaded. */
  readonly isDynamic: boolean;
  /** By `require`, at once or through `lazyPackage`. */
  readonly isRequired: boolean;
}

/** Every import, re-export and require of a package's sources, dynamic ones included. */
async function importsOf(packageName: string): Promise<Import[]> {
  const folder = path.join(packagesDir, packageName, 'src');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const found = await Promise.all(
    files.map(async (file) => {
      const text = (await readFile(path.join(folder, file), 'utf8')).replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, '');
      const matches = text.matchAll(
        /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|(?<!typeof )\bimport\('([^']+)'\)|^import\s+'([^']+)'|\b(?:createRequire\([\w.]+\)|lazyPackage<[^\n]+>)\(\s*'([^']+)'/gm,
      );
      return [...matches].map((match) => ({
        file: `${packageName}/src/${file}`,
        from: (match[2] ?? match[3] ?? match[4] ?? match[5]) as string,
        isTypeOnly: match[1] !== undefined,
        isDynamic: match[3] !== undefined,
        isRequired: match[5] !== undefined,
      }));
    }),
  );
  return found.flat();
}

const isThirdParty = ({ from }: Import): boolean =>
  !/^(\.|node:|@tina4\/|tina4-nodejs$)/.test(from) && !builtinModules.includes(from);

test('core and sessions never import each other, and neither imports tina4-nodejs', async () => {
  const core = await importsOf('core');
  const sessions = await importsOf('sessions');
  expect(core.filter(({ from }) => /^(@tina4\/sessions|tina4-nodejs)/.test(from))).toEqual([]);
  expect(sessions.filter(({ from }) => /^(@tina4\/core|tina4-nodejs)/.test(from))).toEqual([]);
  expect(core.length + sessions.length).toBeGreaterThan(100);
});

test('a third-party package is imported by exactly one file of its package', async () => {
  for (const packageName of packageNames) {
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

test('third-party packages of core and tina4-nodejs are loaded by require, which takes a third less time', async () => {
  const all = [...(await importsOf('core')), ...(await importsOf('tina4-nodejs'))].filter(isThirdParty);
  expect(all.filter(({ isTypeOnly, isRequired }) => !isTypeOnly && !isRequired)).toEqual([]);
  expect(all.filter(({ isRequired }) => isRequired).length).toBeGreaterThan(10);
});

test('sources import files of their own package with the .js suffix and never the index', async () => {
  const all = (await Promise.all(packageNames.map(importsOf))).flat();
  const relative = all.filter(({ from }) => from.startsWith('.'));
  expect(relative.filter(({ from }) => !from.endsWith('.js'))).toEqual([]);
  // `tina4-nodejs/core` is the index under another name.
  const ofIndex = relative.filter(
    ({ file, from, isDynamic }) => /(^|\/)index\.js$/.test(from) && !isDynamic && file !== 'tina4-nodejs/src/core.ts',
  );
  expect(ofIndex).toEqual([]);
});

/** `getEnv()` and its siblings are Tina4's own access to the environment; the others are entry points, where it is handed in. */
const MAY_READ_ENVIRONMENT =
  /^tina4-nodejs\/(config\/environment-access\.ts|cli\/|env\.ts|terminal\/paint\.ts|project\/environment\.ts|server\/(start-server|start-workers)\.ts|testing\/test-project\.ts)/;

test('only entry points and the functions made for it read the environment', async () => {
  const offenders: string[] = [];
  for (const packageName of packageNames) {
    const folder = path.join(packagesDir, packageName, 'src');
    for (const file of (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))) {
      const text = await readFile(path.join(folder, file), 'utf8');
      if (/process\.env\b/.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')))
        offenders.push(`${packageName}/${file}`);
    }
  }
  expect(offenders.filter((file) => !MAY_READ_ENVIRONMENT.test(file))).toEqual([]);
});

/**
 * The rooms of each package, the highest floor first. A room is a folder or a file; the longest name that fits a file is its
 * room. A file may import its own room and those on lower floors, never one beside it. Types may be imported from anywhere.
 */
const FLOORS: Readonly<Record<(typeof packageNames)[number], readonly (readonly string[])[]>> = {
  core: [
    ['index.ts'],
    ['app.ts'],
    ['app-routes.ts', 'fetch-handler.ts', 'pipeline.ts', 'server.ts'],
    ['deliver.ts', 'routing/'],
    ['connect/', 'middleware/', 'static-files.ts'],
    ['error-answers/'],
    ['response/'],
    ['request/'],
    ['signed-cookies.ts', 'templates/'],
    ['auth/', 'cache/', 'connection/', 'console-logger.ts', 'validator.ts'],
    ['cookies.ts', 'negotiation.ts', 'node-members.ts', 'public-path.ts'],
    [
      'errors/',
      'app-context.ts',
      'callable.ts',
      'escape-html.ts',
      'is-thenable.ts',
      'lazy-package.ts',
      'log-secrets.ts',
      'log-text.ts',
      'nearest-name.ts',
      'session-port.ts',
      'within.ts',
    ],
  ],
  sessions: [
    ['index.ts'],
    ['conformance/', 'tools/'],
    ['engine/', 'open-store.ts'],
    [
      'locking/',
      'stores/file/',
      'stores/handler/',
      'stores/memory/',
      'stores/mongodb/',
      'stores/redis/',
      'stores/sql/',
    ],
    [
      'circuit-breaker.ts',
      'compare-and-set.ts',
      'data/',
      'import-driver.ts',
      'option-problems.ts',
      'session-errors.ts',
      'sweep.ts',
    ],
    [
      'clock-warning.ts',
      'deadline.ts',
      'errors.ts',
      'error-codes.ts',
      'session-options.ts',
      'session-store.ts',
      'session-types.ts',
    ],
  ],
  'tina4-nodejs': [
    ['core.ts'],
    ['index.ts', 'frond.ts', 'orm.ts', 'test.ts', 'cli/', 'describe-not-built.ts'],
    ['testing/'],
    ['server/'],
    ['compose.ts'],
    ['server/apply-settings.ts'],
    ['env.ts'],
    ['project/'],
    ['default-router.ts'],
    ['config/', 'operations/', 'not-built-names.ts', 'route-metadata.ts'],
    ['error-codes.ts', 'not-built.ts', 'not-built-commands.ts', 'terminal/'],
  ],
};

interface Room {
  readonly name: string;
  /** From the top, beginning with 0. */
  readonly floor: number;
}

function roomOf(packageName: keyof typeof FLOORS, file: string): Room | undefined {
  const rooms = FLOORS[packageName].flatMap((names, floor) => names.map((name) => ({ name, floor })));
  const fitting = rooms.filter(({ name }) => (name.endsWith('/') ? file.startsWith(name) : file === name));
  return fitting.sort((a, b) => b.name.length - a.name.length)[0];
}

/** The imports between files of a package that remain at run time. Both names are relative to `src/`. */
async function arrowsOf(packageName: string): Promise<{ from: string; to: string; isDynamic: boolean }[]> {
  const imports = await importsOf(packageName);
  return imports
    .filter(({ from, isTypeOnly }) => from.startsWith('.') && !isTypeOnly)
    .map(({ file, from, isDynamic }) => {
      const own = file.slice(`${packageName}/src/`.length);
      const to = path.posix.join(path.posix.dirname(own), from).replace(/\.js$/, '.ts');
      return { from: own, to, isDynamic };
    });
}

test.each(packageNames)('every file of %s has a room, and every room has a file', async (packageName) => {
  const folder = path.join(packagesDir, packageName, 'src');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const rooms = files.map((file) => roomOf(packageName, file.replaceAll(path.sep, '/'))?.name ?? `none for ${file}`);
  expect([...new Set(rooms)].sort()).toEqual(FLOORS[packageName].flat().sort());
});

test.each(packageNames)('in %s imports lead downward only', async (packageName) => {
  const upward = (await arrowsOf(packageName)).filter(({ from, to, isDynamic }) => {
    const [own, other] = [roomOf(packageName, from), roomOf(packageName, to)];
    // What user code imports is handed to it by the package itself, under these names and while the program runs.
    const isHandedToUsers = isDynamic && /^(core|frond|index|orm|test)\.ts$/.test(to);
    return own?.name !== other?.name && (own?.floor ?? 0) >= (other?.floor ?? 0) && !isHandedToUsers;
  });
  expect(upward).toEqual([]);
});

test.each(packageNames)('no file of %s loads, by way of others, itself', async (packageName) => {
  const targets = new Map<string, string[]>();
  for (const { from, to, isDynamic } of await arrowsOf(packageName)) {
    if (!isDynamic) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  expect(findCircle(targets)).toBeUndefined();
});

/** The first circle that is found, as the files on it; the first of them comes again at the end. */
function findCircle(targets: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const circle = walk(target, [...way, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const circle = walk(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

test('a circle is found wherever it is entered', () => {
  const targets = new Map([
    ['a', ['b', 'c']],
    ['b', []],
    ['c', ['d']],
    ['d', ['b', 'c']],
  ]);
  expect(findCircle(targets)).toEqual(['c', 'd', 'c']);
  expect(
    findCircle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
      ]),
    ),
  ).toBeUndefined();
});
