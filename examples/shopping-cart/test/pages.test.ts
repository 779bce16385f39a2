import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request, { type Response } from 'supertest';
import { ServedShop } from './served-shop.js';
import { sessionCookieOf } from './session-cookie.js';

// What a browser without JavaScript does: it opens pages, sends forms and follows redirects.

let shop: ServedShop;

beforeAll(async () => {
  shop = await ServedShop.start();
});
afterAll(() => shop.remove());

/** The text of a page as it is read: no tags, single spaces. */
function textOf(page: Response): string {
  return page.text
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
}

describe('catalogue', () => {
  test('shows twelve products with a picture each, and gives the visitor a session', async () => {
    const page = await request(shop.url).get('/');

    expect(page.status).toBe(200);
    expect(page.text.match(/<li class="product"/g)).toHaveLength(12);
    expect(page.text.match(/<div class="picture"><svg/g)).toHaveLength(12);
    expect(sessionCookieOf(page)).toBeDefined();
  });

  test('counts visits, but not the way back from a form', async () => {
    const visitor = request.agent(shop.url);

    const first = await visitor.get('/');
    const afterForm = await visitor.post('/cart/add').type('form').send({ product_id: 101 }).redirects(1);
    const second = await visitor.get('/');

    expect(textOf(first)).toContain('You have visited this page 1 time');
    expect(textOf(afterForm)).toContain('You have visited this page 1 time');
    expect(textOf(second)).toContain('You have visited this page 2 times');
  });

  test('is shown in pages of the size that the visitor chose', async () => {
    const visitor = request.agent(shop.url);
    await visitor.post('/preferences').type('form').send({ items_per_page: '8' });

    const second = await visitor.get('/?page=2');
    const beyond = await visitor.get('/?page=99');

    expect(second.text.match(/<li class="product"/g)).toHaveLength(4);
    expect(textOf(second)).toContain('Page 2 of 2');
    expect(textOf(beyond)).toContain('Page 2 of 2');
  });
});

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

describe('preferences page', () => {
  test('changes language, prices and appearance of every page', async () => {
    const visitor = request.agent(shop.url);
    await visitor.post('/cart/add').type('form').send({ product_id: 101 });

    const saved = await visitor.post('/preferences').type('form').send({ language: 'de', theme: 'dark' }).redirects(1);
    const cart = await visitor.get('/cart');

    expect(saved.text).toContain('<html lang="de" data-theme="dark">');
    expect(textOf(saved)).toContain('Einstellungen gespeichert');
    expect(textOf(cart)).toContain('Tischlampe');
    expect(textOf(cart)).toContain('Summe 39,90 €');
  });

  test('remembers the language when the session has ended', async () => {
    const saved = await request(shop.url).post('/preferences').type('form').send({ language: 'de' });
    const cookies = [saved.headers['set-cookie'] ?? []].flat();
    const languageCookie = cookies.find((cookie) => cookie.startsWith('language=')) ?? '';

    const page = await request(shop.url)
      .get('/')
      .set('Cookie', languageCookie.split(';')[0] ?? '');

    expect(page.text).toContain('<html lang="de"');
  });

  test('keeps what the form does not offer', async () => {
    const visitor = request.agent(shop.url);

    const page = await visitor
      .post('/preferences')
      .type('form')
      .send({ language: 'xx', theme: '"><b>', items_per_page: '-3' })
      .redirects(1);

    expect(page.text).toContain('<html lang="en" data-theme="auto">');
  });

  test('understands what JSON clients stored, and falls back where a page cannot', async () => {
    const visitor = request.agent(shop.url);
    await visitor.post('/api/preferences').send({ language: 'tlh', theme: 'dark', items_per_page: 0 });

    const page = await visitor.get('/');

    expect(page.text).toContain('<html lang="en" data-theme="dark">');
    expect(page.text.match(/<li class="product"/g)).toHaveLength(12);
  });
});

describe('profile page', () => {
  test('keeps what was entered', async () => {
    const visitor = request.agent(shop.url);

    const page = await visitor
      .post('/profile/update')
      .type('form')
      .send({ name: 'Dora "D" <Doe>', email: 'dora@example.org' })
      .redirects(1);

    expect(page.text).toContain('value="Dora &quot;D&quot; &lt;Doe&gt;"');
    expect(page.text).toContain('value="dora@example.org"');
  });

  test('marks fields that are wrong, ties the reason to them, and stores nothing', async () => {
    const visitor = request.agent(shop.url);

    const answer = await visitor.post('/profile/update').type('form').send({ name: ' ', email: 'nobody' });
    const page = await visitor.get('/profile');

    expect(answer.status).toBe(422);
    expect(answer.text.match(/aria-invalid="true"/g)).toHaveLength(2);
    expect(answer.text).toContain('aria-describedby="email-error"');
    expect(answer.text).toContain('value="nobody"');
    expect(page.text).toContain('value="alice@example.com"');
  });
});

test('every page has one heading, a way past the menu, and marks where the visitor is', async () => {
  const visitor = request.agent(shop.url);
  await visitor.post('/login');
  const paths = ['/', '/cart', '/profile', '/preferences', '/dashboard'];

  const pages = await Promise.all(paths.map((path) => visitor.get(path)));

  expect(pages.map((page) => page.text.match(/<h1/g)?.length)).toEqual([1, 1, 1, 1, 1]);
  expect(pages.map((page) => page.text.includes('href="#main"'))).toEqual(Array(5).fill(true));
  expect(pages.map((page) => page.text.match(/aria-current="page"/g)?.length)).toEqual([1, 1, 1, 1, 1]);
});

test('a page that does not exist is told in the look of the shop, and in JSON to programs', async () => {
  const page = await request(shop.url).get('/nowhere').set('Accept', 'text/html');
  const body = await request(shop.url).get('/nowhere').set('Accept', 'application/json');

  expect(page.status).toBe(404);
  expect(page.text).toContain('This page does not exist');
  expect(body.text).toBe('{"error":"Not found","path":"/nowhere","status":404}');
});

test('nothing is loaded from another place', async () => {
  const page = await request(shop.url).get('/');
  const paths = [...page.text.matchAll(/(?:src|href)="([^"#]+)/g)].map((match) => match[1] ?? '');

  expect(paths.filter((path) => !path.startsWith('/') || path.startsWith('//'))).toEqual([]);
});
