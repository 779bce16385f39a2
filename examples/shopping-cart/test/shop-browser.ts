import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ServedShop } from './served-shop.js';

export const phone = { width: 390, height: 844 };
export const desk = { width: 1280, height: 800 };

/** What the tests in a browser have at hand. */
export type BrowsedShop = {
  readonly shop: ServedShop;
  /** A new visitor, looking at a page of the shop. Leaves when the test is over. */
  visit(path: string, options?: BrowserContextOptions): Promise<Page>;
};

/** Declares tests that run in Chromium on a shop of their own; skipped, and said so, where there is no Chromium. */
export function describeInChromium(what: string, declare: (browsed: BrowsedShop) => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    console.warn(`Skipped: ${what}. There is no Chromium in PATH.`);
    describe.skip(what, () => declare({} as BrowsedShop));
    return;
  }
  describe(what, () => {
    let shop: ServedShop;
    let browser: Browser;
    let context: BrowserContext | undefined;

    beforeAll(async () => {
      shop = await ServedShop.start();
      // Chromium refuses its sandbox to root, and containers often run as root. It only sees the shop.
      browser = await chromium.launch({ executablePath, chromiumSandbox: false, timeout: 30_000 });
    }, 60_000);
    afterEach(() => context?.close());
    afterAll(async () => {
      await browser?.close();
      await shop?.remove();
    });

    declare({
      get shop() {
        return shop;
      },
      async visit(path, options = {}) {
        context = await browser.newContext({ viewport: desk, baseURL: shop.url, ...options });
        context.setDefaultTimeout(10_000);
        const page = await context.newPage();
        await page.goto(path);
        return page;
      },
    });
  });
}

/** Resolves when a message was said to screen readers. */
export function announced(page: Page, text: string): Promise<void> {
  return page.locator('[role=status]', { hasText: text }).waitFor({ state: 'attached' });
}

/** Path of a Chromium on this machine; undefined when there is none. */
function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}
