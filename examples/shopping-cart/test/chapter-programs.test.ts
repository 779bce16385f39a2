import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { ServedShop } from './served-shop.js';
import { sessionCookieOf } from './session-cookie.js';

let shop: ServedShop;

beforeAll(async () => {
  shop = await ServedShop.start();
});
afterAll(() => shop.remove());

describe('visit counter', () => {
  test('counts the visits of one visitor', async () => {
    const visitor = request.agent(shop.url);

    const first = await visitor.get('/visit-counter');
    const second = await visitor.get('/visit-counter');

    expect(first.text).toBe('{"visit_count":1,"message":"You have visited this page 1 time"}');
    expect(second.text).toBe('{"visit_count":2,"message":"You have visited this page 2 times"}');
  });

  test('starts at one for another visitor', async () => {
    await request(shop.url).get('/visit-counter');

    const other = await request(shop.url).get('/visit-counter');

    expect(other.body.visit_count).toBe(1);
  });
});

describe('preferences', () => {
  test('have defaults, are stored, and are gone when the session is cleared', async () => {
    const visitor = request.agent(shop.url);
    const chosen = { language: 'fr', theme: 'dark', items_per_page: 50 };

    const before = await visitor.get('/api/preferences');
    const saved = await visitor.post('/api/preferences').send(chosen);
    const after = await visitor.get('/api/preferences');
    const cleared = await visitor.post('/api/session/clear');
    const afterwards = await visitor.get('/api/preferences');

    expect(before.text).toBe('{"language":"en","theme":"light","items_per_page":20}');
    expect(saved.text).toBe(
      '{"message":"Preferences saved","preferences":{"language":"fr","theme":"dark","items_per_page":50}}',
    );
    expect(after.body).toEqual(chosen);
    expect(cleared.text).toBe('{"message":"Session cleared"}');
    expect(afterwards.text).toBe(before.text);
  });

  test('are taken from a form too', async () => {
    const saved = await request(shop.url).post('/api/preferences').type('form').send({ items_per_page: '7' });

    expect(saved.body.preferences).toEqual({ language: 'en', theme: 'light', items_per_page: 7 });
  });
});

describe('cart', () => {
  const keyboard = { product_id: 1, name: 'Keyboard', price: 79.99 };
  const hub = { product_id: 2, name: 'Hub', price: '49.95', quantity: 2 };
  const emptyCart = '{"items":[],"item_count":0,"unique_items":0,"total":0}';

  test('adds, shows, changes, removes and clears, and answers with the whole cart every time', async () => {
    const visitor = request.agent(shop.url);

    const added = await visitor.post('/api/cart/add').send(keyboard);
    await visitor.post('/api/cart/add').send(hub);
    const shown = await visitor.get('/api/cart');
    const changed = await visitor.put('/api/cart/2').send({ quantity: 3 });
    const removed = await visitor.delete('/api/cart/1');
    const cleared = await visitor.delete('/api/cart');

    expect(added.text).toBe(
      '{"items":[{"product_id":1,"name":"Keyboard","price":79.99,"quantity":1,"subtotal":79.99}],"item_count":1,"unique_items":1,"total":79.99}',
    );
    expect(shown.body).toEqual({
      items: [
        { product_id: 1, name: 'Keyboard', price: 79.99, quantity: 1, subtotal: 79.99 },
        { product_id: 2, name: 'Hub', price: 49.95, quantity: 2, subtotal: 99.9 },
      ],
      item_count: 3,
      unique_items: 2,
      total: 179.89,
    });
    expect(changed.body.total).toBe(229.84);
    expect(removed.body).toEqual({
      items: [{ product_id: 2, name: 'Hub', price: 49.95, quantity: 3, subtotal: 149.85 }],
      item_count: 3,
      unique_items: 1,
      total: 149.85,
    });
    expect(cleared.status).toBe(200);
    expect(cleared.text).toBe(emptyCart);
  });

  test('counts a product up that is there already', async () => {
    const visitor = request.agent(shop.url);
    await visitor.post('/api/cart/add').send(keyboard);

    const again = await visitor.post('/api/cart/add').send({ ...keyboard, quantity: '4' });

    expect(again.body.items).toEqual([
      { product_id: 1, name: 'Keyboard', price: 79.99, quantity: 5, subtotal: 399.95 },
    ]);
  });

  test('is empty for a new visitor, who gets no cookie for looking', async () => {
    const answer = await request(shop.url).get('/api/cart');

    expect(answer.text).toBe(emptyCart);
    expect(sessionCookieOf(answer)).toBeUndefined();
  });

  test.each([0, -1, '0'])('takes a product out when its quantity is set to %p', async (quantity) => {
    const visitor = request.agent(shop.url);
    await visitor.post('/api/cart/add').send(keyboard);

    const changed = await visitor.put('/api/cart/1').send({ quantity });

    expect(changed.text).toBe(emptyCart);
  });

  test.each([
    ['no product_id', { name: 'Keyboard', price: 1 }],
    ['no name', { product_id: 1, price: 1 }],
    ['no price', { product_id: 1, name: 'Keyboard' }],
    ['no body at all', {}],
  ])('refuses %s', async (_what, body) => {
    const answer = await request(shop.url).post('/api/cart/add').send(body);

    expect(answer.status).toBe(400);
    expect(answer.text).toBe('{"error":"product_id, name, and price are required"}');
  });

  test.each([
    { product_id: 'one', name: 'Keyboard', price: 1 },
    { product_id: 1, name: 'Keyboard', price: 'cheap' },
    { product_id: 1, name: 'Keyboard', price: -1 },
    { product_id: 1, name: 'Keyboard', price: 1, quantity: 'many' },
    { product_id: 1, name: 'Keyboard', price: 1, quantity: 0 },
    { product_id: 1, name: 'Keyboard', price: 1, quantity: 1e9 },
  ])('refuses %p and stores nothing', async (body) => {
    const visitor = request.agent(shop.url);

    const answer = await visitor.post('/api/cart/add').send(body);

    expect(answer.status).toBe(400);
    expect((await visitor.get('/api/cart')).text).toBe(emptyCart);
  });

  test('says so when a product to change or remove is not in it', async () => {
    const visitor = request.agent(shop.url);
    await visitor.post('/api/cart/add').send(keyboard);

    const changed = await visitor.put('/api/cart/9').send({ quantity: 1 });
    const removed = await visitor.delete('/api/cart/9');

    expect([changed.status, changed.text]).toEqual([404, '{"error":"Product not in cart"}']);
    expect([removed.status, removed.text]).toEqual([404, '{"error":"Product not in cart"}']);
  });

  test('keeps every one of twenty products that are added at the same time', async () => {
    const visitor = request.agent(shop.url);
    await visitor.get('/');

    const added = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        visitor.post('/api/cart/add').send({ product_id: (index % 4) + 1, name: 'Thing', price: 1 }),
      ),
    );

    expect(added.map((answer) => answer.status)).toEqual(Array(20).fill(200));
    const cart = await visitor.get('/api/cart');
    expect(cart.body).toMatchObject({ item_count: 20, unique_items: 4, total: 20 });
  });
});

describe('flash message', () => {
  const message = 'Profile updated successfully';

  test('is on the page after the redirect and gone on the next', async () => {
    const visitor = request.agent(shop.url);

    const saved = await visitor.post('/profile/update');
    const page = await visitor.get('/profile');
    const nextPage = await visitor.get('/profile');

    expect([saved.status, saved.headers.location]).toEqual([302, '/profile']);
    expect(page.text).toContain(message);
    expect(page.text).toContain('alice@example.com');
    expect(nextPage.text).not.toContain(message);
  });

  test('is on one or both of two pages that are loaded at the same time, and gone afterwards', async () => {
    const visitor = request.agent(shop.url);
    await visitor.post('/profile/update').send({ name: 'Dora' });

    const pages = await Promise.all([visitor.get('/profile'), visitor.get('/profile')]);
    const nextPage = await visitor.get('/profile');

    expect(pages.map((page) => page.status)).toEqual([200, 200]);
    expect(pages.some((page) => page.text.includes(message))).toBe(true);
    expect(nextPage.text).not.toContain(message);
    expect(nextPage.text).toContain('Dora');
  });
});

describe('language cookie', () => {
  test('is English until it is set, and lasts a year', async () => {
    const visitor = request.agent(shop.url);

    const before = await visitor.get('/api/get-language');
    const set = await visitor.post('/api/set-language').send({ language: 'de' });
    const after = await visitor.get('/api/get-language');

    expect(before.text).toBe('{"language":"en"}');
    expect(set.text).toBe('{"message":"Language set to de"}');
    expect(after.text).toBe('{"language":"de"}');
    const [cookie] = [set.headers['set-cookie'] ?? []].flat();
    expect(cookie).toMatch(/^language=de; /);
    expect(cookie).toMatch(/Path=\//);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(cookie).not.toMatch(/HttpOnly|Secure/);
    const expires = Date.parse(/Expires=([^;]+)/.exec(cookie ?? '')?.[1] ?? '');
    expect((expires - Date.now()) / 86_400_000).toBeCloseTo(365, 1);
  });
});

describe('login', () => {
  test('gives a new id, keeps the cart, and makes the old id worthless', async () => {
    const visitor = request.agent(shop.url);
    const before = sessionCookieOf(await visitor.post('/api/cart/add').send({ product_id: 1, name: 'A', price: 2 }));

    const login = await visitor.post('/login').type('form').send({ customer_id: '2' });
    const after = sessionCookieOf(login);
    const dashboard = await visitor.get('/dashboard');
    const cart = await visitor.get('/api/cart');
    const withOldId = await request(shop.url)
      .get('/api/cart')
      .set('Cookie', before ?? '');

    expect([login.status, login.headers.location]).toEqual([302, '/dashboard']);
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    expect(dashboard.text).toContain('Hello, Ben!');
    expect(cart.body.item_count).toBe(1);
    expect(withOldId.body.item_count).toBe(0);
  });

  test('is asked for where an account is shown', async () => {
    const answer = await request(shop.url).get('/dashboard');

    expect([answer.status, answer.headers.location]).toEqual([302, '/login']);
  });

  test('is refused to a customer who does not exist, and the id stays', async () => {
    const visitor = request.agent(shop.url);
    await visitor.get('/visit-counter');

    const answer = await visitor.post('/login').send({ customer_id: 99 });

    expect(answer.status).toBe(422);
    expect(answer.text).toContain('There is no such customer.');
    expect((await visitor.get('/dashboard')).status).toBe(302);
  });

  test('ends with the logout: cart and id are gone, the language stays', async () => {
    const visitor = request.agent(shop.url);
    await visitor.post('/api/cart/add').send({ product_id: 1, name: 'A', price: 2 });
    await visitor.post('/preferences').type('form').send({ language: 'de' });
    const loggedIn = sessionCookieOf(await visitor.post('/login'));

    const logout = await visitor.post('/logout');
    const page = await visitor.get('/');
    const cart = await visitor.get('/api/cart');
    const withOldId = await request(shop.url)
      .get('/dashboard')
      .set('Cookie', loggedIn ?? '');

    expect([logout.status, logout.headers.location]).toEqual([302, '/']);
    expect(page.text).toContain('Sie sind abgemeldet.');
    expect(cart.body.item_count).toBe(0);
    expect(withOldId.status).toBe(302);
  });
});
