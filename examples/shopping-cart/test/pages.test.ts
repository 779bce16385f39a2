import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request, { type Response } from 'supertest';
import { textOf } from './page-text.js';
import { ServedShop } from './served-shop.js';
import { sessionCookieOf } from './session-cookie.js';

// What a browser without JavaScript does: it opens pages, sends forms and follows redirects.

let shop: ServedShop;

beforeAll(async () => {
  shop = await ServedShop.start();
});
afterAll(() => shop.remove());

describe('catalogue', () => {
  test('shows twelve products with a picture and a link each, and gives the visitor a session', async () => {
    const page = await request(shop.url).get('/');

    expect(page.status).toBe(200);
    expect(page.text.match(/<li class="product"/g)).toHaveLength(12);
    expect(page.text.match(/<div class="picture"><svg/g)).toHaveLength(12);
    expect(page.text.match(/href="\/products\/\d+"/g)).toHaveLength(12);
    expect(sessionCookieOf(page)).toBeDefined();
  });

  test('counts visits, but not the way back from a form', async () => {
    const visitor = request.agent(shop.url);

    const first = await visitor.get('/');
    const afterForm = await visitor.post('/cart/add').type('form').send({ product_id: 101, page: 1 }).redirects(1);
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

describe('product page', () => {
  test('has an address of its own and says what it is, what it costs and what it is made of', async () => {
    const page = await request(shop.url).get('/products/101');

    expect(page.status).toBe(200);
    expect(page.text).toContain('<title>Desk lamp – Tina4 Shop</title>');
    expect(page.text).toContain('<meta name="description" content="Warm light that stays on your page.">');
    expect(textOf(page)).toContain('€39.90 Tax included, delivery free.');
    expect(textOf(page)).toContain('Material Painted steel Size 42 × 18 cm Article number 101');
    expect(sessionCookieOf(page)).toBeDefined();
  });

  test('puts several into the cart, comes back and says how many are there', async () => {
    const visitor = request.agent(shop.url);

    const added = await visitor.post('/cart/add').type('form').send({ product_id: 101, quantity: 3 });
    const page = await visitor.get('/products/101');

    expect([added.status, added.headers.location]).toEqual([302, '/products/101']);
    expect(textOf(page)).toContain('Added: Desk lamp. Your cart now holds 3 items.');
    expect(textOf(page)).toContain('Already in your cart: 3. Go to the cart');
  });

  test.each(['0', '-1', '2.5', 'many', '10001', ''])('adds nothing when %p is asked for', async (quantity) => {
    const visitor = request.agent(shop.url);

    const page = await visitor.post('/cart/add').type('form').send({ product_id: 101, quantity }).redirects(1);

    expect(textOf(page)).toContain('The quantity must be a whole number from 1 to 10,000.');
    expect(textOf(page)).toContain('Cart 0 items');
  });

  test('is remembered: other products and the empty cart lead back to it', async () => {
    const visitor = request.agent(shop.url);

    const first = await visitor.get('/products/101');
    for (const id of [102, 103, 104, 105, 102]) await visitor.get(`/products/${id}`);
    const last = await visitor.get('/products/106');
    const cart = await visitor.get('/cart');

    const linksOf = (page: Response) =>
      [...page.text.matchAll(/<li><a class="product-link" href="([^"]+)"/g)].map(([, path]) => path);
    expect(textOf(first)).not.toContain('You looked at these');
    expect(linksOf(last)).toEqual(['/products/102', '/products/105', '/products/104', '/products/103']);
    expect(linksOf(cart)).toEqual(['/products/106', ...linksOf(last)]);
  });

  test.each(['/products/999', '/products/lamp'])('%s does not exist', async (path) => {
    const page = await request(shop.url).get(path).set('Accept', 'text/html');

    expect(page.status).toBe(404);
    expect(textOf(page)).toContain('This page does not exist');
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
  const paths = ['/', '/products/101', '/cart', '/profile', '/preferences', '/dashboard'];

  const pages = await Promise.all(paths.map((path) => visitor.get(path)));

  expect(pages.map((page) => page.text.match(/<h1/g)?.length)).toEqual(Array(6).fill(1));
  expect(pages.map((page) => page.text.includes('href="#main"'))).toEqual(Array(6).fill(true));
  expect(pages.map((page) => page.text.match(/aria-current="page"/g)?.length)).toEqual(Array(6).fill(1));
});

describe('a page that does not exist', () => {
  test.each(['/nowhere', '/no/where.html', '/products/999'])(
    'keeps language, theme, login and cart: %s',
    async (path) => {
      const visitor = request.agent(shop.url);
      await visitor.post('/preferences').type('form').send({ language: 'de', theme: 'dark' });
      await visitor.post('/cart/add').type('form').send({ product_id: 101, quantity: 2 });
      await visitor.post('/login').type('form').send({ customer_id: 3 });

      const page = await visitor.get(path).set('Accept', 'text/html');

      expect(page.status).toBe(404);
      expect(page.text).toContain('<html lang="de" data-theme="dark">');
      expect(textOf(page)).toContain('Katalog Warenkorb 2 Artikel Menü Profil Einstellungen Chiara Abmelden');
      expect(textOf(page)).toContain('Diese Seite gibt es nicht');
    },
  );

  test.each(['application/json', '*/*'])('is told in JSON to programs that accept %s', async (accept) => {
    const body = await request(shop.url).get('/nowhere').set('Accept', accept);

    expect(body.status).toBe(404);
    expect(body.text).toBe('{"error":"Not found","path":"/nowhere","status":404}');
  });

  test('leaves the public files alone', async () => {
    const file = await request(shop.url).get('/css/shop.css').set('Accept', 'text/html');

    expect([file.status, file.type]).toEqual([200, 'text/css']);
  });
});

test('nothing is loaded from another place', async () => {
  const page = await request(shop.url).get('/');
  const paths = [...page.text.matchAll(/(?:src|href)="([^"#]+)/g)].map((match) => match[1] ?? '');

  expect(paths.filter((path) => !path.startsWith('/') || path.startsWith('//'))).toEqual([]);
});
