import { resolve } from 'node:path';
import { withEnvFile, withEnvFileNow } from '../config/env-file.js';
import { type Config, readConfig } from '../config/read-config.js';
import type { Environment } from '../config/read-variable.js';

/**
 * What `.env` files have put into an environment, which is usually `process.env`. Kept beside that object, because it too is one
 * for the whole process: whoever comes later, another server or a worker, must be able to tell these from real variables.
 */
const filledInto = new WeakMap<object, Map<string, string>>();

function filledOf(target: Environment): Map<string, string> {
  const filled = filledInto.get(target) ?? new Map<string, string>();
  filledInto.set(target, filled);
  return filled;
}

/** The variables of an environment without those that a `.env` file has put there. */
export function realEnvironment(target: Environment): Environment {
  const filled = filledOf(target);
  return Object.fromEntries(Object.entries(target).filter(([name, value]) => filled.get(name) !== value));
}

/** Names that a `.env` file has put into an environment and that nobody has changed since. */
export function filledNames(target: NodeJS.ProcessEnv): readonly string[] {
  return [...filledOf(target)].filter(([name, value]) => target[name] === value).map(([name]) => name);
}

/**
 * Fills the lines of `.env` into an environment at once, blocking: for the first line of a program, so that its modules find them
 * as they are loaded. The settings are not looked at. Throws ConfigError, and then nothing was changed.
 */
export function fillEnvironmentNow(projectDir: string, target: NodeJS.ProcessEnv): void {
  fill(target, withEnvFileNow(projectDir, realEnvironment(target)));
}

/** Makes `target` what `env` says; what an earlier filling left and `env` does not have is taken back. */
function fill(target: NodeJS.ProcessEnv, env: Environment): void {
  const filled = filledOf(target);
  const real = realEnvironment(target);
  for (const name of filled.keys()) {
    if (env[name] !== undefined || real[name] !== undefined) continue;
    delete target[name];
    filled.delete(name);
  }
  for (const [name, value] of Object.entries(env)) {
    if (real[name] === value || value === undefined) continue;
    target[name] = value;
    filled.set(name, value);
  }
}

/**
 * The environment of one server: the real one with the lines of `.env` filled in. Handlers read `process.env` themselves, so
 * the lines are put there as well, and taken back when `.env` no longer has them.
 */
export class ServerEnvironment {
  readonly #target: NodeJS.ProcessEnv;
  readonly #real: Environment;
  readonly #overrides: Environment;

  /** `target` is usually `process.env`; `overrides` (flags of the command line) beat everything. */
  constructor(target: NodeJS.ProcessEnv, overrides: Environment = {}) {
    this.#target = target;
    this.#real = realEnvironment(target);
    this.#overrides = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  }

  /** Absolute path of the settings file that was read last. */
  file = '';

  /** Reads `.env` and makes the configuration. Throws ConfigError, and then nothing was changed. */
  async read(projectDir: string): Promise<Config> {
    this.file = resolve(projectDir, this.#real.TINA4_ENV_FILE?.trim() || '.env');
    const env = { ...(await withEnvFile(projectDir, this.#real)), ...this.#overrides };
    const config = readConfig(env);
    fill(this.#target, env);
    return config;
  }
}

/** A project's settings, and the environment with the lines of its `.env` filled in. */
export interface ProjectSettings {
  readonly config: Config;
  readonly env: Environment;
}

/**
 * Reads the settings of a project for those that run none of its code; `env`, usually `process.env`, stays as it is. Throws
 * ConfigError.
 */
export async function readProjectSettings(
  root: string,
  env: Environment,
  overrides: Environment = {},
): Promise<ProjectSettings> {
  const filled = { ...realEnvironment(env) };
  return { config: await new ServerEnvironment(filled, overrides).read(root), env: filled };
}
