import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { provideAuthSettings } from '../src/auth/auth-defaults.js';
import { AUTH_DEFAULTS } from '../src/auth/auth-settings.js';
import { Auth } from '../src/index.js';
import { closeApps, startApp } from './running-app.js';

const secret = 'a secret that only this test knows, long enough';
beforeEach(() => provideAuthSettings({ ...AUTH_DEFAULTS, secret, keyFile: '/nowhere' }));
afterEach(async () => {
  provideAuthSettings(undefined);
  await closeApps();
});

const start = () =>
  startApp((router) => {
    router
      .get('/set/{name}/{value}', (req, res) =>
        res.cookie(req.params.name, req.params.value, { signed: true }).json({}),
      )
      .noAuth();
    router.get('/get', (req, res) => res.json({ ...req.signedCookies })).noAuth();
    router.get('/object', (_req, res) => res.cookie('cart', { items: [1] }).json({})).noAuth();
    router.get('/list', (_req, res) => res.cookie('cart', [{ a: 1 }]).json({})).noAuth();
    router.get('/plain', (_req, res) => res.cookie('n', 5).cookie('l', [1, 2]).json({})).noAuth();
  });

const signed = async (app: Awaited<ReturnType<typeof start>>, name: string, value: string): Promise<string> => {
  const [cookie] = (await app.fetch(`/set/${name}/${value}`)).headers.getSetCookie();
  return cookie?.split(';')[0] as string;
};

test('a signed cookie comes back as it was set', async () => {
  const app = await start();
  const cookie = await signed(app, 'role', 'a.b%20c');
  expect(await (await app.fetch('/get', { headers: { cookie } })).json()).toEqual({ role: 'a.b c' });
});

test('one that was changed, made up, or moved to another name is false', async () => {
  const app = await start();
  const cookie = await signed(app, 'role', 'user');
  const value = cookie.slice('role='.length);
  const hostile = [
    `role=${value.replace('user', 'root')}`,
    `role=${value.slice(0, -1)}`,
    `role=${value}x`,
    `admin=${value}`,
    'role=s:user',
    'role=s:user.',
    'role=s:.',
    'role=s:',
  ];
  for (const sent of hostile) {
    const got = Object.values((await (await app.fetch('/get', { headers: { cookie: sent } })).json()) as object);
    expect({ sent, got }).toEqual({ sent, got: [false] });
  }
  expect(await (await app.fetch('/get', { headers: { cookie: 'role=user' } })).json()).toEqual({});
});

test('a client that chooses the value of a signed cookie does not get a token signed', async () => {
  const app = await start();
  const part = (data: unknown): string => Buffer.from(JSON.stringify(data)).toString('base64url');
  const unsigned = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ admin: true })}`;
  const cookie = decodeURIComponent(await signed(app, 'theme', unsigned));
  expect(Auth.validToken(`${unsigned}.${cookie.split('.').at(-1)}`)).toBeFalsy();
});

test('an object is refused as the value of a cookie, and what has a text of its own is not', async () => {
  const app = await start();
  expect([(await app.fetch('/object')).status, (await app.fetch('/list')).status]).toEqual([500, 500]);
  expect(app.logged.join()).toMatch(/T4_COOKIE_INVALID.*"cart" is given an object.*JSON\.stringify/s);
  expect((await app.fetch('/plain')).headers.getSetCookie()).toEqual(['n=5; Path=/', 'l=1%2C2; Path=/']);
});
