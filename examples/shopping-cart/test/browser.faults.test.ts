import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { announced, describeInChromium, phone } from './shop-browser.js';

describeInChromium('the shop in Chromium', (browsed) => {
  const { visit } = browsed;

  /** Marks the page, so that a load of another one is noticed. */
  const mark = (page: Page) => page.evaluate(() => Object.assign(window, { isMarked: true }));
  const isMarked = (page: Page) => page.evaluate(() => 'isMarked' in window);
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.id);

  /** The paths of the forms that are sent from now on. */
  function notePosts(page: Page): string[] {
    const posts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(new URL(request.url()).pathname);
    });
    return posts;
  }

  /** A new visitor with one desk lamp, on the cart page. */
  async function visitCart(): Promise<Page> {
    const page = await visit('/');
    await page.locator('#add-101').click();
    await announced(page, 'Added: Desk lamp.');
    await page.goto('/cart');
    return page;
  }

  test('adds to the cart from the keyboard, without a new page, says so, and keeps the focus', async () => {
    const page = await visit('/');
    await mark(page);

    await page.locator('#add-102').focus();
    await page.keyboard.press('Enter');
    await announced(page, 'Added: Keyboard. Your cart now holds 1 item.');
    await page.keyboard.press('Enter');
    await announced(page, 'Your cart now holds 2 items.');

    expect(await page.locator('#cart-count').textContent()).toBe('2');
    expect(await focused(page)).toBe('add-102');
    expect(await isMarked(page)).toBe(true);
    expect(page.url()).toBe(`${browsed.shop.url}/?page=1`);
  });

  test('keeps the button under the mouse when a message appears above it', async () => {
    const page = await visit('/', { viewport: phone });
    const button = page.locator('#add-109');
    await button.scrollIntoViewIfNeeded();
    const before = await button.boundingBox();

    await button.click();
    await announced(page, 'Added: Water bottle.');

    expect((await button.boundingBox())?.y).toBeCloseTo(before?.y ?? -1, 0);
    expect(await page.locator('#flash').isVisible()).toBe(true);
  });

  test('counts every one of several quick clicks', async () => {
    const page = await visitCart();

    await page.locator('#more-101').evaluate((button: HTMLElement) => {
      for (let click = 0; click < 5; click += 1) button.click();
    });
    await announced(page, 'Desk lamp: 6 in your cart, total €239.40.');

    expect(await page.locator('#quantity-101').inputValue()).toBe('6');
    expect(await page.locator('#total').textContent()).toBe('€239.40');
  });

  test('changes a quantity when the field is left, removes, and puts the focus where it makes sense', async () => {
    const page = await visitCart();
    await mark(page);

    await page.locator('#quantity-101').fill('3');
    await page.keyboard.press('Tab');
    await announced(page, 'Desk lamp: 3 in your cart, total €119.70.');
    const afterTab = await focused(page);
    await page.locator('#remove-101').press('Enter');
    await announced(page, 'Removed: Desk lamp.');

    expect(afterTab).toBe('more-101');
    expect(await page.getByText('Your cart is empty.').isVisible()).toBe(true);
    expect(await focused(page)).toBe('main');
    expect(await isMarked(page)).toBe(true);
  });

  test.each([
    { quantity: '3', message: 'Desk lamp: 3 in your cart, total €119.70.' },
    { quantity: '0', message: 'Removed: Desk lamp.' },
  ])(
    'sends a quantity of $quantity once when Enter is pressed, and its message stays',
    async ({ quantity, message }) => {
      const page = await visitCart();
      const posts = notePosts(page);

      await page.locator('#quantity-101').fill(quantity);
      await page.keyboard.press('Enter');
      await announced(page, message);
      await page.waitForLoadState('networkidle');

      expect(posts).toEqual(['/cart/items/101']);
      expect(await page.locator('#flash').textContent()).toContain(message);
    },
  );

  test('takes two clicks on a button that does one thing for one', async () => {
    const page = await visitCart();
    const posts = notePosts(page);

    await page.locator('#remove-101').evaluate((button: HTMLElement) => {
      button.click();
      button.click();
    });
    await announced(page, 'Removed: Desk lamp.');
    await page.waitForLoadState('networkidle');

    expect(posts).toEqual(['/cart/items/101/remove']);
    expect(await page.locator('#flash').textContent()).toContain('Removed: Desk lamp.');
  });

  test('brings back from the keyboard what was cleared', async () => {
    const page = await visitCart();

    await page.locator('#clear-cart').press('Enter');
    await announced(page, 'Your cart is empty now.');
    const afterClearing = await focused(page);
    await page.keyboard.press('Tab');
    const firstStop = await focused(page);
    await page.keyboard.press('Enter');
    await announced(page, 'Undone. Your cart holds 1 item again.');

    expect([afterClearing, firstStop]).toEqual(['main', 'undo']);
    expect(await page.locator('#quantity-101').inputValue()).toBe('1');
  });

  test('leads from a tile to the product, and puts several of it into the cart', async () => {
    const page = await visit('/', { viewport: phone });

    // Anywhere on the tile: the link lies over the picture.
    await page.locator('#product-101').click({ position: { x: 60, y: 60 } });
    await page.getByRole('heading', { level: 1, name: 'Desk lamp' }).waitFor();
    await page.getByLabel('Quantity').fill('2');
    await page.keyboard.press('Enter');
    await announced(page, 'Added: Desk lamp. Your cart now holds 2 items.');

    expect(page.url()).toBe(`${browsed.shop.url}/products/101`);
    expect(await page.locator('#cart-count').textContent()).toBe('2');
  });

  test('logs in and out without losing the keyboard user', async () => {
    const page = await visit('/login');

    await page.locator('main').getByRole('button', { name: 'Log in' }).press('Enter');
    await page.getByRole('heading', { name: 'Hello, Alice!' }).waitFor();
    const afterLogin = [page.url(), await focused(page)];
    await page.getByRole('button', { name: 'Log out' }).press('Enter');
    await announced(page, 'You are logged out.');

    expect(afterLogin).toEqual([`${browsed.shop.url}/dashboard`, 'main']);
    expect([page.url(), await focused(page)]).toEqual([`${browsed.shop.url}/`, 'main']);
  });

  test('does not send a quantity that the field itself refuses', async () => {
    const page = await visitCart();

    await page.locator('#quantity-101').fill('-4');
    await page.keyboard.press('Tab');
    await page.goto('/cart');

    expect(await page.locator('#quantity-101').inputValue()).toBe('1');
  });

  test('leads to the first wrong field of the profile', async () => {
    const page = await visit('/profile');

    await page.locator('#name').fill('Dora');
    await page.locator('#email').fill('nobody');
    await page.locator('#save-profile').click();
    await announced(page, 'The profile was not saved.');

    expect(await focused(page)).toBe('email');
    expect(await page.locator('#name').inputValue()).toBe('Dora');
  });

  test('changes language and appearance of the page that is open', async () => {
    const page = await visit('/preferences', { colorScheme: 'light' });
    const groundOf = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await groundOf();

    await page.locator('#language-de').check();
    await page.locator('#theme-dark').check();
    await page.locator('#save-preferences').click();
    await announced(page, 'Einstellungen gespeichert');

    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
    expect(await page.title()).toBe('Einstellungen – Tina4-Laden');
    expect(await groundOf()).not.toBe(light);
  });
});
