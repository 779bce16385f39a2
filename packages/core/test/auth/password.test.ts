import { expect, test } from '@jest/globals';
import { Auth } from '../../src/auth/auth.js';

// Made by an earlier Tina4 version's recipe: pbkdf2 over the salt's hex text, 1000 iterations to keep the test quick.
const PARTS = ['pbkdf2_sha256', '1000', 'a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4'];
const STORED = Auth.hashPassword('hunter2', PARTS[2], 1000);

test('a password checks out against its hash and no other does', () => {
  const hash = Auth.hashPassword('correct horse');
  expect(hash).toMatch(/^pbkdf2_sha256\$260000\$[0-9a-f]{32}\$[0-9a-f]{64}$/);
  expect(Auth.checkPassword('correct horse', hash)).toBe(true);
  expect(Auth.checkPassword('correct horsf', hash)).toBe(false);
});

test('hashes of earlier versions check out, also with colons between their parts', () => {
  // Computed with Python's hashlib.pbkdf2_hmac over the same texts.
  expect(STORED).toBe(`${PARTS.join('$')}$af9ca1895463084659ec92cb904646a6d28bcb9ee33f3d52cf74bd8b9f141d76`);
  expect(Auth.checkPassword('hunter2', STORED)).toBe(true);
  expect(Auth.checkPassword('hunter2', STORED.replaceAll('$', ':'))).toBe(true);
});

test('the asynchronous pair agrees with the synchronous one', async () => {
  const hash = await Auth.hashPasswordAsync('correct horse');
  expect(Auth.checkPassword('correct horse', hash)).toBe(true);
  await expect(Auth.checkPasswordAsync('correct horse', hash)).resolves.toBe(true);
  await expect(Auth.checkPasswordAsync('wrong', hash)).resolves.toBe(false);
});

test('the asynchronous pair leaves the event loop free', async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  await Auth.hashPasswordAsync('correct horse');
  clearInterval(counting);
  expect(turns).toBeGreaterThan(1);
});

test.each([
  ['an empty text', ''],
  ['another scheme', STORED.replace('pbkdf2_sha256', 'md5')],
  ['a hash cut short', STORED.slice(0, -2)],
  ['an empty hash', STORED.slice(0, STORED.lastIndexOf('$') + 1)],
  ['iterations that would take hours', STORED.replace('$1000$', '$99999999999$')],
  ['no iterations', STORED.replace('$1000$', '$0$')],
  ['iterations that are no number', STORED.replace('$1000$', '$1e3$')],
  ['a part too many', `${STORED}$x`],
])('%s is no hash and no password matches it', async (_what, stored) => {
  expect(Auth.checkPassword('hunter2', stored)).toBe(false);
  await expect(Auth.checkPasswordAsync('hunter2', stored)).resolves.toBe(false);
});

test('values that are no text match nothing, and cannot be hashed', async () => {
  expect(Auth.checkPassword(undefined as unknown as string, STORED)).toBe(false);
  expect(Auth.checkPassword('hunter2', undefined as unknown as string)).toBe(false);
  expect(() => Auth.hashPassword(undefined as unknown as string)).toThrow('T4_AUTH_PASSWORD');
  await expect(Auth.hashPasswordAsync(null as unknown as string)).rejects.toThrow('T4_AUTH_PASSWORD');
});
