import { afterEach, beforeEach, expect, test } from '@jest/globals';
import request from 'supertest';
import { ServedShop } from './served-shop.js';
import { sessionCookieOf } from './session-cookie.js';

let shop: ServedShop;

beforeEach(async () => {
  shop = await ServedShop.start();
});
afterEach(() => shop.remove());

test.each([
  { signal: 'SIGTERM', exitCode: 0 },
  { signal: 'SIGKILL', exitCode: null },
] as const)('a cart and a login are there after the server was ended by $signal', async ({ signal, exitCode }) => {
  const added = await request(shop.url).post('/api/cart/add').send({ product_id: 1, name: 'Keyboard', price: 79.99 });
  const login = await request(shop.url)
    .post('/login')
    .set('Cookie', sessionCookieOf(added) ?? '');
  const cookie = sessionCookieOf(login) ?? '';

  expect(await shop.stop(signal)).toBe(exitCode);
  await shop.startAgain();
  const cart = await request(shop.url).get('/api/cart').set('Cookie', cookie);
  const dashboard = await request(shop.url).get('/dashboard').set('Cookie', cookie);

  expect(cart.body).toMatchObject({ item_count: 1, total: 79.99 });
  expect(dashboard.text).toContain('Hello, Alice!');
});
