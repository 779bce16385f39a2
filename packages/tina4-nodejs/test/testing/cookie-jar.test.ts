import { expect, test } from '@jest/globals';
import { CookieJar } from '../../src/testing/cookie-jar.js';

test('a cookie goes back as it was sent, still encoded', () => {
  const jar = new CookieJar();
  jar.store(['name=a%20b%3D; Path=/; HttpOnly; SameSite=Lax', 'empty=; Path=/'], '/login');
  expect(jar.header('/anywhere')).toBe('name=a%20b%3D; empty=');
});

test('a cookie of a path goes to that path and below it only', () => {
  const jar = new CookieJar();
  jar.store(['a=1; Path=/admin', 'b=2'], '/shop/cart');
  expect(jar.header('/admin')).toBe('a=1');
  expect(jar.header('/admin/users')).toBe('a=1');
  expect(jar.header('/administration')).toBeUndefined();
  expect(jar.header('/shop/other')).toBe('b=2');
  expect(jar.header('/')).toBeUndefined();
});

test('a newer cookie replaces an older one of the same name and path', () => {
  const jar = new CookieJar();
  jar.store(['a=1; Path=/'], '/');
  jar.store(['a=2; Path=/', 'a=3; Path=/x'], '/');
  expect(jar.header('/x')).toBe('a=3; a=2');
});

test('a cookie ends with its Max-Age, which beats Expires, and Max-Age=0 removes it', () => {
  let now = 1_000_000;
  const jar = new CookieJar(() => now);
  jar.store(['a=1; Path=/; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=1; Path=/'], '/');
  expect(jar.header('/')).toBe('a=1; b=1');
  jar.store(['b=; Path=/; Max-Age=0'], '/');
  expect(jar.header('/')).toBe('a=1');
  now += 10_000;
  expect(jar.header('/')).toBeUndefined();
});

test('a copy starts with the same cookies and changes alone', () => {
  const jar = new CookieJar();
  jar.store(['a=1; Path=/'], '/');
  const copy = jar.copy();
  copy.store(['b=2; Path=/'], '/');
  jar.clear();
  expect([jar.header('/'), copy.header('/')]).toEqual([undefined, 'a=1; b=2']);
});
