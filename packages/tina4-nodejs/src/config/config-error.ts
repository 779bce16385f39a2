/**
 * Settings that cannot be used. Carries every mistake found, so that one start shows them all; the message has one line
 * each, and never the value of a secret. Code T4_CONFIG_INVALID.
 */
export class ConfigError extends Error {
  readonly code = 'T4_CONFIG_INVALID';
  /** One sentence each, naming the variable that was really set. */
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(`T4_CONFIG_INVALID: ${mistakes.join('\n')}`);
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}
