import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { ServedShop } from './served-shop.js';
import { sessionCookieOf } from './session-cookie.js';

let shop: ServedShop;

beforeAll(async () => {
  shop = await ServedShop.start();
});
afterAll(() => shop.remove());

// Usually a second. It takes as long as a lease (15 s) when the kill falls between the creation of a lock file and its first bytes:
// nobody can say then whose lock it is.
test('no answered click is lost when the server is killed while clicks come in', async () => {
  const start = await request(shop.url).get('/');
  const cookie = sessionCookieOf(start) ?? '';
  const click = () =>
    request(shop.url).post('/api/cart/add').set('Cookie', cookie).send({ product_id: 1, name: 'Keyboard', price: 1 });

  const clicks = Promise.allSettled(
    Array.from({ length: 30 }, async (_, index) => {
      const answer = await click();
      if (index === 5) await shop.stop('SIGKILL');
      return answer.status;
    }),
  );
  const answered = (await clicks).filter((click) => click.status === 'fulfilled' && click.value === 200).length;
  await shop.startAgain();
  const cart = await request(shop.url).get('/api/cart').set('Cookie', cookie);

  expect(answered).toBeGreaterThan(0);
  expect(cart.body.item_count).toBeGreaterThanOrEqual(answered);
}, 60_000);
