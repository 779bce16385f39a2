/**
 * The one place of state behind the static `Auth` class, which Tina4 code calls from anywhere, scripts without a server
 * included. The composition root fills it.
 */
import { resolve } from 'node:path';
import { AUTH_DEFAULTS, type AuthSettings } from './auth-settings.js';
import type { TokenKey } from './json-web-token.js';
import { loadSigningKey, loadSigningKeySync } from './signing-key.js';

/** The literal that sample code falls back to: everybody knows it. */
const KNOWN_SECRET = 'tina4-default-secret';

let provide: (() => AuthSettings) | undefined;
let settings: AuthSettings | undefined;
let keyFromFile: string | undefined;
let hasWarned = false;

/**
 * Says where settings come from. Given a function, it is called once, when a token is first needed, so that importing the
 * package reads no file. Settings in force before are forgotten.
 */
export function provideAuthSettings(source: AuthSettings | (() => AuthSettings) | undefined): void {
  provide = typeof source === 'object' ? () => source : source;
  settings = undefined;
  keyFromFile = undefined;
}

export function authSettings(): AuthSettings {
  settings ??= provide?.() ?? Object.freeze({ ...AUTH_DEFAULTS, keyFile: resolve('secrets', 'jwt.key') });
  return settings;
}

/** Makes or reads the key file when no secret is set, so that no request ever has to. */
export async function prepareSigningKey(): Promise<void> {
  const { secret, keyFile } = authSettings();
  if (isEmpty(secret)) keyFromFile = await loadSigningKey(keyFile);
}

/** The key to sign and check with: the given secret, else the app's. An empty text counts as none. */
export function tokenKey(givenSecret?: string): TokenKey {
  const { algorithm, secret, keyFile } = authSettings();
  const chosen = [givenSecret, secret].find((candidate) => !isEmpty(candidate));
  if (chosen === KNOWN_SECRET) warnOfKnownSecret();
  if (chosen !== undefined) return { secret: chosen, algorithm };
  keyFromFile ??= loadSigningKeySync(keyFile);
  return { secret: keyFromFile, algorithm };
}

function isEmpty(secret: string | undefined | null): boolean {
  return secret === undefined || secret === null || secret === '';
}

function warnOfKnownSecret(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    `T4_AUTH_KNOWN_SECRET: tokens are signed with "${KNOWN_SECRET}", which anyone can look up. Set TINA4_SECRET to a long random text.`,
  );
}
