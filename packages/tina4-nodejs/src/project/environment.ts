import { resolve } from 'node:path';
import { withEnvFile } from '../config/env-file.js';
import { type Config, readConfig } from '../config/read-config.js';
import type { Environment } from '../config/read-variable.js';

/**
 * The environment of one server: the real one with the lines of `.env` filled in. Handlers read `process.env` themselves, so
 * the lines are put there as well, and taken back when `.env` no longer has them.
 */
export class ServerEnvironment {
  readonly #target: NodeJS.ProcessEnv;
  readonly #real: Environment;
  readonly #filled = new Set<string>();
  readonly #overrides: Environment;

  /** `target` is usually `process.env`; `overrides` (flags of the command line) beat everything. */
  constructor(target: NodeJS.ProcessEnv, overrides: Environment = {}) {
    this.#target = target;
    this.#real = { ...target };
    this.#overrides = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  }

  /** Absolute path of the settings file that was read last. */
  file = '';

  /** Reads `.env` and makes the configuration. Throws ConfigError, and then nothing was changed. */
  async read(projectDir: string): Promise<Config> {
    this.file = resolve(projectDir, this.#real.TINA4_ENV_FILE?.trim() || '.env');
    const env = { ...(await withEnvFile(projectDir, this.#real)), ...this.#overrides };
    const config = readConfig(env);
    for (const name of this.#filled) {
      if (env[name] === undefined) delete this.#target[name];
    }
    for (const [name, value] of Object.entries(env)) {
      if (this.#real[name] === value || value === undefined) continue;
      this.#target[name] = value;
      this.#filled.add(name);
    }
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
  const filled = { ...env };
  return { config: await new ServerEnvironment(filled, overrides).read(root), env: filled };
}
