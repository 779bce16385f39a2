import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config/read-config.js';
import { variables } from '../../src/config/variables.js';

const packages = join(__dirname, '../../..');
let reader: string;
/** Everything but the config layer itself. */
let users: string;

beforeAll(async () => {
  reader = await readFile(join(packages, 'tina4-nodejs/src/config/read-config.ts'), 'utf8');
  const sources = await Promise.all(
    ['core', 'sessions', 'tina4-nodejs'].map(async (name) => {
      const folder = join(packages, name, 'src');
      const files = await readdir(folder, { recursive: true });
      const paths = files.filter((file) => file.endsWith('.ts') && !file.startsWith('config'));
      return Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8')));
    }),
  );
  users = sources.flat().join('\n');
});

/** The names of the settings as the rest of the code knows them: `server.port` is `port`. */
function leafNames(value: object): string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? leafNames(inner) : [name],
  );
}

test('every variable reaches the configuration, or says that it is only accepted', () => {
  // Read before there is a configuration: it names the file that holds the settings.
  const elsewhere = new Set(['TINA4_ENV_FILE']);
  const unread = variables.filter(({ name, about }) => !reader.includes(`'${name}'`) && !about.startsWith('Accepted'));
  expect(unread.map(({ name }) => name).filter((name) => !elsewhere.has(name))).toEqual([]);
});

test('every part of the configuration is used by somebody', () => {
  // Decided already, in `isDebug` and `workers`; kept for apps that ask.
  const kept = new Set(['isProduction']);
  const unused = leafNames(readConfig({})).filter((name) => !new RegExp(`\\b${name}\\b`).test(users));
  expect(unused.filter((name) => !kept.has(name))).toEqual([]);
});
