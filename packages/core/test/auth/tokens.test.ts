import { createHmac } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { Auth, getPayload, getToken, validToken } from '../../src/auth/auth.js';
import { provideAuthSettings } from '../../src/auth/auth-defaults.js';
import { AUTH_DEFAULTS } from '../../src/auth/auth-settings.js';
import { signToken, verifyToken } from '../../src/auth/json-web-token.js';

const KEY = { secret: 'a secret of the tests', algorithm: 'HS256' } as const;
const NOON = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;

beforeEach(() => provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: KEY.secret }));

function forge(header: object, payload: object, sign: (input: string) => string): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign(input)}`;
}

test('a token gives back its payload with the times of issue and expiry', () => {
  const payload = validToken(getToken({ user_id: 7, role: 'admin' }));
  expect(payload).toMatchObject({ user_id: 7, role: 'admin' });
  expect(payload?.exp - payload?.iat).toBe(3600);
});

test('a token is refused once it has expired', () => {
  const token = signToken({ user_id: 7 }, KEY, 60, NOON);
  expect(verifyToken(token, KEY, NOON + 60 * MINUTE - 1000)).toMatchObject({ user_id: 7 });
  expect(verifyToken(token, KEY, NOON + 60 * MINUTE + 1)).toBeNull();
});

test('a token with a lifetime of 0 minutes has no expiry', () => {
  const payload = validToken(getToken({ user_id: 7 }, undefined, 0));
  expect(payload).toMatchObject({ user_id: 7 });
  expect(payload).not.toHaveProperty('exp');
});

test('a token of another secret is refused', () => {
  expect(validToken(getToken({ user_id: 7 }, 'another secret'))).toBeNull();
  expect(validToken(getToken({ user_id: 7 }, 'another secret'), 'another secret')).toMatchObject({ user_id: 7 });
});

test('an empty secret counts as none', () => {
  expect(validToken(getToken({ user_id: 7 }, ''))).toMatchObject({ user_id: 7 });
});

test('nothing that checks a token or a password returns a promise, so that a forgotten await lets nobody in', async () => {
  const bad = `${getToken({ user_id: 7 })}x`;
  let entered = 0;
  if (Auth.validToken(bad)) entered++;
  if (await Auth.validToken(bad)) entered++;
  if (Auth.validateToken(bad)) entered++;
  if (Auth.checkPassword('wrong', 'pbkdf2_sha256$1$00$00')) entered++;
  if (await Auth.checkPassword('wrong', 'pbkdf2_sha256$1$00$00')) entered++;
  if (Auth.validateFormToken(bad)) entered++;
  if (Auth.validateApiKey(bad)) entered++;
  if (Auth.refreshToken(bad)) entered++;
  expect(entered).toBe(0);
});

const HEADER = { alg: 'HS256', typ: 'JWT' };
const CLAIMS = { user_id: 7 };
const hmac = (hash: string) => (input: string) => createHmac(hash, KEY.secret).update(input).digest('base64url');

test('the forging of these tests makes valid tokens when it uses the right key and algorithm', () => {
  expect(validToken(forge(HEADER, CLAIMS, hmac('sha256')))).toEqual(CLAIMS);
});

test.each([
  ['no signature and alg none', forge({ alg: 'none', typ: 'JWT' }, CLAIMS, () => '')],
  ['no signature and alg NONE', forge({ alg: 'NONE', typ: 'JWT' }, CLAIMS, () => '')],
  ['alg none and a right signature', forge({ alg: 'none', typ: 'JWT' }, CLAIMS, hmac('sha256'))],
  ['an algorithm that the app did not choose', forge({ alg: 'HS512', typ: 'JWT' }, CLAIMS, hmac('sha512'))],
  ['an unknown algorithm', forge({ alg: 'HS1' }, CLAIMS, hmac('sha1'))],
  ['no algorithm', forge({ typ: 'JWT' }, CLAIMS, hmac('sha256'))],
  ['an empty signature', forge(HEADER, CLAIMS, () => '')],
  [
    'another payload under the old signature',
    forge(HEADER, { user_id: 1 }, () => forge(HEADER, CLAIMS, hmac('sha256')).split('.')[2] as string),
  ],
  ['an expiry that is no number', forge(HEADER, { ...CLAIMS, exp: 'never' }, hmac('sha256'))],
  ['a list as its payload', forge(HEADER, [1], hmac('sha256'))],
  ['an empty text', ''],
  ['two parts', 'a.b'],
  ['no base64', '*.*.*'],
  ['a megabyte of dots', '.'.repeat(1_000_000)],
])('a token with %s is refused', (_what, token) => {
  expect(validToken(token)).toBeNull();
});

test.each([undefined, null, 7, {}, [], true])('%p is no token', (value) => {
  expect(validToken(value as unknown as string)).toBeNull();
  expect(getPayload(value as unknown as string)).toBeNull();
});

test('getPayload reads a token without checking it', () => {
  expect(getPayload(getToken({ user_id: 7 }, 'another secret', 0))).toMatchObject({ user_id: 7 });
  expect(getPayload('no.token.here')).toBeNull();
});

test('refreshToken gives the same payload the lifetime it had, counted from now', () => {
  const old = signToken({ user_id: 7 }, KEY, 120, Date.now() - 30 * MINUTE);
  const fresh = validToken(Auth.refreshToken(old) as string);
  expect(fresh).toMatchObject({ user_id: 7 });
  expect(fresh?.exp - fresh?.iat).toBe(7200);
});

test('createToken and validateToken are other names of getToken and validToken', () => {
  expect(Auth.validateToken(Auth.createToken({ user_id: 7 }))).toMatchObject({ user_id: 7 });
});

test('the algorithm of the settings signs and checks', () => {
  provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: KEY.secret, algorithm: 'HS512' });
  const token = getToken({ user_id: 7 });
  expect(JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString())).toMatchObject({
    alg: 'HS512',
  });
  expect(validToken(token)).toMatchObject({ user_id: 7 });
});

test.each([null, 'text', [1]])('a payload of %p is an error that names the cure', (payload) => {
  expect(() => getToken(payload as unknown as object)).toThrow('T4_AUTH_PAYLOAD');
});

test('an API key is valid when it is the one of the settings, and never when none is set', () => {
  expect(Auth.validateApiKey('')).toBe(false);
  expect(Auth.validateApiKey('key')).toBe(false);
  provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: KEY.secret, apiKey: 'key' });
  expect(Auth.validateApiKey('key')).toBe(true);
  expect(Auth.validateApiKey('keys')).toBe(false);
  expect(Auth.validateApiKey('')).toBe(false);
});
