import { randomBytes } from 'node:crypto';

/** No other process, and no other thread of this one, makes tokens that begin so. */
const START = randomBytes(6).toString('hex');
let made = 0;

/** The tokens of the lock files that somebody in this process holds or is about to make, whichever store he uses. */
const held = new Set<string>();

/** 20 characters that no file ever written has, as its version or as the name of its lock. */
export function newToken(): string {
  made += 1;
  return START + made.toString(36).padStart(8, '0');
}

/** Called before a file with this token appears under its name. */
export function noteHeld(token: string): void {
  held.add(token);
}

/** Called once its holder is done with it, whether or not the file could be removed. */
export function noteDone(token: string): void {
  held.delete(token);
}

/**
 * True for a lock that this process made and nobody in it holds: it could not be removed, because the disk did not let us. Its process
 * lives, so without this it would count as held until that ends.
 */
export function isLeftOver(token: string): boolean {
  return token.startsWith(START) && !held.has(token);
}
