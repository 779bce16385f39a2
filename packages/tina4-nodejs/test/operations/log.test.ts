import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Log } from '../../src/operations/log.js';
import { LOG_DEFAULTS, type LogSettings } from '../../src/operations/log-settings.js';

let folder: string;
let lines: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tina4-log-'));
  lines = [];
});

afterEach(async () => {
  await Log.close();
  await rm(folder, { recursive: true });
});

async function configure(settings: Partial<LogSettings>, isTTY = false): Promise<void> {
  const file = join(folder, 'logs', 'app.log');
  await Log.configure({ ...LOG_DEFAULTS, file, ...settings }, { write: (line) => void lines.push(line), isTTY });
}

test('a JSON line holds time, level, message and the fields of the context', async () => {
  await configure({ format: 'json' });
  Log.info('Order placed', { order: 7, customer: { name: 'Ada' } });
  expect(JSON.parse(lines[0] as string)).toEqual({
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    level: 'INFO',
    message: 'Order placed',
    order: 7,
    customer: { name: 'Ada' },
  });
});

test('a text line reads time, level, message, context', async () => {
  await configure({});
  Log.warning('Stock is low', { product: 3 });
  expect(lines[0]).toMatch(/^\S+Z WARNING Stock is low \{"product":3\}\n$/);
});

test('colour is for terminals only', async () => {
  await configure({}, true);
  Log.error('Red');
  await configure({}, false);
  Log.error('Plain');
  expect(lines[0]).toContain('\u001b[31mERROR');
  expect(lines[1]).not.toContain('\u001b');
});

test.each([
  ['all', ['DEBUG', 'INFO', 'WARNING', 'WARNING', 'ERROR']],
  ['debug', ['DEBUG', 'INFO', 'WARNING', 'WARNING', 'ERROR']],
  ['info', ['INFO', 'WARNING', 'WARNING', 'ERROR']],
  ['warning', ['WARNING', 'WARNING', 'ERROR']],
  ['error', ['ERROR']],
  ['none', []],
] as const)('level %s writes the lines of its rank and above', async (level, expected) => {
  await configure({ level, format: 'json' });
  Log.debug('1');
  Log.info('2');
  Log.warn('3');
  Log.warning('4');
  Log.error('5');
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
});

test('a context with cycles, BigInts, errors or traps is written and never throws', async () => {
  await configure({ format: 'json' });
  const cycle: Record<string, unknown> = { name: 'self' };
  cycle.self = cycle;
  const trap = {
    get value(): never {
      throw new Error('trap');
    },
  };
  Log.info('a', cycle);
  Log.info('b', { big: 10n });
  Log.info('c', new Error('broken'));
  Log.info('d', { error: new Error('inside') });
  Log.info('e', trap);
  Log.info('f', {
    nested: {
      toJSON: () => {
        throw new Error('trap');
      },
    },
  });
  Log.info('g', 'just text');
  Log.info(undefined, null);
  const written = lines.map((line) => JSON.parse(line));
  expect(written.map((line) => line.message)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'undefined']);
  expect(written[2].error).toContain('Error: broken');
  expect(written[3].error).toContain('Error: inside');
  expect(written[6].context).toBe('just text');
});

test('a context cannot overwrite time, level or message, and a message is no format', async () => {
  await configure({ format: 'json' });
  Log.info('Paid %s %d', { level: 'gold', message: 'hello', timestamp: 1 });
  expect(JSON.parse(lines[0] as string)).toMatchObject({
    level: 'INFO',
    message: 'Paid %s %d',
    context_level: 'gold',
    context_message: 'hello',
    context_timestamp: 1,
  });
});

test('passwords, tokens and cookies in a context are hidden', async () => {
  await configure({ format: 'json' });
  Log.info('Login', {
    user: 'ada',
    password: 'p1',
    headers: { cookie: 'c1', 'set-cookie': 'c2', authorization: 'a1' },
  });
  expect(lines[0]).not.toMatch(/p1|c1|c2|a1"/);
  expect(JSON.parse(lines[0] as string)).toMatchObject({ user: 'ada', password: '[hidden]' });
});

test('a message with line feeds and escape sequences cannot look like another line', async () => {
  await configure({});
  Log.info('name\n2026-01-01T00:00:00.000Z ERROR forged \u001b[2J');
  expect(lines[0]).toMatch(/^\S+ INFO {4}name\n {4}2026-01-01T00:00:00.000Z ERROR forged \\u001b\[2J\n$/);
});

test('the log file gets every line that was written before the close', async () => {
  await configure({ output: 'both', format: 'json' });
  for (let i = 0; i < 500; i++) Log.info(`line ${i}`);
  await Log.close();
  const written = (await readFile(join(folder, 'logs', 'app.log'), 'utf8')).trim().split('\n');
  expect(written.map((line) => JSON.parse(line).message)).toEqual(Array.from({ length: 500 }, (_, i) => `line ${i}`));
  expect(lines).toHaveLength(500);
});

test('a full log file is put aside and only so many are kept', async () => {
  await configure({ output: 'file', format: 'json', rotateBytes: 1000, rotateKeep: 2 });
  for (let i = 0; i < 100; i++) Log.info(`line ${i}`);
  await Log.close();
  expect((await readdir(join(folder, 'logs'))).sort()).toEqual(['app.log', 'app.log.1', 'app.log.2']);
  const newest = await readFile(join(folder, 'logs', 'app.log.1'), 'utf8');
  expect(newest.length).toBeLessThan(1200);
  expect(lines).toEqual([]);
});

test('a size of 0 never puts the file aside', async () => {
  await configure({ output: 'file', rotateBytes: 0 });
  for (let i = 0; i < 100; i++) Log.info(`line ${i}`);
  await Log.close();
  expect(await readdir(join(folder, 'logs'))).toEqual(['app.log']);
});

test('errors go to a file of their own when asked for', async () => {
  await configure({ writesErrorFile: true });
  Log.info('all is well');
  Log.error('it broke');
  await Log.close();
  expect(await readFile(join(folder, 'logs', 'error.log'), 'utf8')).toMatch(/^\S+ ERROR {3}it broke\n$/);
  expect(lines).toHaveLength(2);
});

test('a log file that cannot be written is told once on stderr and the app goes on', async () => {
  await writeFile(join(folder, 'logs'), 'a file, no folder');
  const told = jest.spyOn(console, 'error').mockImplementation(() => {});
  await configure({ output: 'both' });
  Log.info('first');
  Log.info('second');
  await Log.close();
  expect(told.mock.calls).toEqual([[expect.stringMatching(/^T4_LOG_FILE: .*app\.log/)]]);
  expect(lines).toHaveLength(2);
  told.mockRestore();
});
