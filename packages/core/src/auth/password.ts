import { type BinaryLike, pbkdf2, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Tina4Error } from '../errors/tina4-error.js';

const pbkdf2Async = promisify(pbkdf2);
const SCHEME = 'pbkdf2_sha256';
const ITERATIONS = 260_000;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** More than any real hash: a made-up one must not keep a processor busy for minutes. */
const MAX_ITERATIONS = 10_000_000;

/** A stored hash, taken apart. */
interface StoredHash {
  readonly iterations: number;
  /** The text itself is the salt, hex digits and all, so that hashes made by earlier Tina4 versions check out. */
  readonly salt: BinaryLike;
  readonly hash: Buffer;
}

/**
 * A hash to store: `pbkdf2_sha256$<iterations>$<salt>$<hash>`, salt and hash in hex. Works for about a tenth of a second and
 * keeps the process from everything else; in a server prefer {@link hashPasswordAsync}.
 */
export function hashPassword(password: string, salt: string = newSalt(), iterations: number = ITERATIONS): string {
  checkText(password);
  return format(pbkdf2Sync(password, salt, iterations, HASH_BYTES, 'sha256'), salt, iterations);
}

/** True when the password belongs to the hash; false for anything that is no hash. Blocks like {@link hashPassword}. */
export function checkPassword(password: string, stored: string): boolean {
  const parsed = parse(password, stored);
  if (parsed === undefined) return false;
  return timingSafeEqual(pbkdf2Sync(password, parsed.salt, parsed.iterations, HASH_BYTES, 'sha256'), parsed.hash);
}

/** As {@link hashPassword}, on a thread of Node's pool: other requests go on meanwhile. */
export async function hashPasswordAsync(password: string): Promise<string> {
  checkText(password);
  const salt = newSalt();
  return format(await pbkdf2Async(password, salt, ITERATIONS, HASH_BYTES, 'sha256'), salt, ITERATIONS);
}

/** As {@link checkPassword}, on a thread of Node's pool. Await it: a promise in an `if` is always true. */
export async function checkPasswordAsync(password: string, stored: string): Promise<boolean> {
  const parsed = parse(password, stored);
  if (parsed === undefined) return false;
  return timingSafeEqual(
    await pbkdf2Async(password, parsed.salt, parsed.iterations, HASH_BYTES, 'sha256'),
    parsed.hash,
  );
}

function newSalt(): string {
  return randomBytes(SALT_BYTES).toString('hex');
}

function format(hash: Buffer, salt: string, iterations: number): string {
  return `${SCHEME}$${iterations}$${salt}$${hash.toString('hex')}`;
}

function checkText(password: unknown): void {
  if (typeof password === 'string') return;
  throw new Tina4Error(
    'T4_AUTH_PASSWORD',
    `a password is text, not ${typeof password}. Check that the form field was sent.`,
  );
}

/** Earlier versions separated the parts with colons. */
function parse(password: unknown, stored: unknown): StoredHash | undefined {
  if (typeof password !== 'string' || typeof stored !== 'string') return undefined;
  const [scheme, iterationsText, salt, hashText, ...rest] = stored.split(stored.includes('$') ? '$' : ':');
  if (scheme !== SCHEME || salt === undefined || rest.length > 0) return undefined;
  if (!/^[1-9]\d*$/.test(iterationsText ?? '') || !/^[0-9a-f]{64}$/i.test(hashText ?? '')) return undefined;
  const iterations = Number(iterationsText);
  if (iterations > MAX_ITERATIONS) return undefined;
  return { iterations, salt, hash: Buffer.from(hashText as string, 'hex') };
}
