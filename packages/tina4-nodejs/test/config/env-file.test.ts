// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the grammar of .env has them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseEnvFile, withEnvFile } from '../../src/config/env-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-env-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the lines of .env fill in what the real environment does not say', async () => {
  await writeFile(join(folder, '.env'), 'TINA4_PORT=8080\nTINA4_DEBUG=true\n');
  const real = { TINA4_PORT: '9090' };
  expect(await withEnvFile(folder, real)).toEqual({ TINA4_PORT: '9090', TINA4_DEBUG: 'true' });
  expect(real).toEqual({ TINA4_PORT: '9090' });
});

test('a project without .env runs on the environment alone', async () => {
  expect(await withEnvFile(folder, { A: '1' })).toEqual({ A: '1' });
});

test('TINA4_ENV_FILE names another file, which must exist', async () => {
  await writeFile(join(folder, 'staging.env'), 'A=2');
  expect(await withEnvFile(folder, { TINA4_ENV_FILE: 'staging.env' })).toMatchObject({ A: '2' });
  await expect(withEnvFile(folder, { TINA4_ENV_FILE: 'gone.env' })).rejects.toThrow(/gone\.env does not exist/);
});

test('comments, export prefixes, quotes, values over several lines and Windows line ends are read as dotenv does', () => {
  const text = [
    '\uFEFF# comment',
    '',
    'export A=1 # why',
    'B = two words',
    "C='single # kept'",
    'D="line one',
    'line two" # end',
    'E=',
    'F=`back "tick"`',
    'G="a \\"quoted\\" word"',
    'H=url#fragment',
  ].join('\r\n');
  expect(parseEnvFile(text)).toMatchObject({
    A: '1',
    B: 'two words',
    C: 'single # kept',
    D: 'line one\nline two',
    E: '',
    F: 'back "tick"',
    H: 'url',
  });
});

test('a line that is no setting stops the start with its number', () => {
  expect(() => parseEnvFile('A=1\nTINA4_DEBUG true\n\n=x\nB=2', '.env')).toThrow(
    /Line 2 of \.env[\s\S]*Line 4 of \.env/,
  );
});

test('a quote that is never closed is found on the line where it opens', () => {
  expect(() => parseEnvFile('A=1\nB="open\nC=3\n')).toThrow(/Line 2 /);
});

test.each([
  ['B=${A}-${A}', 'one-one'],
  ['B="<${A}>"', '<one>'],
  ['B=${REAL}', 'real'],
  ['B=${UNSET:-other}', 'other'],
  ['B=${A:-other}', 'one'],
  ['B=${EMPTY:-}', ''],
  ["B='${A}'", '${A}'],
  ['B=`${A}`', '${A}'],
  ['B=\\${A}', '${A}'],
  ['B="\\${A} ${A}"', '${A} one'],
  ['B=$A $ {A} ${not a name} $', '$A $ {A} ${not a name} $'],
])('%s is read as %j', (line, value) => {
  expect(parseEnvFile(`A=one\n${line}\n`, '.env', { REAL: 'real' }).B).toBe(value);
});

test('the real environment decides what ${NAME} is, and no value is expanded twice', () => {
  const text = "HOST=file\nTEMPLATE='${HOST}'\nURL=http://${HOST}/${TEMPLATE}\n";
  expect(parseEnvFile(text, '.env', { HOST: 'real.example' }).URL).toBe('http://real.example/${HOST}');
});

test.each([
  ['A=${A}', /Line 1 of \.env refers to \$\{A\}/],
  [
    'A=1\n\nB=${C}\nC=${B}\n',
    /^T4_CONFIG_INVALID: Line 3 of \.env refers to \$\{C\}[^\n]*Set it before, or write \\\$\{C\}/,
  ],
])('%j stops the start: a name leads to a line above or to the environment', (text, message) => {
  expect(() => parseEnvFile(text)).toThrow(message);
});

test('lines that double each other end in a message and not in a terabyte', () => {
  const lines = Array.from({ length: 60 }, (_, index) => `A${index + 1}=\${A${index}}\${A${index}}`);
  expect(() => parseEnvFile(`A0=0123456789\n${lines.join('\n')}`)).toThrow(/Line \d+ of \.env is longer than 64 KiB/);
});
