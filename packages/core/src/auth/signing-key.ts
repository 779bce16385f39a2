import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Tina4Error } from '../errors/tina4-error.js';

/** Characters of a key that is long enough for every algorithm: 64 random bytes as base64url. */
const MINIMUM_LENGTH = 43;
const PRIVATE_FILE = { mode: 0o600, flag: 'wx' } as const;
const PRIVATE_FOLDER = { mode: 0o700, recursive: true } as const;

/**
 * The key in `file`; made when there is none, readable by its owner only. Processes that start at once agree on one key: each
 * writes a file of its own and links it into place, and the link of only one succeeds.
 * Rejects with T4_AUTH_KEY_FILE when the file holds no usable key or cannot be made.
 */
export async function loadSigningKey(file: string): Promise<string> {
  const existing = await readFile(file, 'utf8').catch(undefinedIfMissing(file));
  if (existing !== undefined) return checkKey(existing, file);
  const draft = draftName(file);
  try {
    await mkdir(dirname(file), PRIVATE_FOLDER);
    await writeFile(draft, newKey(), PRIVATE_FILE);
    await link(draft, file).catch(ignoreIfTaken);
    return checkKey(await readFile(file, 'utf8'), file);
  } catch (cause) {
    throw cannotMake(file, cause);
  } finally {
    await rm(draft, { force: true });
  }
}

/** The same for scripts, which sign a token before anything could be awaited. A server never calls it: see `Auth.setup`. */
export function loadSigningKeySync(file: string): string {
  try {
    return checkKey(readFileSync(file, 'utf8'), file);
  } catch (error) {
    undefinedIfMissing(file)(error);
  }
  const draft = draftName(file);
  try {
    mkdirSync(dirname(file), PRIVATE_FOLDER);
    writeFileSync(draft, newKey(), PRIVATE_FILE);
    try {
      linkSync(draft, file);
    } catch (error) {
      ignoreIfTaken(error);
    }
    return checkKey(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    throw cannotMake(file, cause);
  } finally {
    rmSync(draft, { force: true });
  }
}

function newKey(): string {
  return `${randomBytes(64).toString('base64url')}\n`;
}

function draftName(file: string): string {
  return `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
}

function undefinedIfMissing(file: string): (error: unknown) => undefined {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw cannotMake(file, error);
  };
}

function ignoreIfTaken(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

function checkKey(text: string, file: string): string {
  const key = text.trim();
  if (key.length >= MINIMUM_LENGTH) return key;
  throw new Tina4Error(
    'T4_AUTH_KEY_FILE',
    `${file} has ${key.length} characters, too few for a signing key. Remove it, and the next start makes a new one (tokens signed before are refused then).`,
  );
}

function cannotMake(file: string, cause: unknown): Error {
  if (cause instanceof Tina4Error) return cause;
  return new Tina4Error(
    'T4_AUTH_KEY_FILE',
    `the signing key ${file} cannot be read or made (${codeOf(cause) ?? String(cause)}). Make its folder writable, or set TINA4_SECRET.`,
    { cause },
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
