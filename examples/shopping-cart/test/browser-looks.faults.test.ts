import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Templates } from 'tina4-nodejs';
import { accessibilityFaults } from './accessibility-faults.js';
import { describeInChromium, desk, phone } from './shop-browser.js';
import { faintTexts } from './text-contrast.js';

describeInChromium('the look of the shop', ({ visit }) => {
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.id);

  test('has a menu on a phone that the keyboard opens and closes', async () => {
    const page = await visit('/', { viewport: phone });
    const preferences = page.getByRole('link', { name: 'Preferences' });

    const isShownBefore = await preferences.isVisible();
    await page.getByRole('button', { name: 'Menu' }).press('Enter');
    await preferences.waitFor();
    await page.keyboard.press('Escape');
    await preferences.waitFor({ state: 'hidden' });
    const afterEscape = await focused(page);
    await page.getByRole('button', { name: 'Menu' }).press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/preferences');

    expect(isShownBefore).toBe(false);
    expect(afterEscape).toBe('menu-button');
  });

  test('looks like the device until the visitor chooses', async () => {
    const page = await visit('/', { colorScheme: 'dark' });
    const groundOf = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await groundOf();

    await page.emulateMedia({ colorScheme: 'light' });

    expect(await groundOf()).not.toBe(dark);
  });

  test('the first stop of the keyboard is a way past the menu', async () => {
    const page = await visit('/');

    await page.keyboard.press('Tab');
    const isSkipLinkShown = await page.getByRole('link', { name: 'Skip to content' }).isVisible();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');

    expect(isSkipLinkShown).toBe(true);
    expect(await focused(page)).toBe('add-101');
  });

  describe.each([
    { device: 'a phone', viewport: phone },
    { device: 'a desk', viewport: desk },
  ])('on $device', ({ viewport }) => {
    const looks = [
      { look: 'light', options: { colorScheme: 'light' } },
      { look: 'dark', options: { colorScheme: 'dark' } },
      { look: 'in colours that the system dictates', options: { forcedColors: 'active', colorScheme: 'dark' } },
    ] as const;

    test.each(
      looks.flatMap((look) => [
        { ...look, language: 'en' },
        { ...look, language: 'de' },
      ]),
    )(
      'every page fits, is easy to read and has no fault that axe finds: $look, $language',
      async ({ options, language }) => {
        const page = await visit('/preferences', { viewport, ...options });
        const faults: unknown[] = [];
        const look = async (at: string) => {
          const found: unknown[] = [...(await accessibilityFaults(page)), ...(await faintTexts(page))];
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          if (width > viewport.width) found.push({ width });
          const height = await page.locator('.site-header').evaluate((header) => header.clientHeight);
          if (height > 64) found.push({ headerHeight: height });
          if (found.length > 0) faults.push({ at, found });
        };

        await page.locator(`#language-${language}`).check();
        await page.locator('#save-preferences').click();
        await page.locator('#flash').waitFor();
        for (const path of ['/products/101', '/login', '/cart']) {
          await page.goto(path);
          await look(`${path} as a stranger`);
        }
        await page.goto('/products/106');
        await page.locator('#add-106').click();
        await page.locator('#flash').waitFor();
        await page.goto('/login');
        await page.locator('main button[type=submit]').click();
        await page.waitForURL('**/dashboard');
        for (const path of ['/', '/products/102', '/cart', '/profile', '/preferences', '/dashboard', '/nowhere']) {
          await page.goto(path);
          await look(path);
        }
        await page.goto('/profile');
        await page.locator('#email').fill('nobody');
        await page.locator('#save-profile').click();
        await page.locator('#email-error').waitFor();
        await look('a field that is wrong');
        await page.goto('/cart');
        await page.locator('#remove-106').click();
        await page.locator('#undo').waitFor();
        await look('a message with undo');
        await page.context().setOffline(true);
        await page.locator('#undo').click();
        await page.locator('#reload').waitFor();
        await look('no answer');
        await page.context().setOffline(false);
        if (await page.locator('#menu-button').isVisible()) {
          await page.locator('#menu-button').click();
          await look('the menu');
        }

        expect(faults).toEqual([]);
      },
      // Some fifteen pages, each read by axe: 15 s where the machine is free.
      240_000,
    );
  });

  test('the page for an error of the shop has no fault that axe finds', async () => {
    const templates = new Templates({ directory: join(__dirname, '../src/templates'), isDebug: false });
    await templates.refresh();
    const body = templates.render('errors/500.html', {});
    const page = await visit('/');
    await page.route('**/broken', (route) => route.fulfill({ status: 500, contentType: 'text/html', body }));

    await page.goto('/broken');

    expect([...(await accessibilityFaults(page)), ...(await faintTexts(page))]).toEqual([]);
  });

  test('where the system dictates the colours, the open page is marked and pictures keep their ground', async () => {
    const page = await visit('/', { forcedColors: 'active', colorScheme: 'dark' });
    const styleOf = (selector: string, name: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element, key) => getComputedStyle(element).getPropertyValue(key), name);

    const [open, other, ground, tile] = await Promise.all([
      styleOf('.menu [aria-current]', 'border-bottom-color'),
      styleOf('.menu a[href="/profile"]', 'border-bottom-color'),
      styleOf('body', 'background-color'),
      styleOf('.picture', 'background-color'),
    ]);

    expect(other).toBe(ground);
    expect(open).not.toBe(ground);
    expect(tile).not.toBe(ground);
  });
});
