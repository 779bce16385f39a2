import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { ServedShop } from './served-shop.js';

let app: ServedShop;

beforeAll(async () => {
  app = await ServedShop.start(join(__dirname, 'first-cart'));
});
afterAll(() => app.remove());

test('a cart that is only changed in place is stored', async () => {
  const visitor = request.agent(app.url);

  const first = await visitor.post('/api/cart/add').send({ product_id: 1, name: 'Keyboard', price: 79.99 });
  const second = await visitor
    .post('/api/cart/add')
    .send({ product_id: '2', name: 'Hub', price: '49.95', quantity: 2 });
  const third = await visitor.post('/api/cart/add').send({ product_id: 1, name: 'Keyboard', price: 79.99 });

  expect(first.text).toBe('{"message":"Added to cart","cart_items":1,"cart_total":79.99}');
  expect(second.text).toBe('{"message":"Added to cart","cart_items":2,"cart_total":179.89}');
  expect(third.text).toBe('{"message":"Added to cart","cart_items":2,"cart_total":259.88}');
});

test('clicks that come at the same time all count', async () => {
  const visitor = request.agent(app.url);
  await visitor.post('/api/cart/add').send({ product_id: 1, name: 'Keyboard', price: 1 });

  await Promise.all(
    Array.from({ length: 10 }, () => visitor.post('/api/cart/add').send({ product_id: 1, name: 'Keyboard', price: 1 })),
  );

  const last = await visitor.post('/api/cart/add').send({ product_id: 1, name: 'Keyboard', price: 1 });
  expect(last.body.cart_total).toBe(12);
});
