import type { Response } from 'supertest';

/** The text of a page as it is read: no tags, single spaces. */
export function textOf(page: Response): string {
  return page.text
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
}
