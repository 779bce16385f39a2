import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { provideAuthSettings } from '../../src/auth/auth-defaults.js';
import { AUTH_DEFAULTS } from '../../src/auth/auth-settings.js';
import { signToken, type TokenPayload, verifyToken } from '../../src/auth/json-web-token.js';
import { renewToken } from '../../src/auth/renew-token.js';
import { Auth } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

const KEY = { secret: 'a secret of the tests', algorithm: 'HS256' } as const;
const NOON = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

beforeEach(() => provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: KEY.secret }));
afterEach(closeApps);

function lengthOf({ iat, exp }: TokenPayload): number {
  return exp - iat;
}

/** The payload of `token` renewed at `now`, as long as the chain may be a day old. */
function renewedAt(token: string, now: number, minutes?: number): TokenPayload | null {
  const payload = verifyToken(token, KEY, now);
  if (payload === null) return null;
  return verifyToken(renewToken(payload, KEY, { maxAgeMinutes: 24 * 60, minutes, now }), KEY, now);
}

test('a token made for one minute is renewed for one minute', () => {
  const fresh = Auth.validToken(Auth.refreshToken(Auth.getToken({ user_id: 7 }, undefined, 1)) as string);
  expect(fresh).toMatchObject({ user_id: 7 });
  expect(lengthOf(fresh as TokenPayload)).toBe(60);
});

test.each([
  ['longer than it was made for', 120, 60],
  ['for ever', 0, 60],
  ['for a shorter time', 0.5, 30],
])('a one-minute token that is to be renewed %s lives %d asked minutes as %d s', (_what, minutes, seconds) => {
  const fresh = Auth.refreshToken(Auth.getToken({ user_id: 7 }, undefined, 1), undefined, minutes) as string;
  expect(lengthOf(Auth.validToken(fresh) as TokenPayload)).toBe(seconds);
});

test('the FreshToken of a secured route lives as long as the token that came', async () => {
  const app = await startApp((router) => router.post('/secret', (_req, res) => res.json({})).secure());
  const body = JSON.stringify({ formToken: Auth.getToken({ user_id: 7 }, undefined, 1) });
  const answer = await app.post('/secret', body, 'application/json');
  expect(lengthOf(Auth.validToken(answer.headers.get('freshtoken') as string) as TokenPayload)).toBe(60);
});

test('a chain of renewals ends a day after its first token was made', () => {
  let token = signToken({ user_id: 7 }, KEY, 60, NOON);
  let now = NOON;
  while (verifyToken(token, KEY, now) !== null && now < NOON + 48 * HOUR) {
    token = renewToken(verifyToken(token, KEY, now) as TokenPayload, KEY, { maxAgeMinutes: 24 * 60, now });
    now += 30 * MINUTE;
  }
  expect(Auth.getPayload(token)?.exp).toBe((NOON + 24 * HOUR) / 1000);
});

test('what the payload says about the age of its chain cannot be lost by renewing', () => {
  const first = signToken({ user_id: 7 }, KEY, 60, NOON);
  const second = renewedAt(first, NOON + 30 * MINUTE) as TokenPayload;
  expect(second).toMatchObject({ user_id: 7, orig_iat: NOON / 1000, iat: (NOON + 30 * MINUTE) / 1000 });
});

test('a token that was made for longer than a chain may live keeps its end', () => {
  const week = signToken({ user_id: 7 }, KEY, 7 * 24 * 60, NOON);
  expect(renewedAt(week, NOON + 2 * 24 * HOUR)?.exp).toBe((NOON + 7 * 24 * HOUR) / 1000);
});

test('a token without an end is renewed without one, and with one when the app asks for it', () => {
  const endless = signToken({ user_id: 7 }, KEY, 0, NOON);
  expect(renewedAt(endless, NOON + HOUR)).not.toHaveProperty('exp');
  expect(renewedAt(endless, NOON + HOUR, 5)?.exp).toBe((NOON + HOUR + 5 * MINUTE) / 1000);
});

test('a token that does not say when it was made keeps its end', () => {
  const payload = { user_id: 7, exp: (NOON + HOUR) / 1000 };
  const fresh = verifyToken(renewToken(payload, KEY, { maxAgeMinutes: 24 * 60, now: NOON }), KEY, NOON);
  expect(fresh?.exp).toBe(payload.exp);
});

test('a new token made of an old payload starts a chain of its own', () => {
  const old = renewedAt(signToken({ user_id: 7 }, KEY, 60, NOON), NOON + MINUTE) as TokenPayload;
  expect(Auth.getPayload(Auth.getToken(old))).not.toHaveProperty('orig_iat');
});

test('where renewing is switched off, a FreshToken ends with the token that came', async () => {
  provideAuthSettings({ ...AUTH_DEFAULTS, keyFile: '/nowhere/jwt.key', secret: KEY.secret, renewalMinutes: 0 });
  const app = await startApp((router) => router.post('/secret', (_req, res) => res.json({})).secure());
  const old = signToken({ user_id: 7 }, KEY, 60, Date.now() - 30 * MINUTE);
  const answer = await app.post('/secret', JSON.stringify({ formToken: old }), 'application/json');
  const fresh = Auth.validToken(answer.headers.get('freshtoken') as string);
  expect(fresh?.exp).toBe(Auth.getPayload(old)?.exp);
});
