import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { describeErrors } from '../packages/core/src/errors/describe-errors.js';
import { CORE_ERROR_CODES } from '../packages/core/src/errors/error-codes.js';
import { isTina4Error, Tina4Error } from '../packages/core/src/errors/tina4-error.js';
import { SESSION_ERROR_CODES } from '../packages/sessions/src/error-codes.js';
import { SessionError } from '../packages/sessions/src/errors.js';
import { TINA4_ERROR_CODES } from '../packages/tina4-nodejs/src/error-codes.js';

const tables = [CORE_ERROR_CODES, SESSION_ERROR_CODES, TINA4_ERROR_CODES];
const root = path.join(__dirname, '..');

/** The codes that the sources of packages use, their tables apart. Prefixes (`T4_SESSION_`) and wildcards are no codes. */
async function codesIn(...packageNames: string[]): Promise<string[]> {
  const codes = new Set<string>();
  for (const packageName of packageNames) {
    const folder = path.join(root, 'packages', packageName, 'src');
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.ts') || file.endsWith('error-codes.ts')) continue;
      const text = await readFile(path.join(folder, file), 'utf8');
      for (const [code] of text.matchAll(/\bT4_[A-Z0-9_]*[A-Z0-9]\b(?!_|…)/g)) codes.add(code);
    }
  }
  return [...codes].sort();
}

test('every coded error that the sources use is in a table, and every code of a table is used', async () => {
  const documented = tables.flatMap(Object.keys).sort();
  expect(await codesIn('core', 'sessions', 'tina4-nodejs')).toEqual(documented);
});

test('docs/errors.md is what the tables say (npm run docs writes it)', async () => {
  const page = await readFile(path.join(root, 'docs/errors.md'), 'utf8');
  expect(page).toBe(describeErrors(tables));
});

test('no error types its code into its text by hand: the base class puts it there', async () => {
  const offenders: string[] = [];
  for (const packageName of ['core', 'sessions', 'tina4-nodejs']) {
    const folder = path.join(root, 'packages', packageName, 'src');
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const text = await readFile(path.join(folder, file), 'utf8');
      if (/\bnew \w*Error\(\s*(?:'\w+',\s*)?[`'"]T4_\w+:/.test(text)) offenders.push(`${packageName}/${file}`);
    }
  }
  expect(offenders).toEqual([]);
});

test('errors of sessions and of the HTTP half have one shape, though neither package knows the other', () => {
  const cause = new Error('deeper');
  const options = { status: 503, retryAfterSeconds: 2, details: { key: 'cart' }, cause };
  // The types agree, too: each may stand where the other is asked for.
  const ofCore: SessionError = new Tina4Error('T4_SESSION_BUSY', 'Try again.', options);
  const ofSessions: Tina4Error = new SessionError('T4_SESSION_BUSY', 'Try again.', options);
  expect({ ...ofSessions, name: '' }).toEqual({ ...ofCore, name: '' });
  expect([ofSessions.message, ofSessions.cause]).toEqual([ofCore.message, ofCore.cause]);
  expect(ofSessions.message).toBe('T4_SESSION_BUSY: Try again.');
  expect({ ...new SessionError('T4_SESSION_URL', 'No.'), name: '' }).toEqual({
    ...new Tina4Error('T4_SESSION_URL', 'No.'),
    name: '',
  });
  expect([isTina4Error(ofSessions), isTina4Error(Object.assign(new Error('no'), { code: 'ENOENT' }))]).toEqual([
    true,
    false,
  ]);
});
