import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseEnvFile } from './env-file.js';

/**
 * The variables of a settings file, by default `.env` in the working directory; they are also set in `process.env` where that
 * has none of the name. A missing file gives `{}`. Throws ConfigError for a line that cannot be read.
 *
 * For scripts: it reads the file at once, blocking, and a served app has its `.env` already.
 */
export function loadEnv(path = '.env'): Record<string, string> {
  const variables = parseEnvFile(readIfThere(path), path, process.env);
  for (const [name, value] of Object.entries(variables)) process.env[name] ??= value;
  return variables;
}

/** The value of a variable, or `fallback` when it is not set. */
export function getEnv(name: string): string | undefined;
export function getEnv<Fallback>(name: string, fallback: Fallback): string | Fallback;
export function getEnv(name: string, fallback?: unknown): unknown {
  return process.env[name] ?? fallback;
}

export function hasEnv(name: string): boolean {
  return process.env[name] !== undefined;
}

/** The value of a variable. Throws when it is not set or empty, in the words that Tina4 code may look for. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Required environment variable "${name}" is not set.`);
  return value;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
