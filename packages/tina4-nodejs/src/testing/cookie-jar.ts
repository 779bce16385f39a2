import { readSetCookie } from '@tina4/core';

interface KeptCookie {
  readonly name: string;
  /** As it was sent, still encoded. */
  readonly value: string;
  readonly path: string;
  /** Ms since the epoch; undefined lasts as long as the jar. */
  readonly expiresAt: number | undefined;
}

/**
 * The cookies of one client and one host, as a browser keeps them (RFC 6265, section 5.3 and 5.4): by name and path, until they
 * expire. `Secure` is no obstacle, as it is none in a browser that talks to localhost.
 */
export class CookieJar {
  readonly #cookies = new Map<string, KeptCookie>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Takes Set-Cookie values from the answer to a request for `requestPath`. */
  store(setCookies: readonly string[], requestPath: string): void {
    for (const text of setCookies) {
      const { name, value = '', path, maxAge, expires } = readSetCookie(text);
      const kept = { name, value, path: path?.startsWith('/') ? path : defaultPath(requestPath) };
      const expiresAt = maxAge === undefined ? expires?.getTime() : this.#now() + maxAge * 1000;
      const key = `${name};${kept.path}`;
      if (expiresAt !== undefined && expiresAt <= this.#now()) this.#cookies.delete(key);
      else this.#cookies.set(key, { ...kept, expiresAt });
    }
  }

  /** The Cookie header for a request, the longest paths first; undefined when no cookie fits. */
  header(requestPath: string): string | undefined {
    const fitting = [...this.#cookies.values()]
      .filter(({ path, expiresAt }) => pathMatches(requestPath, path) && (expiresAt ?? Infinity) > this.#now())
      .sort((a, b) => b.path.length - a.path.length);
    return fitting.length === 0 ? undefined : fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  clear(): void {
    this.#cookies.clear();
  }

  /** A jar with the same cookies that goes its own way. */
  copy(): CookieJar {
    const copy = new CookieJar(this.#now);
    for (const [key, cookie] of this.#cookies) copy.#cookies.set(key, cookie);
    return copy;
  }
}

function defaultPath(requestPath: string): string {
  const end = requestPath.lastIndexOf('/');
  return end <= 0 ? '/' : requestPath.slice(0, end);
}

function pathMatches(requestPath: string, cookiePath: string): boolean {
  if (!requestPath.startsWith(cookiePath)) return false;
  return requestPath.length === cookiePath.length || cookiePath.endsWith('/') || requestPath[cookiePath.length] === '/';
}
