import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { ServedShop } from './served-shop.js';
import { findChromium, launchChromium } from './shop-browser.js';
import { faintTexts } from './text-contrast.js';

const chromiumPath = findChromium();
if (chromiumPath === undefined) console.warn('Skipped the browser tests of the shop: no Chromium in PATH.');

const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 800 };
const paths = ['/', '/cart', '/profile', '/preferences', '/login', '/dashboard', '/nowhere'];

(chromiumPath === undefined ? describe.skip : describe)('the shop in Chromium', () => {
  let shop: ServedShop;
  let browser: Browser;
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    shop = await ServedShop.start();
    browser = await launchChromium(chromiumPath ?? '');
  }, 60_000);
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser?.close();
    await shop?.remove();
  });

  /** A new visitor, looking at a page of the shop. */
  async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    context = await browser.newContext({ viewport: desk, baseURL: shop.url, ...options });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    await page.goto(path);
    return page;
  }

  /** Marks the page, so that a load of another one is noticed. */
  const mark = (page: Page) => page.evaluate(() => Object.assign(window, { isMarked: true }));
  const isMarked = (page: Page) => page.evaluate(() => 'isMarked' in window);
  const announced = (page: Page, text: string) =>
    page.locator('[role=status]', { hasText: text }).waitFor({ state: 'attached' });

  test('adds to the cart from the keyboard, without a new page, says so, and keeps the focus', async () => {
    const page = await visit('/');
    await mark(page);

    await page.locator('#add-102').focus();
    await page.keyboard.press('Enter');
    await announced(page, 'Added: Keyboard. Your cart now holds 1 item.');
    await page.keyboard.press('Enter');
    await announced(page, 'Your cart now holds 2 items.');

    expect(await page.locator('#cart-count').textContent()).toBe('2');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('add-102');
    expect(await isMarked(page)).toBe(true);
    expect(page.url()).toBe(`${shop.url}/?page=1`);
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
    const page = await visit('/');
    await page.locator('#add-101').click();
    await announced(page, 'Added: Desk lamp.');
    await page.goto('/cart');

    await page.locator('#more-101').evaluate((button: HTMLElement) => {
      for (let click = 0; click < 5; click += 1) button.click();
    });
    await announced(page, 'Desk lamp: 6 in your cart, total €239.40.');

    expect(await page.locator('#quantity-101').inputValue()).toBe('6');
    expect(await page.locator('#total').textContent()).toBe('€239.40');
  });

  test('changes a quantity when the field is left, removes, and puts the focus where it makes sense', async () => {
    const page = await visit('/');
    await page.locator('#add-101').click();
    await announced(page, 'Added: Desk lamp.');
    await page.goto('/cart');
    await mark(page);

    await page.locator('#quantity-101').fill('3');
    await page.keyboard.press('Tab');
    await announced(page, 'Desk lamp: 3 in your cart, total €119.70.');
    const afterTab = await page.evaluate(() => document.activeElement?.id);
    await page.locator('#remove-101').press('Enter');
    await announced(page, 'Removed: Desk lamp.');

    expect(afterTab).toBe('more-101');
    expect(await page.getByText('Your cart is empty.').isVisible()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(await isMarked(page)).toBe(true);
  });

  test('does not send a quantity that the field itself refuses', async () => {
    const page = await visit('/');
    await page.locator('#add-101').click();
    await announced(page, 'Added: Desk lamp.');
    await page.goto('/cart');

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

    expect(await page.evaluate(() => document.activeElement?.id)).toBe('email');
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

  test('looks like the device until the visitor chooses', async () => {
    const page = await visit('/', { colorScheme: 'dark' });
    const groundOf = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await groundOf();

    await page.emulateMedia({ colorScheme: 'light' });

    expect(await groundOf()).not.toBe(dark);
  });

  test('shows the cart as it is now when the visitor goes back', async () => {
    const page = await visit('/cart');
    await page.goto('/');
    await page.locator('#add-101').click();
    await announced(page, 'Added: Desk lamp.');

    await page.goBack();
    await page.locator('#quantity-101').waitFor();

    expect(await page.locator('#cart-count').textContent()).toBe('1');
  });

  test('shows what is stored when the answer to a click does not arrive', async () => {
    const page = await visit('/');
    await page.route('**/cart/add', (route) => route.abort(), { times: 1 });
    await mark(page);

    await page.locator('#add-101').click();
    await page.waitForFunction(() => !('isMarked' in window));

    expect(await page.locator('#cart-count').textContent()).toBe('0');
  });

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
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByLabel('Customer').selectOption('3');
    await page.locator('main').getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Hello, Chiara!' }).waitFor();
    await page.getByRole('link', { name: 'Go to the cart' }).click();
    await page.getByRole('button', { name: 'Clear the cart' }).click();
    await page.getByText('Your cart is empty now.').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();

    expect(page.url()).toBe(`${shop.url}/`);
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

  test('the first stop of the keyboard is a way past the menu', async () => {
    const page = await visit('/');

    await page.keyboard.press('Tab');
    const isSkipLinkShown = await page.getByRole('link', { name: 'Skip to content' }).isVisible();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');

    expect(isSkipLinkShown).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('add-101');
  });

  test('every control has a name', async () => {
    const page = await visit('/');
    await page.locator('#add-101').click();
    await announced(page, 'Added: Desk lamp.');

    const unnamed: string[] = [];
    for (const path of paths) {
      await page.goto(path);
      const snapshot = await page.locator('body').ariaSnapshot();
      unnamed.push(
        ...(snapshot.match(/^\s*- (?:button|link|textbox|spinbutton|combobox|radio)(?: \[[^\]]*\])*:?$/gm) ?? []),
      );
    }

    expect(unnamed).toEqual([]);
  });

  describe.each([
    { device: 'a phone', viewport: phone },
    { device: 'a desk', viewport: desk },
  ])('on $device', ({ viewport }) => {
    test.each(['light', 'dark'] as const)('fits and is easy to read in both languages, %s', async (colorScheme) => {
      const page = await visit('/', { viewport, colorScheme });
      await page.locator('#add-101').click();
      await announced(page, 'Added: Desk lamp.');

      const faults: unknown[] = [];
      for (const language of ['en', 'de']) {
        await page.goto('/preferences');
        await page.locator(`#language-${language}`).check();
        await page.locator('#save-preferences').click();
        await page.locator('#flash').waitFor();
        faults.push(...(await faintTexts(page)));
        for (const path of paths) {
          await page.goto(path);
          faults.push(...(await faintTexts(page)));
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          if (width > viewport.width) faults.push({ path, language, width });
        }
      }

      expect(faults).toEqual([]);
    });
  });
});
