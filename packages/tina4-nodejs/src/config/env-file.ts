import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { lazyPackage } from '@tina4/core';
import { ConfigError } from './config-error.js';
import type { Environment } from './read-variable.js';

const dotenv = lazyPackage<typeof import('dotenv')>('dotenv', import.meta.url);

/**
 * The environment of the app in `projectDir`: `env` with the lines of its `.env` (or of `TINA4_ENV_FILE`) filled in where
 * `env` has nothing. Returns a new object and changes nothing. A missing `.env` is fine, a missing `TINA4_ENV_FILE` is not.
 * Throws ConfigError naming every line that is neither blank, a comment nor `NAME=value`.
 */
export async function withEnvFile(projectDir: string, env: Environment): Promise<Record<string, string | undefined>> {
  const chosen = env.TINA4_ENV_FILE?.trim();
  const name = chosen || '.env';
  const text = await readText(isAbsolute(name) ? name : join(projectDir, name), chosen ? name : undefined);
  const result: Record<string, string | undefined> = { ...parseEnvFile(text, name) };
  for (const [key, value] of Object.entries(env)) {
    if (value !== undefined) result[key] = value;
  }
  return result;
}

/**
 * The variables of a `.env` text, by the dotenv grammar: `export` prefixes, single, double and backtick quotes (also over
 * several lines), `#` comments. `name` is the file's name for messages.
 */
export function parseEnvFile(text: string, name = '.env'): Record<string, string> {
  const mistakes = brokenLines(text).map(
    (line) =>
      `Line ${line} of ${name} is not NAME=value, or its quote is not closed. Correct it, put # before it, or remove it.`,
  );
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return text === '' ? {} : dotenv().parse(text);
}

async function readText(path: string, required: string | undefined): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && required === undefined) return '';
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new ConfigError([`The settings file ${path} ${what}. Correct TINA4_ENV_FILE or the file's permissions.`]);
  }
}

// A quoted value may hold line breaks and must be closed by the same quote, with at most a comment behind it.
const entry =
  /^\s*(?:export\s+)?[\w.-]+\s*=[^\S\n]*(?:'(?:\\'|[^'])*'[^\S\n]*(?:#[^\n]*)?|"(?:\\"|[^"])*"[^\S\n]*(?:#[^\n]*)?|`(?:\\`|[^`])*`[^\S\n]*(?:#[^\n]*)?|(?!['"`])[^\n]*)$/;

/** Numbers (from 1) of the lines that start nothing dotenv would read; dotenv itself passes over them in silence. */
function brokenLines(text: string): number[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const broken: number[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const last = lastLineOfEntry(lines, index);
    if (last === undefined) broken.push(index + 1);
    else index = last;
  }
  return broken;
}

function lastLineOfEntry(lines: readonly string[], first: number): number | undefined {
  const opening = /^\s*(?:export\s+)?[\w.-]+\s*=[^\S\n]*(['"`])/.exec(lines[first] ?? '');
  const quote = opening?.[1];
  if (quote === undefined) return entry.test(lines[first] ?? '') ? first : undefined;
  let text = '';
  for (let last = first; last < lines.length; last++) {
    text += last === first ? lines[last] : `\n${lines[last]}`;
    // Only a line that holds the quote can close the value, so long values are not matched again and again.
    if (lines[last]?.includes(quote) && entry.test(text)) return last;
  }
  return undefined;
}
