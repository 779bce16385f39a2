import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createSessionEngine } from '../../src/engine/engine.js';
import { SESSION_ERROR_CODES } from '../../src/error-codes.js';
import { openStore } from '../../src/open-store.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';

test('all mistakes in the options come in one error', () => {
  const create = () =>
    createSessionEngine({
      store: new MemoryStore(),
      lifetimeSeconds: -1,
      lock: 'sometimes' as 'auto',
      cookie: { name: 'bad name', sameSite: 'None', secure: false },
    });
  expect(create).toThrow(
    expect.objectContaining({
      code: 'T4_SESSION_OPTIONS_INVALID',
      message: expect.stringMatching(/4 session settings are wrong:.*-1.*sometimes.*bad name.*SameSite=None/s),
    }),
  );
});

test('one mistake keeps its own code', () => {
  const create = () => createSessionEngine({ store: new MemoryStore(), maxBytes: 1.5 });
  expect(create).toThrow(expect.objectContaining({ code: 'T4_SESSION_OPTION_INVALID' }));
});

test('the memory store is opened by its name, and an unknown name is answered with those that exist', async () => {
  expect((await openStore({ backend: 'memory' })).name).toBe('memory');
  await expect(openStore({ backend: 'redsi' as 'redis' })).rejects.toMatchObject({
    code: 'T4_SESSION_STORE_UNKNOWN',
    message: expect.stringContaining('"redsi"'),
  });
});

test('every code that the sources use is in the table, and the table has no other', async () => {
  const folder = join(__dirname, '../../src');
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('error-codes.ts'),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const used = new Set(texts.join('\n').match(/(?<=')T4_[A-Z_]+(?=')/g));
  expect([...used].sort()).toEqual(Object.keys(SESSION_ERROR_CODES).sort());
});
