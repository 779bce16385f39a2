import type { Page } from 'playwright-core';

/** A text that is harder to read than WCAG 2.2 AA allows. */
export type FaintText = {
  readonly text: string;
  readonly ratio: number;
  readonly color: string;
  readonly ground: string;
};

/**
 * All visible texts of the page whose contrast is below 4.5, or below 3 for large text (WCAG 2.2, success criterion 1.4.3).
 * Reads colours as the browser computed them; the ground is the nearest one that is painted.
 */
export function faintTexts(page: Page): Promise<FaintText[]> {
  return page.evaluate(() => {
    type Colour = { red: number; green: number; blue: number; alpha: number };

    const parse = (text: string): Colour => {
      const canvas = document.createElement('canvas');
      canvas.width = 1;
      canvas.height = 1;
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.fillStyle = text;
      context.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
      return { red, green, blue, alpha };
    };
    const linear = (part: number): number => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    const luminance = ({ red, green, blue }: Colour): number =>
      0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    const groundOf = (element: Element | null): string => {
      for (let at = element; at !== null; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at);
        if (parse(backgroundColor).alpha === 255) return backgroundColor;
      }
      return 'white';
    };

    const found: FaintText[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (text === '' || element === null || !element.checkVisibility()) continue;
      if (element.closest('.visually-hidden, script') !== null) continue;
      const { color, fontSize, fontWeight } = getComputedStyle(element);
      const ground = groundOf(element);
      const [lighter = 0, darker = 0] = [luminance(parse(color)), luminance(parse(ground))].sort((a, b) => b - a);
      const ratio = (lighter + 0.05) / (darker + 0.05);
      const size = Number.parseFloat(fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) found.push({ text, ratio, color, ground });
    }
    return found;
  });
}
