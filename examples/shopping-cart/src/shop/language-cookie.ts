import type { Response } from 'tina4-nodejs';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Remembers the language for a year, in a cookie that scripts may read: it is no secret. */
export function rememberLanguage(res: Response, language: string): Response {
  return res.cookie('language', language, {
    expires: new Date(Date.now() + YEAR_MS),
    path: '/',
    httpOnly: false,
    secure: false,
    sameSite: 'Lax',
  });
}
