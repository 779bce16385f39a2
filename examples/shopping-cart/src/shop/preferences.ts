import type { Request } from 'tina4-nodejs';

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const pageSizes: readonly number[] = [4, 8, 20];

/** How a page is to look for one visitor. */
export type Preferences = { language: Language; theme: Theme; items_per_page: number };

/**
 * What the visitor chose, checked: the JSON routes store any text, and a page needs one it can show. The session comes first;
 * the cookie remembers the language when the session has ended.
 */
export function preferencesOf(req: Request): Preferences {
  const { language, theme, items_per_page } = req.session;
  return {
    language: oneOf(languages, language) ?? oneOf(languages, req.cookies.language) ?? 'en',
    theme: oneOf(themes, theme) ?? 'auto',
    items_per_page: items_per_page !== undefined && items_per_page > 0 ? items_per_page : 20,
  };
}

/** `value` when it is one of `allowed`, else undefined. */
export function oneOf<Allowed>(allowed: readonly Allowed[], value: unknown): Allowed | undefined {
  return allowed.find((candidate) => candidate === value);
}
