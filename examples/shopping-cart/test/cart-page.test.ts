import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { textOf } from './page-text.js';
import { ServedShop } from './served-shop.js';

let shop: ServedShop;

beforeAll(async () => {
  shop = await ServedShop.start();
});
afterAll(() => shop.remove());

describe('cart page', () => {
  test('shows what was added at the price of the catalogue, whatever the form says', async () => {
    const visitor = request.agent(shop.url);

    const added = await visitor.post('/cart/add').type('form').send({ product_id: 101, price: '0.01', page: '1' });
    const message = await visitor.get('/');
    const cart = await visitor.get('/cart');

    expect([added.status, added.headers.location]).toEqual([302, '/?page=1#product-101']);
    expect(textOf(message)).toContain('Added: Desk lamp. Your cart now holds 1 item.');
    expect(textOf(cart)).toContain('Total €39.90');
  });

  test('changes quantities by one and to a number, removes and clears', async () => {
    const visitor = request.agent(shop.url);
    const send = (path: string, fields: object = {}) => visitor.post(path).type('form').send(fields).redirects(1);
    await send('/cart/add', { product_id: 101 });
    await send('/cart/add', { product_id: 103 });

    const more = await send('/cart/items/101', { change: '1' });
    const less = await send('/cart/items/101', { change: '-1' });
    const seven = await send('/cart/items/101', { quantity: '7' });
    const removed = await send('/cart/items/103/remove');
    const none = await send('/cart/items/101', { quantity: '0' });
    await send('/cart/add', { product_id: 103 });
    const cleared = await send('/cart/clear');

    expect(textOf(more)).toContain('Desk lamp: 2 in your cart, total €86.30.');
    expect(textOf(less)).toContain('Desk lamp: 1 in your cart, total €46.40.');
    expect(textOf(seven)).toContain('Total €285.80');
    expect(textOf(removed)).toContain('Removed: Notebook.');
    expect(textOf(removed)).toContain('Total €279.30');
    expect(textOf(none)).toContain('Removed: Desk lamp.');
    expect(textOf(none)).toContain('Your cart is empty.');
    expect(textOf(cleared)).toContain('Your cart is empty now.');
  });

  test.each(['-1', '2.5', 'many', '10001', ''])('keeps the quantity when %p is asked for', async (quantity) => {
    const visitor = request.agent(shop.url);
    await visitor.post('/cart/add').type('form').send({ product_id: 101 });
    await visitor.get('/');

    const page = await visitor.post('/cart/items/101').type('form').send({ quantity }).redirects(1);

    expect(textOf(page)).toContain('The quantity must be a whole number from 0 to 10,000.');
    expect(textOf(page)).toContain('Total €39.90');
  });

  test('brings back what was removed, with its quantity, where it was', async () => {
    const visitor = request.agent(shop.url);
    for (const product_id of [101, 102, 103]) await visitor.post('/cart/add').type('form').send({ product_id });
    await visitor.post('/cart/items/102').type('form').send({ quantity: 7 });
    const before = await visitor.get('/api/cart');

    const removed = await visitor.post('/cart/items/102/remove').redirects(1);
    const undone = await visitor.post('/cart/undo').redirects(1);
    const after = await visitor.get('/api/cart');

    expect(removed.text).toContain('action="/cart/undo"');
    expect(textOf(undone)).toContain('Undone. Your cart holds 9 items again.');
    expect(undone.text).not.toContain('action="/cart/undo"');
    expect(after.body).toEqual(before.body);
  });

  test.each([
    { what: 'a quantity of 0', path: '/cart/items/101', fields: { quantity: 0 } },
    { what: 'one less than one', path: '/cart/items/101', fields: { change: -1 } },
    { what: 'clearing', path: '/cart/clear', fields: {} },
  ])('offers to undo $what', async ({ path, fields }) => {
    const visitor = request.agent(shop.url);
    await visitor.post('/cart/add').type('form').send({ product_id: 101 });

    const empty = await visitor.post(path).type('form').send(fields).redirects(1);
    const undone = await visitor.post('/cart/undo').redirects(1);

    expect(textOf(empty)).toContain('Your cart is empty.');
    expect(empty.text).toContain('action="/cart/undo"');
    expect(textOf(undone)).toContain('Total €39.90');
  });

  test('undoes once, keeps what came after, and has nothing to undo for a new visitor', async () => {
    const visitor = request.agent(shop.url);
    for (const product_id of [101, 102]) await visitor.post('/cart/add').type('form').send({ product_id });
    await visitor.post('/cart/clear');
    for (const product_id of [103, 101]) await visitor.post('/cart/add').type('form').send({ product_id });

    await visitor.post('/cart/undo');
    const again = await visitor.post('/cart/undo');
    const cart = await visitor.get('/api/cart');
    const ofNobody = await request(shop.url).post('/cart/undo');

    const quantities = cart.body.items.map((item: { product_id: number; quantity: number }) => [
      item.product_id,
      item.quantity,
    ]);
    expect(Object.fromEntries(quantities)).toEqual({ 101: 2, 102: 1, 103: 1 });
    expect([again.status, again.headers.location]).toEqual([302, '/cart']);
    expect([ofNobody.status, ofNobody.headers.location]).toEqual([302, '/cart']);
  });

  test('leads on when it is empty, and so does an account with an empty cart', async () => {
    const visitor = request.agent(shop.url);
    await visitor.post('/login');

    const pages = await Promise.all([visitor.get('/cart'), visitor.get('/dashboard')]);

    const leadingOn = '<a class="button primary" href="/">Go to the catalogue</a>';
    expect(pages.map((page) => page.text.includes(leadingOn))).toEqual([true, true]);
  });

  test('says so when a product does not exist, and goes on when one is not in the cart', async () => {
    const visitor = request.agent(shop.url);

    const unknown = await visitor.post('/cart/add').type('form').send({ product_id: 'x' }).redirects(1);
    const absent = await visitor.post('/cart/items/101').type('form').send({ change: '1' });

    expect(textOf(unknown)).toContain('The shop does not have this product.');
    expect([absent.status, absent.headers.location]).toEqual([302, '/cart']);
  });

  test('shows what JSON clients put in, as text and never as HTML', async () => {
    const visitor = request.agent(shop.url);
    const name = '<script>alert(1)</script>';
    await visitor.post('/api/cart/add').send({ product_id: 7, name, price: 5, quantity: 2 });

    const page = await visitor.get('/cart');

    expect(page.text).not.toContain(name);
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(textOf(page)).toContain('Total €10.00');
  });
});
