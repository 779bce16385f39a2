import type { EngineSettings } from './engine-settings.js';

/** When a session that began at `createdAt` ends if nothing happens from now on. Ms since the epoch. */
export function expiryFromNow(settings: EngineSettings, createdAt: number): number {
  return Math.min(settings.now() + settings.lifetimeMs, createdAt + settings.absoluteLifetimeMs);
}

/**
 * The expiry after a request: later by at least a tenth of the lifetime, or as it was. Writes follow the same rule, because the
 * cookie is renewed with the expiry: were it moved with every write, the browser's copy would stay behind and end first.
 */
export function slideExpiry(
  settings: EngineSettings,
  session: { readonly createdAt: number; readonly expiresAt: number },
): number {
  const to = expiryFromNow(settings, session.createdAt);
  return to - session.expiresAt >= settings.lifetimeMs / 10 ? to : session.expiresAt;
}

/** Max-Age for the cookie of a session that ends at `expiresAt`; undefined for a cookie that ends with the browser. */
export function maxAgeSeconds(settings: EngineSettings, expiresAt: number): number | undefined {
  return settings.hasMaxAge ? Math.ceil((expiresAt - settings.now()) / 1000) : undefined;
}
