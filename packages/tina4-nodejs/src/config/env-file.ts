import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { lazyPackage } from '@tina4/core';
import { ConfigError } from './config-error.js';
import { type EnvEntry, splitEnvFile } from './env-lines.js';
import { expandReferences } from './env-references.js';
import type { Environment } from './read-variable.js';

const dotenv = lazyPackage<typeof import('dotenv')>('dotenv', import.meta.url);

/**
 * The environment of the app in `projectDir`: `env` with the lines of its `.env` (or of `TINA4_ENV_FILE`) filled in where
 * `env` has nothing. Returns a new object and changes nothing. A missing `.env` is fine, a missing `TINA4_ENV_FILE` is not.
 * Throws ConfigError naming every line that is neither blank, a comment nor `NAME=value`, and every `${NAME}` that leads nowhere.
 */
export async function withEnvFile(projectDir: string, env: Environment): Promise<Record<string, string | undefined>> {
  const file = envFileOf(projectDir, env);
  return filledIn(await readFile(file.path, 'utf8').catch((error) => textOfUnread(file, error)), file.name, env);
}

/** The same at once, blocking: for the first line of a program, which must not go on without its settings. */
export function withEnvFileNow(projectDir: string, env: Environment): Record<string, string | undefined> {
  const file = envFileOf(projectDir, env);
  return filledIn(readNow(file), file.name, env);
}

/**
 * The variables of a `.env` text, by the dotenv grammar: `export` prefixes, single, double and backtick quotes (also over
 * several lines), `#` comments. In values without quotes and in double quotes `${NAME}` is the value of that variable, in `env` or
 * in a line above, `${NAME:-text}` the text where it is unset or empty, and `\${` a plain `${`. `name` is the file's name for
 * messages.
 */
export function parseEnvFile(text: string, name = '.env', env: Environment = {}): Record<string, string> {
  const { entries, brokenLines } = splitEnvFile(text);
  const mistakes = brokenLines.map(
    (line) =>
      `Line ${line} of ${name} is not NAME=value, or its quote is not closed. Correct it, put # before it, or remove it.`,
  );
  const values: Record<string, string> = {};
  for (const entry of entries) {
    for (const [key, value] of Object.entries(dotenv().parse(entry.text))) {
      values[key] = entry.isLiteral ? value : expand(entry, value);
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return values;

  function expand({ line }: EnvEntry, value: string): string {
    // What the environment has wins over the line above, here as everywhere.
    const expanded = expandReferences(value, (key) => env[key] ?? values[key]);
    for (const problem of expanded.problems) mistakes.push(`Line ${line} of ${name} ${problem}`);
    return expanded.text;
  }
}

/** A settings file; one that was asked for by name has to be there. */
interface EnvFile {
  readonly path: string;
  readonly name: string;
  readonly isRequired: boolean;
}

function envFileOf(projectDir: string, env: Environment): EnvFile {
  const chosen = env.TINA4_ENV_FILE?.trim();
  const name = chosen || '.env';
  return { path: isAbsolute(name) ? name : join(projectDir, name), name, isRequired: Boolean(chosen) };
}

function filledIn(text: string, name: string, env: Environment): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = parseEnvFile(text, name, env);
  for (const [key, value] of Object.entries(env)) {
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function readNow(file: EnvFile): string {
  try {
    return readFileSync(file.path, 'utf8');
  } catch (error) {
    return textOfUnread(file, error);
  }
}

/** The text of a file that could not be read: empty where it may be missing. */
function textOfUnread({ path, isRequired }: EnvFile, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' && !isRequired) return '';
  const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
  throw new ConfigError([`The settings file ${path} ${what}. Correct TINA4_ENV_FILE or the file's permissions.`]);
}
