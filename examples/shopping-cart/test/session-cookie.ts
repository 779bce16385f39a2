import type { Response } from 'supertest';

/** The session cookie that an answer sets, as `name=value`; undefined when it sets none. */
export function sessionCookieOf(answer: Response): string | undefined {
  const cookies = [answer.headers['set-cookie'] ?? []].flat();
  return cookies.find((cookie) => cookie.startsWith('tina4_session='))?.split(';')[0];
}
