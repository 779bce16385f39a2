import { expect, test } from '@jest/globals';
import { describeInChromium, phone } from './shop-browser.js';

describeInChromium('the shop without JavaScript', (browsed) => {
  const { visit } = browsed;

  test('sells to visitors without JavaScript', async () => {
    const page = await visit('/', { javaScriptEnabled: false });

    await page.locator('#add-101').click();
    await page.getByText('Added: Desk lamp. Your cart now holds 1 item.').waitFor();
    const isUselessButtonShown = await page.getByRole('button', { name: 'Close' }).isVisible();
    await page.getByRole('link', { name: /^Cart/ }).click();
    await page.getByRole('button', { name: 'One more: Desk lamp' }).click();
    await page.getByText('Desk lamp: 2 in your cart, total €79.80.').waitFor();
    await page.getByLabel('Quantity of Desk lamp').fill('4');
    await page.getByRole('button', { name: 'Update' }).click();
    await page.getByText('Desk lamp: 4 in your cart, total €159.60.').waitFor();
    await page.getByRole('button', { name: 'Remove Desk lamp' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone. Your cart holds 4 items again.').waitFor();
    await page.getByRole('link', { name: 'Desk lamp' }).click();
    await page.getByLabel('Quantity').fill('2');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.getByText('Already in your cart: 6.').waitFor();
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByLabel('Customer').selectOption('3');
    await page.locator('main').getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Hello, Chiara!' }).waitFor();
    await page.getByRole('link', { name: 'Go to the cart' }).click();
    await page.getByRole('button', { name: 'Clear the cart' }).click();
    await page.getByText('Your cart is empty now.').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();

    expect(page.url()).toBe(`${browsed.shop.url}/`);
    expect(isUselessButtonShown).toBe(false);
  });

  test('has room for one more button in the line on a phone without JavaScript', async () => {
    const page = await visit('/preferences', { viewport: phone, javaScriptEnabled: false });
    await page.locator('#language-de').check();
    await page.locator('#save-preferences').click();
    await page.goto('/');
    await page.locator('#add-101').click();
    await page.goto('/cart');

    const boxes = await Promise.all(['#more-101', '#remove-101'].map((id) => page.locator(id).boundingBox()));

    const [more, remove] = boxes;
    expect(remove?.y).toBeGreaterThanOrEqual((more?.y ?? 0) + (more?.height ?? 0));
  });
});
