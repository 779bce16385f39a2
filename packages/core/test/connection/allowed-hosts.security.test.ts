import { afterEach, expect, test } from '@jest/globals';
import { type AllowedHosts, isHostPattern, LOCAL_HOSTS } from '../../src/connection/allowed-hosts.js';
import { hostChecker } from '../../src/connection/host-header.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

const LISTED: AllowedHosts = { names: ['Shop.example', '.shop.test'], includesAddresses: false };

/** The refusal of a request for `host`, by a checker that has just let one for `before` pass. */
function refusalOf(host: string, hosts: AllowedHosts, before?: string): 400 | 421 | undefined {
  const check = hostChecker(hosts);
  const ask = (name: string) => check({ rawHeaders: ['Host', name] } as Parameters<typeof check>[0]);
  if (before !== undefined) ask(before);
  return ask(host);
}

test.each(['shop.example', 'SHOP.EXAMPLE:8080', 'shop.example.', 'shop.test', 'www.shop.test', 'a.b.shop.test'])(
  'a server with a list answers to the listed host %p',
  (host) => {
    expect(refusalOf(host, LISTED)).toBeUndefined();
    expect(refusalOf(host, LISTED, host)).toBeUndefined();
  },
);

test.each([
  '',
  'evil.example',
  'www.shop.example',
  'shop.example.evil.example',
  'evilshop.test',
  'localhost',
  '127.0.0.1',
  '[::1]',
  'shop.example..',
  '.shop.test',
])('a server with a list does not answer to %p', (host) => {
  expect(refusalOf(host, LISTED)).toBe(421);
  expect(refusalOf(host, LISTED, 'shop.example')).toBe(421);
});

test.each(['localhost', 'LOCALHOST:7148', 'app.localhost', '127.0.0.1:80', '192.168.1.7', '[::1]:7148', '[fe80::1]'])(
  'debug mode answers to %p',
  (host) => {
    expect(refusalOf(host, LOCAL_HOSTS)).toBeUndefined();
  },
);

test.each([
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.nip.example',
  '127.0.0.1x',
  'notlocalhost',
  '[::1.evil]',
  '2130706433',
  '0x7f.1',
])('debug mode does not answer to %p, which any web page may point to this machine', (host) => {
  expect(refusalOf(host, LOCAL_HOSTS)).toBe(421);
});

test('a star lists every host', () => {
  expect(refusalOf('evil.example', { names: ['*'], includesAddresses: false })).toBeUndefined();
});

test.each(['https://shop.example', 'shop.example:80', 'shop.example/x', '*.shop.example', 'a b', '..shop', ''])(
  '%p cannot be listed',
  (text) => {
    expect(isHostPattern(text)).toBe(false);
  },
);

test('a request for another host is answered 421 before the app sees it', async () => {
  let seen = 0;
  const { sendRaw } = await startApp(
    (router) => {
      router.use((_req, _res, next) => {
        seen++;
        return next();
      });
    },
    { isDebug: true },
  );
  const answer = await sendRaw('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/);
  expect(answer).toContain('"code":"T4_HOST_UNKNOWN"');
  expect(seen).toBe(0);
  expect(await sendRaw('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
  expect(seen).toBe(1);
});

test('without debug mode and without a list any host is answered', async () => {
  const { sendRaw } = await startApp(() => {});
  expect(await sendRaw('GET / HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
});
