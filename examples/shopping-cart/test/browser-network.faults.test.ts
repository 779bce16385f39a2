import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { announced, describeInChromium } from './shop-browser.js';

describeInChromium('the shop over a network that fails', ({ visit }) => {
  /** Marks the page, so that a load of another one is noticed. */
  const mark = (page: Page) => page.evaluate(() => Object.assign(window, { isMarked: true }));
  const isMarked = (page: Page) => page.evaluate(() => 'isMarked' in window);
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.id);

  /** A new visitor with one desk lamp, on the cart page. */
  async function visitCart(): Promise<Page> {
    const page = await visit('/');
    await page.locator('#add-101').click();
    await announced(page, 'Added: Desk lamp.');
    await page.goto('/cart');
    return page;
  }

  test('shows the cart as it is now when the visitor goes back', async () => {
    const page = await visit('/cart');
    await page.goto('/');
    await page.locator('#add-101').click();
    await announced(page, 'Added: Desk lamp.');

    await page.goBack();
    await page.locator('#quantity-101').waitFor();

    expect(await page.locator('#cart-count').textContent()).toBe('1');
  });

  const noAnswer = 'The shop did not answer.';

  test('keeps the page when the network is gone, says so, and goes on when it is back', async () => {
    const page = await visit('/profile');
    await mark(page);
    await page.locator('#name').fill('Dora');

    await page.context().setOffline(true);
    await page.locator('#save-profile').click();
    await announced(page, noAnswer);
    const offline = [await page.locator('#name').inputValue(), await focused(page)];
    await page.context().setOffline(false);
    await page.locator('#save-profile').click();
    await announced(page, 'Profile updated successfully');

    expect(offline).toEqual(['Dora', 'save-profile']);
    expect(await page.locator('#name').inputValue()).toBe('Dora');
    expect(await isMarked(page)).toBe(true);
  });

  test.each([
    { what: 'never arrives', answer: undefined },
    { what: 'is no page of the shop', answer: { status: 502, body: '<h1>Bad Gateway</h1>' } },
  ])('says so when the answer to a click $what, and shows what is stored when asked', async ({ answer }) => {
    const page = await visitCart();
    await page.route('**/cart/items/101', async (route) => {
      await route.fetch({ maxRedirects: 0 });
      await (answer === undefined ? route.abort() : route.fulfill(answer));
    });

    await page.locator('#more-101').click();
    await announced(page, noAnswer);
    const before = await page.locator('#quantity-101').inputValue();
    await page.getByRole('button', { name: 'Reload the page' }).click();
    await page.locator('#flash', { hasText: noAnswer }).waitFor({ state: 'detached' });

    expect(before).toBe('1');
    expect(await page.locator('#quantity-101').inputValue()).toBe('2');
  });

  test('says so when the visitor goes back while the network is gone', async () => {
    const page = await visitCart();
    await page.goto('/login');

    await page.context().setOffline(true);
    await page.goBack();
    await announced(page, noAnswer);

    expect(await page.locator('#quantity-101').inputValue()).toBe('1');
  });
});
